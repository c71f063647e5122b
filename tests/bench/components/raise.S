// SPDX-License-Identifier: BSD-2-Clause
//
// The raiser, behind its last use of memory of its own.

#define COUNTER pmevcntr0_el0

    .text

// _Noreturn void raise_for_ever(const seL4_Word registers[RAISE_REGISTERS]): TCB_SetSpace of this
// thread; then, at each signal, the store. The readings around it are the first two marks.
    .global raise_for_ever
    .type raise_for_ever, %function
raise_for_ever:
    mov x8, x0
    ldp x0, x1, [x8, #0]    // TCB, message info
    ldp x2, x3, [x8, #16]   // data of the spaces
    ldp x7, x19, [x8, #32]  // Call, notification
    ldp x20, x21, [x8, #48] // Wait, register of the device
    ldr x22, [x8, #64]      // marks
    mov w23, #1
    svc #0
1:  mov x0, x19
    mov x7, x20
    svc #0
    mrs x9, COUNTER
    str w23, [x21]
    mrs x10, COUNTER
    stp x9, x10, [x22]
    b 1b
    .size raise_for_ever, . - raise_for_ever
