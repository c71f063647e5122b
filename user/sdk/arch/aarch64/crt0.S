// SPDX-License-Identifier: BSD-2-Clause
//
// A component's first instructions, at its first start and at each restart: x0 is the address of the
// start page, every other register and all writable memory may hold anything. Only this code and the
// initial values of .data, which nothing can write to, are relied upon.
//
// At the first start .bss and the stack are fresh pages, which are zero. The loops are of stp, since
// `dc zva` is not allowed to user level on every kernel. A KiB takes 80 instructions to zero and 160 to
// copy.

#include "start_offsets.h"

    // The address of a symbol of the linker script.
    .macro address register, symbol
    adrp \register, \symbol
    add \register, \register, :lo12:\symbol
    .endm

    .section .text.start, "ax"
    .global _start
    .type _start, %function
_start:
    ldr x9, [x0, #START_GENERATION]
    cmp x9, #1
    b.eq 1f

    address x1, kaal_bss_start
    address x2, kaal_bss_end
    bl zero
    ldr x2, [x0, #START_STACK_TOP]
    ldr x9, [x0, #START_STACK_SIZE]
    sub x1, x2, x9
    bl zero
1:
    address x1, kaal_data_start
    address x2, kaal_data_end
    address x3, kaal_data_image
2:
    ldp x4, x5, [x3], #64
    ldp x6, x7, [x3, #-48]
    stp x4, x5, [x1], #64
    stp x6, x7, [x1, #-48]
    ldp x4, x5, [x3, #-32]
    ldp x6, x7, [x3, #-16]
    stp x4, x5, [x1, #-32]
    stp x6, x7, [x1, #-16]
    cmp x1, x2
    b.lo 2b

    ldr x9, [x0, #START_STACK_TOP]
    mov sp, x9

    // Thread-local variables begin 16 bytes above the thread pointer (AArch64 TLS, variant 1).
    address x9, kaal_tls_start
    sub x9, x9, #16
    msr tpidr_el0, x9

    // A frame record of zeroes ends every stack trace.
    mov x29, xzr
    mov x30, xzr
    bl kaal_component_main
    udf #0
    .size _start, . - _start

// Zeroes [x1, x2): multiples of 128, not empty. Needs no stack.
    .type zero, %function
zero:
    stp xzr, xzr, [x1], #128
    stp xzr, xzr, [x1, #-112]
    stp xzr, xzr, [x1, #-96]
    stp xzr, xzr, [x1, #-80]
    stp xzr, xzr, [x1, #-64]
    stp xzr, xzr, [x1, #-48]
    stp xzr, xzr, [x1, #-32]
    stp xzr, xzr, [x1, #-16]
    cmp x1, x2
    b.lo zero
    ret
    .size zero, . - zero
