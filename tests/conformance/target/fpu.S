// SPDX-License-Identifier: BSD-2-Clause
//
// Floating point registers, which the suite's C code leaves alone.

// seL4_Word fpu_keep(seL4_Word seed): fills v0 to v31, FPCR and FPSR with a pattern of the seed, yields
// eight times, and compares. How many differ.
    .arch armv8-a+fp+simd
    .text
    .global fpu_keep
    .type fpu_keep, %function
fpu_keep:
    mov x9, x0
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    add x10, x9, #\n
    dup v\n\().2d, x10
    .endr
    and x11, x9, #3                 // rounding mode
    lsl x11, x11, #22
    msr fpcr, x11
    and x12, x9, #0x1f              // sticky flags
    msr fpsr, x12
    mov x13, #8
1:  mov x7, #-11
    svc #0
    subs x13, x13, #1
    b.ne 1b
    mov x14, xzr
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    add x10, x9, #\n
    umov x15, v\n\().d[0]
    cmp x15, x10
    cinc x14, x14, ne
    umov x15, v\n\().d[1]
    cmp x15, x10
    cinc x14, x14, ne
    .endr
    mrs x15, fpcr
    cmp x15, x11
    cinc x14, x14, ne
    mrs x15, fpsr
    cmp x15, x12
    cinc x14, x14, ne
    mov x0, x14
    ret
    .size fpu_keep, . - fpu_keep

// seL4_Word fpu_touch(seL4_Word): one instruction, at fpu_touch itself.
    .global fpu_touch
    .type fpu_touch, %function
fpu_touch:
    fmov d0, x0
    fmov x0, d0
    ret
    .size fpu_touch, . - fpu_touch
