#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# The headers as seL4 programs use them: client.c and the table of every stub compile for the target
# with gcc and clang, as C11 and as GNU C11, and each header compiles alone.
#
# usage: compile_test.sh ROOT CONFIG-FOLDER
#
# CONFIG-FOLDER holds gen_config/ and libsel4/gen_config/ of the configuration.
set -eu
root=$1
config=$2
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
cd "$root"

include="-Iabi -I$config/gen_config -I$config/libsel4/gen_config"
warn="-Wall -Wextra -Wpedantic -Werror -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
    -Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings -Wswitch-enum -Wundef -Wvla
    -Wformat=2 -Wnull-dereference -Wredundant-decls"
target="-O2 -ffreestanding -Iuser/sdk/arch/aarch64/include -c"
host="-Iuser/sdk/arch/host/include -fsyntax-only"
failed=0

try() { # NAME COMMAND...
    name=$1
    shift
    if ! "$@" > "$out/log" 2>&1; then
        printf '%s: error: does not compile\n' "$name"
        cat "$out/log"
        failed=1
    fi
}

# shellcheck disable=SC2086 # words
for std in c11 gnu11; do
    for source in client.c stubs.c; do
        try "$source $std gcc" aarch64-linux-gnu-gcc -std=$std $warn -Wstack-usage=1024 $target \
            $include "abi/test/$source" -o "$out/o"
        if command -v clang > /dev/null; then
            try "$source $std clang" clang --target=aarch64-none-elf -std=$std $warn $target \
                $include "abi/test/$source" -o "$out/o"
        fi
        try "$source $std host" cc -std=$std $warn $host $include "abi/test/$source"
    done
done

# shellcheck disable=SC2086 # words
for header in abi/autoconf.h $(find abi/sel4 abi/interfaces -name '*.h' | sort); do
    printf '#include "%s"\ntypedef int not_empty;\n' "$root/$header" > "$out/alone.c"
    try "$header alone" aarch64-linux-gnu-gcc -std=c11 $warn -ffreestanding -fsyntax-only \
        -Iuser/sdk/arch/aarch64/include $include "$out/alone.c"
done
exit $failed
