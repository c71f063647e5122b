// SPDX-License-Identifier: BSD-2-Clause
//
// Between trap.S and trap.c.
#pragma once

#include <stdint.h>

struct tcb;

// The registers at a fault of the kernel itself.
struct kernel_fault {
    uint64_t x[31];
    uint64_t sp;
    uint64_t pc;
    uint64_t syndrome;
    uint64_t address;
};

extern struct kernel_fault kernel_fault_registers;

// The current thread was interrupted by an exception with this syndrome, not by a system call.
// Returns the thread to go on with.
struct tcb *trap_synchronous(uint64_t syndrome);
// By something that no thread can mask and the kernel does not use.
struct tcb *trap_unexpected(uint64_t syndrome);

_Noreturn void kernel_fault(const struct kernel_fault *fault);
