#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# libc.sh PROGRAMS: hello.elf has no symbol of a C library, no vector register and no note that asks for
# them; numbers.elf has all three.
set -eu

symbols='malloc|sbrk|printf|vfprintf|errno|stdout|exit|atexit|__heap_top'
vector='[^a-z](q|v|d|s)[0-9]+[,.]'

has() { # FILE: what of the three it has
    aarch64-linux-gnu-nm "$1" | grep -Eq " [A-Za-z] ($symbols)\$" && printf 'symbols '
    aarch64-linux-gnu-objdump -d --no-show-raw-insn "$1" | cut -f 3- | grep -Eq "$vector" && printf 'vector '
    # Type 2, flags 3 (abi/kaal/note.h).
    aarch64-linux-gnu-readelf -n "$1" | grep -q 'data: 03 00 00 00' && printf 'note '
    true
}

status=0
for pair in hello.elf: numbers.elf:'symbols vector note '; do
    found=$(has "$1/${pair%%:*}"; printf x)
    if [ "${found%x}" != "${pair#*:}" ]; then
        printf '%s has: %s; expected: %s\n' "${pair%%:*}" "${found%x}" "${pair#*:}"
        status=1
    fi
done
exit $status
