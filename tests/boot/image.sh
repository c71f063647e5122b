#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# build/loader.elf boots by the command of the README, ends by itself, and its log is what the host
# expects of a run without a seed. So does system.bin.
#
# usage: image.sh TOOL BUILD-FOLDER SYSTEM
set -eu
tool=$1
build=$2
system=$3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

for image in "$build/loader.elf" "$build/system.bin"; do
    timeout 60 qemu-system-aarch64 -machine virt,virtualization=on -cpu cortex-a53 -nographic -m 2G \
        -icount shift=3,sleep=off -kernel "$image" </dev/null >"$scratch/log"
    grep -q '^\[conductor\] @end' "$scratch/log" || {
        echo "$image: the system did not come to its end:"
        cat "$scratch/log"
        exit 1
    }
    "$tool" run --build-dir "$build" --seed 0 --replay "$scratch/log" "$system"
done
