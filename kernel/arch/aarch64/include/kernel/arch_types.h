// SPDX-License-Identifier: BSD-2-Clause
//
// AArch64 at EL1: the types that the contract kernel/arch.h asks for.
#pragma once

#include <stdint.h>

// A thread's registers. The trap code addresses the fields by the offsets in offsets.h.
struct arch_context {
    uint64_t x[31];
    uint64_t sp;         // SP_EL0
    uint64_t restart_pc; // the instruction that trapped
    uint64_t pc;         // where the thread goes on
    uint64_t spsr;
    uint64_t tpidr;        // TPIDR_EL0
    uint64_t tpidrro;      // TPIDRRO_EL0
    uint64_t uses_vectors; // the thread computed with them (fpu.h)
    // Stale while this context owns the vector unit.
    uint64_t vector[64]; // v0..v31
    uint64_t fpsr;
    uint64_t fpcr;
};

enum { ARCH_MESSAGE_REGISTERS = 4 };

// A descriptor of a stage 1 translation table with a 4 KiB granule.
typedef uint64_t arch_pte_t;
