// SPDX-License-Identifier: BSD-2-Clause
//
// To the component's entry, with the start page in x0 and nothing right anywhere else.

    .section .text.again_jump, "ax"
    .global again_jump
    .type again_jump, %function
again_jump:
    mov x1, #-1
    .irp n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26
    mov x\n, x1
    .endr
    .irp n, 27, 28, 29, 30
    mov x\n, x1
    .endr
    mov sp, x1
    msr tpidr_el0, x1
    b _start
    .size again_jump, . - again_jump
