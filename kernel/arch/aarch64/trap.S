// SPDX-License-Identifier: BSD-2-Clause
//
// Into the kernel and out of it.
//
// While a thread runs, SP_EL1 points to its registers (struct arch_context in its struct tcb). So an
// entry stores x0..x30 without needing a free register, then takes the one kernel stack, which is
// empty: the kernel never stops in the middle. The functions of the core that the entries call
// return the thread to go on with.
//
// The idle thread's context returns to idle_loop in EL1.

#include "offsets.h"

// An entry of the vector table is 32 instructions. Leaves SP_EL1 at the context and
//
//   x19, x20 SP_EL0, ELR_EL1     x21, x22 SPSR_EL1, TPIDR_EL0     x23 ESR_EL1
.macro entry_from_thread handler
    .balign 128
    stp     x0, x1, [sp, #CONTEXT_X + 16 * 0]
    stp     x2, x3, [sp, #CONTEXT_X + 16 * 1]
    stp     x4, x5, [sp, #CONTEXT_X + 16 * 2]
    stp     x6, x7, [sp, #CONTEXT_X + 16 * 3]
    stp     x8, x9, [sp, #CONTEXT_X + 16 * 4]
    stp     x10, x11, [sp, #CONTEXT_X + 16 * 5]
    stp     x12, x13, [sp, #CONTEXT_X + 16 * 6]
    stp     x14, x15, [sp, #CONTEXT_X + 16 * 7]
    stp     x16, x17, [sp, #CONTEXT_X + 16 * 8]
    stp     x18, x19, [sp, #CONTEXT_X + 16 * 9]
    stp     x20, x21, [sp, #CONTEXT_X + 16 * 10]
    stp     x22, x23, [sp, #CONTEXT_X + 16 * 11]
    stp     x24, x25, [sp, #CONTEXT_X + 16 * 12]
    stp     x26, x27, [sp, #CONTEXT_X + 16 * 13]
    stp     x28, x29, [sp, #CONTEXT_X + 16 * 14]
    mrs     x19, sp_el0
    mrs     x20, elr_el1
    mrs     x21, spsr_el1
    mrs     x22, tpidr_el0
    mrs     x23, esr_el1
    stp     x30, x19, [sp, #CONTEXT_X + 16 * 15]
    stp     x21, x22, [sp, #CONTEXT_SPSR]
    b       \handler
.endm

.macro take_kernel_stack
    adr     x9, kernel_stack_top
    mov     sp, x9
.endm

// The kernel does not fault, and it takes no interrupts.
.macro entry_from_kernel
    .balign 128
    b       kernel_faulted
.endm

    .section .text.trap_vectors, "ax"
    .balign 2048
    .global trap_vectors
trap_vectors:
    // from EL1 with SP_EL0
    entry_from_kernel
    entry_from_kernel
    entry_from_kernel
    entry_from_kernel
    // from EL1: synchronous, IRQ, FIQ, SError
    entry_from_kernel
    entry_from_kernel
    entry_from_kernel
    entry_from_kernel
    // from EL0
    entry_from_thread synchronous
    entry_from_thread interrupt
    entry_from_thread unexpected // FIQ: masked in every thread
    entry_from_thread unexpected // SError: of something that a thread did
    // from EL0 in AArch32: no thread's state says so
    entry_from_kernel
    entry_from_kernel
    entry_from_kernel
    entry_from_kernel

synchronous:
    lsr     x24, x23, #SYNDROME_CLASS_SHIFT
    cmp     x24, #SYNDROME_SVC64
    b.ne    1f
    // The svc is behind: a system call that restarts executes it again.
    sub     x24, x20, #4
    stp     x24, x20, [sp, #CONTEXT_RESTART]
    sub     x0, sp, #TCB_CONTEXT
    take_kernel_stack
    mov     x1, x7
    bl      entry_syscall

// To the thread in x0.
    .global trap_return
trap_return:
    add     sp, x0, #TCB_CONTEXT
    ldp     x30, x19, [sp, #CONTEXT_X + 16 * 15]
    ldr     x20, [sp, #CONTEXT_PC]
    ldp     x21, x22, [sp, #CONTEXT_SPSR]
    ldr     x23, [sp, #CONTEXT_TPIDRRO]
    msr     sp_el0, x19
    msr     elr_el1, x20
    msr     spsr_el1, x21
    msr     tpidr_el0, x22
    msr     tpidrro_el0, x23
    ldp     x0, x1, [sp, #CONTEXT_X + 16 * 0]
    ldp     x2, x3, [sp, #CONTEXT_X + 16 * 1]
    ldp     x4, x5, [sp, #CONTEXT_X + 16 * 2]
    ldp     x6, x7, [sp, #CONTEXT_X + 16 * 3]
    ldp     x8, x9, [sp, #CONTEXT_X + 16 * 4]
    ldp     x10, x11, [sp, #CONTEXT_X + 16 * 5]
    ldp     x12, x13, [sp, #CONTEXT_X + 16 * 6]
    ldp     x14, x15, [sp, #CONTEXT_X + 16 * 7]
    ldp     x16, x17, [sp, #CONTEXT_X + 16 * 8]
    ldp     x18, x19, [sp, #CONTEXT_X + 16 * 9]
    ldp     x20, x21, [sp, #CONTEXT_X + 16 * 10]
    ldp     x22, x23, [sp, #CONTEXT_X + 16 * 11]
    ldp     x24, x25, [sp, #CONTEXT_X + 16 * 12]
    ldp     x26, x27, [sp, #CONTEXT_X + 16 * 13]
    ldp     x28, x29, [sp, #CONTEXT_X + 16 * 14]
    eret

1:  stp     x20, x20, [sp, #CONTEXT_RESTART]
    take_kernel_stack
    mov     x0, x23
    bl      trap_synchronous
    b       trap_return

interrupt:
    stp     x20, x20, [sp, #CONTEXT_RESTART]
    take_kernel_stack
    bl      entry_interrupt
    b       trap_return

unexpected:
    stp     x20, x20, [sp, #CONTEXT_RESTART]
    take_kernel_stack
    mov     x0, x23
    bl      trap_unexpected
    b       trap_return

// Interrupts stay masked: a pending one ends the wait all the same.
    .global idle_loop
idle_loop:
    dsb     sy
    wfi
    take_kernel_stack
    bl      entry_interrupt
    b       trap_return

// Stores everything in kernel_fault_registers, then reports, on a stack of its own: the kernel stack
// may be what is wrong. One fault can be survived: an SMC that the machine does not have.
kernel_faulted:
    msr     tpidr_el1, x0
    adrp    x0, kernel_fault_registers
    add     x0, x0, :lo12:kernel_fault_registers
    stp     x2, x3, [x0, #16 * 1]
    stp     x4, x5, [x0, #16 * 2]
    stp     x6, x7, [x0, #16 * 3]
    stp     x8, x9, [x0, #16 * 4]
    stp     x10, x11, [x0, #16 * 5]
    stp     x12, x13, [x0, #16 * 6]
    stp     x14, x15, [x0, #16 * 7]
    stp     x16, x17, [x0, #16 * 8]
    stp     x18, x19, [x0, #16 * 9]
    stp     x20, x21, [x0, #16 * 10]
    stp     x22, x23, [x0, #16 * 11]
    stp     x24, x25, [x0, #16 * 12]
    stp     x26, x27, [x0, #16 * 13]
    stp     x28, x29, [x0, #16 * 14]
    mov     x2, sp
    stp     x30, x2, [x0, #16 * 15]
    mrs     x3, tpidr_el1
    stp     x3, x1, [x0]
    mrs     x4, elr_el1
    mrs     x5, esr_el1
    stp     x4, x5, [x0, #FAULT_PC]
    mrs     x6, far_el1
    str     x6, [x0, #FAULT_ADDRESS]
    adr     x7, smc_instruction
    cmp     x4, x7
    b.eq    smc_undefined
    adrp    x9, kernel_fault_stack_top
    add     x9, x9, :lo12:kernel_fault_stack_top
    mov     sp, x9
    b       kernel_fault

// void arch_smc(uint64_t regs[8])
    .section .text.arch_smc, "ax"
    .global arch_smc
arch_smc:
    stp     x19, x30, [sp, #-16]!
    mov     x19, x0
    ldp     x6, x7, [x19, #48]
    ldp     x4, x5, [x19, #32]
    ldp     x2, x3, [x19, #16]
    ldp     x0, x1, [x19]
smc_instruction:
    smc     #0
smc_done:
    stp     x0, x1, [x19]
    stp     x2, x3, [x19, #16]
    stp     x4, x5, [x19, #32]
    stp     x6, x7, [x19, #48]
    ldp     x19, x30, [sp], #16
    ret

// There is no secure monitor: NOT_SUPPORTED, the other registers as they were.
smc_undefined:
    ldp     x2, x3, [x0, #16 * 1]
    ldp     x4, x5, [x0, #16 * 2]
    ldp     x6, x7, [x0, #16 * 3]
    mov     x0, #-1
    adr     x9, smc_done
    msr     elr_el1, x9
    eret

    .section .bss.kernel_stack, "aw", %nobits
    .balign 4096
    .global kernel_stack_guard
kernel_stack_guard: // never mapped
    .skip   4096
    .skip   4096
    .global kernel_stack_top
kernel_stack_top:
    .skip   2048
kernel_fault_stack_top:
