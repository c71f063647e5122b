#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Some time of libFuzzer, from the target's own seeds and from the files that the tree keeps. An input
# that fails is left in the folder that the test runs in.
#
# usage: libfuzzer.sh TARGET CORPUS SECONDS       TARGET_fuzz and TARGET_libfuzzer are programs
set -eu
target=$1
corpus=$2
seconds=$3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"${target}_fuzz" --corpus "$scratch"
[ ! -d "$corpus" ] || cp "$corpus"/* "$scratch"
"${target}_libfuzzer" -max_total_time="$seconds" -timeout=30 \
    -print_final_stats=1 "$scratch" >"$scratch.log" 2>&1 || {
    tail -n 100 "$scratch.log"
    rm -f "$scratch.log"
    exit 1
}
grep -E '^(Done|stat::number)|DONE' "$scratch.log"
rm -f "$scratch.log"
