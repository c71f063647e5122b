// SPDX-License-Identifier: BSD-2-Clause
//
// The host port: the types that the contract kernel/arch.h asks for.
#pragma once

#include <stdint.h>

// The registers of a simulated thread, as the ABI of AArch64 names them. A test writes them, enters
// the kernel, and reads them; the mock machine has a process execute them.
struct arch_context {
    uint64_t x[31];
    uint64_t sp;
    uint64_t pc; // where the thread goes on
    uint64_t spsr;
    uint64_t restart_pc; // the instruction that trapped
    uint64_t tpidr;
    uint64_t tpidrro;
    uint64_t executor; // what executes the thread, by a number of the machine's; 0: nothing yet
};

enum { ARCH_MESSAGE_REGISTERS = 4 };

enum { ARCH_CODE_BREAKPOINTS = 6, ARCH_DATA_BREAKPOINTS = 4 };

// An entry of a simulated translation table; 0 is empty.
//
//   63..12 address   5 cached   4 execute   3 write   2 read   1 page   0 table
typedef uint64_t arch_pte_t;
