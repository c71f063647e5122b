// SPDX-License-Identifier: BSD-2-Clause
//
// What runs inside the measured window, instruction by instruction: the measuring trap of the root
// task, and the loops of the threads that answer it. The kernel leaves x6 to x30 alone, so whatever a
// loop needs again is in those.
//
// The counter is read by `mrs` right before and right after the `svc`: nothing else of user level is
// counted but what the loops below show.

    .arch_extension fp

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
// again before the second reading. x8 is what it finds in a register that held `t`.
function bench_trap_fp
    mov x11, x0
    ldp x0, x1, [x11, #0]
    ldp x2, x3, [x11, #16]
    ldp x4, x5, [x11, #32]
    ldp x6, x7, [x11, #48]
    ldr x8, [x11, #64]
        fmov d0, x11
    mrs x9, COUNTER
    svc #0
    fmov x12, d0
    mrs x10, COUNTER
    stp x0, x1, [x11, #0]
    stp x2, x3, [x11, #16]
    stp x4, x5, [x11, #32]
    stp x9, x10, [x11, #72]
    str x12, [x11, #64]
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

// void bench_delay(uint32_t instructions): takes about as many.
function bench_delay
    lsr w0, w0, #1
1:  subs w0, w0, #1
    b.hi 1b
    ret

// uint32_t bench_gap(uint32_t instructions): for so long, the longest time that this thread did not run.
function bench_gap
    mrs x9, COUNTER
    mov x10, x9
    mov w11, wzr
1:  mrs x12, COUNTER
    sub w13, w12, w9
    mov x9, x12
    cmp w13, w11
    csel w11, w13, w11, hi
    sub w13, w12, w10
    cmp w13, w0
    b.lo 1b
    mov w0, w11
    ret

// void bench_spin(struct trap *t, uint64_t *stamp): runs until another thread has stored the counter.
// Leaves its own last reading before that, which is up to one round, 5 instructions, older than the
// interruption.
function bench_spin
    mrs x9, COUNTER
    str xzr, [x1]
1:  mov x12, x9
    mrs x9, COUNTER
    ldr x10, [x1]
    cbz x10, 1b
    cmp x9, x10
    csel x9, x12, x9, hi
    stp x9, x10, [x0, #72]
    ret

// --- threads that answer -----------------------------------------------------------------------

// Each loop loads again what a library's stub would load again, so that user level's part of a round
// trip is as long as in the reference: the number of instructions from one `svc` to the next is told
// with the loop.

// Server, 5: ReplyRecv for ever. x19: endpoint, x20: message info of the reply, x21: reply object.
function loop_serve
    mov x0, x19
    mov x1, x20
    mov x6, x21
    svc #0
    b loop_serve

// As loop_serve, and uses its FPU each time.
function loop_serve_fp
    mov x0, x19
    mov x1, x20
    mov x6, x21
    svc #0
    fmov d0, x19
    b loop_serve_fp

// Waiter, 6: Wait for ever. x19: notification, x22: number of the system call.
function loop_wait
    mov x0, x19
    mov x1, xzr
    mov x6, xzr
    mov x7, x22
    svc #0
    b loop_wait

// As loop_wait; stores the counter as the first thing it does when it runs again. x21: where.
function loop_stamp
    mov x0, x19
    mov x7, x22
    svc #0
    mrs x9, COUNTER
    str x9, [x21]
    b loop_stamp

// One system call, the counter stored right before it. x0 to x8: the call, x21: where.
function loop_once
    mrs x9, COUNTER
    str x9, [x21]
    svc #0
    b .

// One system call between two readings, stored at x21. Then it faults; nobody handles that, so it
// ends. x0 to x8: the call.
function loop_work
    mrs x9, COUNTER
    str x9, [x21]
    svc #0
    mrs x9, COUNTER
    str x9, [x21, #8]
    mov x7, xzr
    svc #0
    b .

// A server that asks the next one. x19: own endpoint, x6: reply object, x20: the next one's endpoint,
// x22, x23: numbers of Recv and Call.
function loop_chain
    mov x0, x19
    mov x7, x22
    svc #0
    mov x0, x20
    mov x1, xzr
    mov x7, x23
    svc #0
    b .

// Yields for ever, 3. x22: number of the system call.
function loop_yield
    mov x7, x22
    svc #0
    b loop_yield

// As loop_yield; stores the counter whenever it runs again. x21: where.
function loop_released
    mov x7, x22
    svc #0
    mrs x9, COUNTER
    str x9, [x21]
    b loop_released

// Fault handler, 7: lets a thread go on behind the system call that the kernel does not know. x19:
// endpoint, x6: reply object, x20: message info of the reply, x21: IPC buffer.
function loop_unknown
    mov x0, x19
    mov x1, x20
    svc #0
    ldr x9, [x21, #72]
    add x9, x9, #4
    str x9, [x21, #72]
    b loop_unknown

// Interrupt handler: takes the cause away (a store of zero to a device register, x21), acknowledges by
// a Call, and waits again. x19: notification, x20: IRQ handler, x22: number of Wait, x23: of Call,
// x24: message info of the acknowledgement, x25: where the counter is stored.
function loop_interrupt
    mov x0, x19
    mov x1, xzr
    mov x6, xzr
    mov x7, x22
    svc #0
    mrs x9, COUNTER
    str wzr, [x21]
    mov x0, x20
    mov x1, x24
    mov x7, x23
    svc #0
    str x9, [x25]
    b loop_interrupt

// As loop_interrupt, but measures the acknowledgement by itself. x25: where its instructions are
// stored.
function loop_acknowledge
    mov x0, x19
    mov x7, x22
    svc #0
    str wzr, [x21]
    mov x0, x20
    mov x1, x24
    mov x7, x23
    mrs x9, COUNTER
    svc #0
    mrs x10, COUNTER
    sub x9, x10, x9
    str x9, [x25]
    b loop_acknowledge

// --- the component of raw rows --------------------------------------------------------------------

// What lies outside of the image in its address space, how much of that it clears (rows_raw.c), and its
// stack.
#define PROGRAM 0x500000
#define CLEARED 0xf400
#define STACK   0x2000

// First instruction of one that is born: tells the counter by Send. x0: the endpoint.
    .balign 512
function born
    mrs x2, COUNTER
    mov x1, #1
    mov x7, #-5
    svc #0
    b .

// The same of one that is born again, with the reading that it took before it crashed. Then it crashes.
function reborn
    mrs x2, COUNTER
1:  mov x3, x9
    mov x1, #2
    mov x7, #-5
    svc #0
    mov x4, xzr
    mrs x9, COUNTER
    str xzr, [x4]

// [x4, x5), as the start-up code of components does it.
    .macro clear
2:  stp xzr, xzr, [x4]
    stp xzr, xzr, [x4, #16]
    stp xzr, xzr, [x4, #32]
    stp xzr, xzr, [x4, #48]
    stp xzr, xzr, [x4, #64]
    stp xzr, xzr, [x4, #80]
    stp xzr, xzr, [x4, #96]
    stp xzr, xzr, [x4, #112]
    add x4, x4, #128
    cmp x4, x5
    b.lo 2b
    .endm

// As reborn, and clears its memory first.
function reborn_clean
    mov x4, #PROGRAM
    add x5, x4, #(CLEARED & 0xff000)
    add x5, x5, #(CLEARED & 0xfff)
    clear
    mov x5, sp
    sub x4, x5, #STACK
    clear
    mrs x2, COUNTER
    b 1b
