#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# build/loader.elf boots by the command of the README, ends by itself, and its log is what the host
# expects of a run without a seed. So does system.bin, and so it does where a boot loader has put it:
# above and below its place, near to it and far.
#
# usage: image.sh TOOL BUILD-FOLDER SYSTEM
set -eu
tool=$1
build=$2
system=$3
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# boots ARGUMENT...: by these arguments of QEMU
boots() {
    timeout 60 qemu-system-aarch64 -machine virt,virtualization=on -cpu cortex-a53 -nographic -m 2G \
        -icount shift=3,sleep=off "$@" </dev/null >"$scratch/log"
    grep -q '^\[conductor\] @end' "$scratch/log" || {
        echo "$*: the system did not come to its end:"
        cat "$scratch/log"
        exit 1
    }
    "$tool" run --build-dir "$build" --seed 0 --replay "$scratch/log" "$system"
}

boots -kernel "$build/loader.elf"
boots -kernel "$build/system.bin"
for address in 0x70000000 0x40801000 0x40900000 0x407ff000 0x40700000; do
    boots -device "loader,file=$build/system.bin,addr=$address,cpu-num=0"
done
