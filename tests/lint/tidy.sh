#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# clang-tidy over the host code and over the target code of one configuration.
#
# usage: tidy.sh BUILD-FOLDER       (BUILD-FOLDER/clang holds the build with clang)
set -eu
build=$1
log=$(mktemp)
trap 'rm -f "$log"' EXIT
run() {
    run-clang-tidy -quiet -j2 -p "$1" '\.c$' >"$log" 2>&1 && return 0
    if ! grep -E '(error|warning):' "$log" | sort -u | head -50; then
        tail -20 "$log" # it failed in a way of its own
    fi
    exit 1
}
run "$build/clang"
run "$build/clang/target/mcs-dbg"
