// SPDX-License-Identifier: BSD-2-Clause
//
// The suite's first instructions, and those of every thread that it makes.

#define BLOCK_SIZE 0x4000
#define BLOCK_TOP  32

// The initial thread: x0 is the address of the boot info, all else should be zero; x1 tells suite_main()
// whether it is. Its stack is that of the first block (thread.h).
    .section .text.start, "ax"
    .global _start
    .type _start, %function
_start:
    .irp n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30
    orr x1, x1, x\n
    .endr
    mov x2, sp
    orr x1, x1, x2
    mrs x2, tpidr_el0
    orr x1, x1, x2
    mrs x2, tpidrro_el0
    orr x1, x1, x2
    adrp x9, suite_blocks
    add x9, x9, :lo12:suite_blocks
    add x9, x9, #BLOCK_SIZE
    sub x9, x9, #BLOCK_TOP
    mov sp, x9
    mov x29, xzr
    bl suite_main
    udf #0
    .size _start, . - _start

// Another thread: x0 is the function's argument, x1 the function. It ends as thread_leave() says.
    .global thread_entry
    .type thread_entry, %function
thread_entry:
    mov x29, xzr
    blr x1
    bl thread_leave
    udf #0
    .size thread_entry, . - thread_entry

// seL4_Word peek(seL4_Word), poke(seL4_Word), jump(seL4_Word).
    .global peek, poke, jump, peek_instruction, poke_instruction
    .type peek, %function
    .type poke, %function
    .type jump, %function
peek:
peek_instruction:
    ldr x0, [x0]
    ret
poke:
poke_instruction:
    str x0, [x0]
    ret
jump:
    br x0

// seL4_Word call_empty(seL4_CPtr)
    .global call_empty, call_empty_svc
    .type call_empty, %function
call_empty:
    mov x1, xzr
    mov x7, #-1
call_empty_svc:
    svc #0
    lsr x0, x1, #12
    ret

// void trap_registers(struct registers *all): loads x0 to x30 and the flags, traps, stores them.
//
//    sp -> | x30 of the trap | all | x19..x30 |
    .text
    .global trap_registers
    .type trap_registers, %function
trap_registers:
    stp x29, x30, [sp, #-96]!
    stp x19, x20, [sp, #16]
    stp x21, x22, [sp, #32]
    stp x23, x24, [sp, #48]
    stp x25, x26, [sp, #64]
    stp x27, x28, [sp, #80]
    stp xzr, x0, [sp, #-16]!
    mov x30, x0
    ldr x9, [x30, #248]
    msr nzcv, x9
    ldp x0, x1, [x30]
    ldp x2, x3, [x30, #16]
    ldp x4, x5, [x30, #32]
    ldp x6, x7, [x30, #48]
    ldp x8, x9, [x30, #64]
    ldp x10, x11, [x30, #80]
    ldp x12, x13, [x30, #96]
    ldp x14, x15, [x30, #112]
    ldp x16, x17, [x30, #128]
    ldp x18, x19, [x30, #144]
    ldp x20, x21, [x30, #160]
    ldp x22, x23, [x30, #176]
    ldp x24, x25, [x30, #192]
    ldp x26, x27, [x30, #208]
    ldp x28, x29, [x30, #224]
    ldr x30, [x30, #240]
    .global trap_registers_svc
trap_registers_svc:
    svc #0
    str x30, [sp]
    ldr x30, [sp, #8]
    stp x0, x1, [x30]
    stp x2, x3, [x30, #16]
    stp x4, x5, [x30, #32]
    stp x6, x7, [x30, #48]
    stp x8, x9, [x30, #64]
    stp x10, x11, [x30, #80]
    stp x12, x13, [x30, #96]
    stp x14, x15, [x30, #112]
    stp x16, x17, [x30, #128]
    stp x18, x19, [x30, #144]
    stp x20, x21, [x30, #160]
    stp x22, x23, [x30, #176]
    stp x24, x25, [x30, #192]
    stp x26, x27, [x30, #208]
    stp x28, x29, [x30, #224]
    ldr x9, [sp]
    str x9, [x30, #240]
    mrs x9, nzcv
    str x9, [x30, #248]
    add sp, sp, #16
    ldp x19, x20, [sp, #16]
    ldp x21, x22, [sp, #32]
    ldp x23, x24, [sp, #48]
    ldp x25, x26, [sp, #64]
    ldp x27, x28, [sp, #80]
    ldp x29, x30, [sp], #96
    ret
    .size trap_registers, . - trap_registers
