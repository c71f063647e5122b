// SPDX-License-Identifier: BSD-2-Clause
//
// The processor's breakpoints, watchpoints and software step, for user level alone: EL1 is never
// stopped.
//
//   MDSCR_EL1   MDE: breakpoints and watchpoints work    SS: after each instruction, in EL0
//
// A step in the hardware:  SPSR_EL1.SS = 1 ── eret ──► one instruction ──► exception, SS = 0
//                          SPSR_EL1.SS = 0 ── eret ──► exception at once
//
// A thread's SS bit is lost whenever it makes a system call, or its registers are written. So it is
// not kept: the second exception says that nothing was executed, and sets the bit. A system call is
// thereby one step together with the instruction behind it, as on seL4.
#pragma once

#include <stdint.h>

struct tcb;

// Boot: nothing is debugged.
void debug_registers_init(void);

// Exceptions of the current thread, whose answer is the thread that is next. NULL if nothing of it
// is set so: then it cannot be debugged, and should not be run again.
struct tcb *debug_registers_breakpoint(void);
struct tcb *debug_registers_watchpoint(uint64_t address);
struct tcb *debug_registers_step(uint64_t syndrome);
