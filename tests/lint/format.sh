#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every C file is as clang-format lays it out.
set -eu
git ls-files -co --exclude-standard '*.c' '*.h' | while read -r file; do
    [ -f "$file" ] && printf '%s\n' "$file"
done | xargs clang-format --dry-run -Werror
