#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# What must not be done to a register does not compile, and the rest does.
#
# usage: io_types.sh COMPILER INCLUDE-FOLDER
set -u
compiler=$1
include=$2
failed=0

# compiles STATEMENT: with one register of each type at hand.
compiles() {
    printf '#include <kaal/io.h>
        struct regs { kaal_rw8 b; kaal_rw16 h; kaal_rw32 w; kaal_rw64 d; kaal_ro32 ro; kaal_wo32 wo; uint32_t plain; };
        void use(volatile struct regs *r); void use(volatile struct regs *r) { %s; }\n' "$1" |
        "$compiler" -std=c11 -Wall -Wextra -Werror -Wconversion "-I$include" -x c -fsyntax-only - 2>/dev/null
}

for right in 'kaal_write(&r->w, kaal_read(&r->ro))' 'kaal_write(&r->wo, 1)' 'kaal_write(&r->d, kaal_read(&r->b))' \
    'kaal_write(&r->h, kaal_read(&r->b))'; do
    compiles "$right" || {
        echo "should compile: $right"
        failed=1
    }
done
for wrong in 'kaal_write(&r->ro, 1)' 'kaal_read(&r->wo)' 'kaal_read(&r->plain)' 'kaal_write(&r->plain, 1)' 'r->w = 1' \
    'kaal_write(&r->h, kaal_read(&r->w))' 'return (void)(kaal_read(r->w))'; do
    compiles "$wrong" && {
        echo "should not compile: $wrong"
        failed=1
    }
done
exit $failed
