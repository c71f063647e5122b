// SPDX-License-Identifier: BSD-2-Clause
//
// Before anything else of a program with floating point: rounding mode and flags as the C standard
// has them at the start of a program. At a restart they are what the crashed one left.

    .section .text.kaal_fpu_open, "ax"
    .type kaal_fpu_open, %function
kaal_fpu_open:
    msr fpcr, xzr
    msr fpsr, xzr
    ret
    .size kaal_fpu_open, . - kaal_fpu_open

    .section .init_array.00000, "aw"
    .balign 8
    .quad kaal_fpu_open
