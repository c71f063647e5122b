#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# usage: cppcheck.sh BUILD-FOLDER
set -eu
exec cppcheck --project="$1/compile_commands.json" --quiet --error-exitcode=1 -j2 \
    --enable=warning,performance,portability --inline-suppr --suppress=missingIncludeSystem \
    --suppressions-list=tests/lint/cppcheck.suppressions
