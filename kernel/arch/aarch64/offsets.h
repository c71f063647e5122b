// SPDX-License-Identifier: BSD-2-Clause
//
// Numbers that the assembly code needs; context.c checks them against the structures.
#pragma once

#define CONTEXT_X       0
#define CONTEXT_SP      248
#define CONTEXT_RESTART 256 // and PC
#define CONTEXT_PC      264
#define CONTEXT_SPSR    272 // and TPIDR
#define CONTEXT_TPIDRRO 288
#define CONTEXT_VECTOR  304
#define CONTEXT_FPSR    816

// Of struct tcb: where its context begins.
#define TCB_CONTEXT 288

// Kernel mode, all interrupts masked: SPSR of the idle thread.
#define PSTATE_EL1H_MASKED 0x3c5

#define SYNDROME_CLASS_SHIFT 26
#define SYNDROME_SVC64       0x15

// Registers that a fault in the kernel saves (struct kernel_fault): x0..x30, then these.
#define FAULT_SP       248
#define FAULT_PC       256
#define FAULT_SYNDROME 264
#define FAULT_ADDRESS  272
