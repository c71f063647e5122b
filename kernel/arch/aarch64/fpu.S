// SPDX-License-Identifier: BSD-2-Clause
//
// Vector registers to and from the struct arch_context in x0.

#include "offsets.h"

    .arch_extension fp
    .arch_extension simd

// Each pair of registers, at `base`.
.macro pairs operation, base
    \operation q0, q1, [\base, #32 * 0]
    \operation q2, q3, [\base, #32 * 1]
    \operation q4, q5, [\base, #32 * 2]
    \operation q6, q7, [\base, #32 * 3]
    \operation q8, q9, [\base, #32 * 4]
    \operation q10, q11, [\base, #32 * 5]
    \operation q12, q13, [\base, #32 * 6]
    \operation q14, q15, [\base, #32 * 7]
    \operation q16, q17, [\base, #32 * 8]
    \operation q18, q19, [\base, #32 * 9]
    \operation q20, q21, [\base, #32 * 10]
    \operation q22, q23, [\base, #32 * 11]
    \operation q24, q25, [\base, #32 * 12]
    \operation q26, q27, [\base, #32 * 13]
    \operation q28, q29, [\base, #32 * 14]
    \operation q30, q31, [\base, #32 * 15]
.endm

// From x14's to x15's.
    .section .text.fpu_exchange, "ax"
    .global fpu_exchange
fpu_exchange:
    add     x16, x14, #CONTEXT_VECTOR
    pairs   stp, x16
    mrs     x16, fpsr
    str     x16, [x14, #CONTEXT_FPSR]
    mrs     x16, fpcr
    str     x16, [x14, #CONTEXT_FPSR + 8]
    add     x16, x15, #CONTEXT_VECTOR
    pairs   ldp, x16
    ldr     x16, [x15, #CONTEXT_FPSR]
    msr     fpsr, x16
    ldr     x16, [x15, #CONTEXT_FPSR + 8]
    msr     fpcr, x16
    ret

    .section .text.fpu_save, "ax"
    .global fpu_save
fpu_save:
    add     x1, x0, #CONTEXT_FPSR
    add     x0, x0, #CONTEXT_VECTOR
    pairs   stp, x0
    mrs     x2, fpsr
    mrs     x3, fpcr
    stp     x2, x3, [x1]
    ret

    .section .text.fpu_load, "ax"
    .global fpu_load
fpu_load:
    add     x1, x0, #CONTEXT_FPSR
    add     x0, x0, #CONTEXT_VECTOR
    pairs   ldp, x0
    ldp     x2, x3, [x1]
    msr     fpsr, x2
    msr     fpcr, x3
    ret
