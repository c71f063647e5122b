// SPDX-License-Identifier: BSD-2-Clause
//
// First instructions of a Microkit program, at its start and whenever its parent restarts it. Whoever
// started it has set the stack pointer, but a restart may leave it where a crash did: the stack of the
// first start is kept and taken again.
//
// Thread-local variables begin 16 bytes above the thread pointer (AArch64 TLS, variant 1). libsel4 has
// one in some configurations. A program that is linked with a script of its own may have no room for
// them.

    .weak microkit_tls_start
    .weak microkit_tls_image
    .weak microkit_tls_image_end

    .section .text.start, "ax"
    .global _start
    .type _start, %function
_start:
    adrp x9, first_stack
    ldr x10, [x9, :lo12:first_stack]
    cbnz x10, 1f
    mov x10, sp
    str x10, [x9, :lo12:first_stack]
1:
    mov sp, x10

    adrp x9, microkit_tls_start
    add x9, x9, :lo12:microkit_tls_start
    sub x10, x9, #16
    msr tpidr_el0, x10
    adrp x11, microkit_tls_image
    add x11, x11, :lo12:microkit_tls_image
    adrp x12, microkit_tls_image_end
    add x12, x12, :lo12:microkit_tls_image_end
2:
    cmp x11, x12
    b.hs 3f
    ldr x13, [x11], #8
    str x13, [x9], #8
    b 2b
3:
    // A frame record of zeroes ends every stack trace.
    mov x29, xzr
    mov x30, xzr
    bl main
    udf #0
    .size _start, . - _start

    .section .data.first_stack, "aw"
    .balign 8
first_stack:
    .quad 0
