// SPDX-License-Identifier: BSD-2-Clause
//
// Vector registers to and from the struct arch_context in x0.

#include "offsets.h"

    .arch_extension fp
    .arch_extension simd

// Each pair of registers, at x0.
.macro pairs operation
    \operation q0, q1, [x0, #32 * 0]
    \operation q2, q3, [x0, #32 * 1]
    \operation q4, q5, [x0, #32 * 2]
    \operation q6, q7, [x0, #32 * 3]
    \operation q8, q9, [x0, #32 * 4]
    \operation q10, q11, [x0, #32 * 5]
    \operation q12, q13, [x0, #32 * 6]
    \operation q14, q15, [x0, #32 * 7]
    \operation q16, q17, [x0, #32 * 8]
    \operation q18, q19, [x0, #32 * 9]
    \operation q20, q21, [x0, #32 * 10]
    \operation q22, q23, [x0, #32 * 11]
    \operation q24, q25, [x0, #32 * 12]
    \operation q26, q27, [x0, #32 * 13]
    \operation q28, q29, [x0, #32 * 14]
    \operation q30, q31, [x0, #32 * 15]
.endm

    .section .text.fpu_save, "ax"
    .global fpu_save
fpu_save:
    add     x1, x0, #CONTEXT_FPSR
    add     x0, x0, #CONTEXT_VECTOR
    pairs   stp
    mrs     x2, fpsr
    mrs     x3, fpcr
    stp     x2, x3, [x1]
    ret

    .section .text.fpu_load, "ax"
    .global fpu_load
fpu_load:
    add     x1, x0, #CONTEXT_FPSR
    add     x0, x0, #CONTEXT_VECTOR
    pairs   ldp
    ldp     x2, x3, [x1]
    msr     fpsr, x2
    msr     fpcr, x3
    ret
