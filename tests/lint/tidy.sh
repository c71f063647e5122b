#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# clang-tidy over the host code and over the target code of one configuration.
#
# usage: tidy.sh BUILD-FOLDER       (BUILD-FOLDER/clang holds the build with clang)
set -eu
build=$1
run() {
    log=$(mktemp)
    if ! run-clang-tidy -quiet -j2 -p "$1" '\.c$' >"$log" 2>&1; then
        grep -E '(error|warning):' "$log" | sort -u | head -50
        rm -f "$log"
        exit 1
    fi
    rm -f "$log"
}
run "$build/clang"
run "$build/clang/target/mcs-dbg"
