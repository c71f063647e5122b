// SPDX-License-Identifier: BSD-2-Clause
//
// The root task's first instructions: x0 is the address of the boot info, all else is zero. There
// is no stack yet.

    .section .text.start, "ax"
    .global _start
    .type _start, %function
_start:
    adrp x9, root_stack_top
    add x9, x9, :lo12:root_stack_top
    mov sp, x9

    // Thread-local variables begin 16 bytes above the thread pointer (AArch64 TLS, variant 1).
    adrp x9, kaal_tls_start
    add x9, x9, :lo12:kaal_tls_start
    sub x9, x9, #16
    msr tpidr_el0, x9

    bl root_main
    udf #0
    .size _start, . - _start
