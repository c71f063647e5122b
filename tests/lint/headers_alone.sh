#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# Every header compiles alone: it includes what it uses. Headers of a port are compiled for that port.
#
# usage: headers_alone.sh BUILD-FOLDER
set -eu
build=$1
include="-Iabi -Ilib/include -Ikernel/include -Iuser/sdk/include -Iuser/microkit/include -Itool/include -Itool -Iexamples/demo -Iconfig/mcs-dbg -Iconfig/common"
include="$include -I$build/gen_config -I$build/libsel4/gen_config"
host="-Ikernel/arch/host/include -Ikernel/plat/host/include -Iuser/sdk/arch/host/include"
target="-Ikernel/arch/aarch64/include -Ikernel/plat/qemu_virt/include -Iuser/sdk/arch/aarch64/include"
failed=0
for header in $(git ls-files -co --exclude-standard '*.h'); do
    [ -f "$header" ] || continue
    case $header in
    *_inline.h | *_trap.h) continue ;; # the tail of the contract header that includes them
    user/sdk/arch/host/* | examples/*/arch/x86_64/*) compiler="gcc -D_GNU_SOURCE $include $host" ;;
    kernel/arch/aarch64/* | kernel/plat/qemu_virt/* | user/sdk/arch/aarch64/* | user/* | loader/* | examples/* | tests/*/target/* | tests/bench/*)
        compiler="aarch64-linux-gnu-gcc -ffreestanding $include $target" ;;
    *) compiler="gcc $include $host" ;;
    esac
    # shellcheck disable=SC2086 # words
    if ! printf '#include "%s"\n' "$PWD/$header" |
        $compiler -std=c11 -Wall -Wextra -Werror -I"$(dirname "$header")" -x c -fsyntax-only -; then
        printf '%s: error: does not compile alone\n' "$header"
        failed=1
    fi
done
exit $failed
