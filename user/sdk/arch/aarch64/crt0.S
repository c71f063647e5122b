// SPDX-License-Identifier: BSD-2-Clause
//
// A component's first instructions. The root task has set the stack pointer; x0 is the address of
// the start page. Everything in .data and .bss is in place.

    .section .text.start, "ax"
    .global _start
    .type _start, %function
_start:
    // A frame record of zeroes ends every stack trace.
    mov x29, xzr
    mov x30, xzr

    // Thread-local variables begin 16 bytes above the thread pointer (AArch64 TLS, variant 1).
    adrp x9, kaal_tls_start
    add x9, x9, :lo12:kaal_tls_start
    sub x9, x9, #16
    msr tpidr_el0, x9

    bl kaal_component_main
    udf #0
    .size _start, . - _start
