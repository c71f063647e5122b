// SPDX-License-Identifier: BSD-2-Clause
//
// What runs inside the measured window, instruction by instruction: the measuring trap of the root
// task, and the loops of the threads that answer it. The kernel leaves x6 to x30 alone, so whatever a
// loop needs again is in those.
//
// The counter is read by `mrs` right before and right after the `svc`: nothing else of user level is
// counted but what the loops below show.

#define COUNTER pmevcntr0_el0

    .text

    .macro function name
    .global \name
    .type \name, %function
    .balign 16
\name:
    .endm

// void bench_trap(struct trap *t): see bench.h.
function bench_trap
    mov x11, x0
    ldp x0, x1, [x11, #0]
    ldp x2, x3, [x11, #16]
    ldp x4, x5, [x11, #32]
    ldp x6, x7, [x11, #48]
    ldr x8, [x11, #64]
    mrs x9, COUNTER
    svc #0
    mrs x10, COUNTER
    stp x0, x1, [x11, #0]
    stp x2, x3, [x11, #16]
    stp x4, x5, [x11, #32]
    stp x9, x10, [x11, #72]
    ret

// void bench_trap_fp(struct trap *t): the same by a thread that has just used its FPU, and uses it
// again before the second reading.
function bench_trap_fp
    mov x11, x0
    ldp x0, x1, [x11, #0]
    ldp x2, x3, [x11, #16]
    ldp x4, x5, [x11, #32]
    ldp x6, x7, [x11, #48]
    ldr x8, [x11, #64]
    .arch_extension fp
    fmov d0, x11
    mrs x9, COUNTER
    svc #0
    fmov x12, d0
    mrs x10, COUNTER
    stp x0, x1, [x11, #0]
    stp x2, x3, [x11, #16]
    stp x4, x5, [x11, #32]
    stp x9, x10, [x11, #72]
    ret

// void bench_store(struct trap *t): a store to a device in place of the trap. x0: value, x1: address.
function bench_store
    mov x11, x0
    ldp x0, x1, [x11, #0]
    mrs x9, COUNTER
    str w0, [x1]
    mrs x10, COUNTER
    stp x9, x10, [x11, #72]
    ret

// void bench_nothing(struct trap *t): what the two readings count by themselves.
function bench_nothing
    mov x11, x0
    mrs x9, COUNTER
    mrs x10, COUNTER
    stp x9, x10, [x11, #72]
    ret

// --- threads that answer -----------------------------------------------------------------------

// The same system call for ever. x19, x20: x0 and x1 of it; x6 to x8 as the call wants them.
function loop_trap
    mov x0, x19
    mov x1, x20
    svc #0
    b loop_trap

// As loop_trap, by a thread that uses its FPU each time.
function loop_trap_fp
    mov x0, x19
    mov x1, x20
    svc #0
    fmov d0, x19
    b loop_trap_fp

// As loop_trap; stores the counter as the first thing it does when it runs again. x21: where.
function loop_stamp
    mov x0, x19
    mov x1, x20
    svc #0
    mrs x9, COUNTER
    str x9, [x21]
    b loop_stamp

// Fault handler: lets a thread go on behind the system call that the kernel does not know. x19:
// endpoint, x6: reply object, x20: message info of the reply, x21: IPC buffer.
function loop_unknown
    mov x0, x19
    mov x1, x20
    svc #0
    ldr x9, [x21, #72]
    add x9, x9, #4
    str x9, [x21, #72]
    b loop_unknown

// Interrupt handler: takes the cause away (a store of zero to a device register, x21), acknowledges
// (x22: handler, x23: message info, x24, x25: system call numbers of Call and Wait), and waits again.
function loop_interrupt
    mov x0, x19
    mov x7, x25
    svc #0
    mrs x9, COUNTER
    str wzr, [x21]
    mov x0, x22
    mov x1, x23
    mov x7, x24
    svc #0
    str x9, [x26]
    b loop_interrupt
