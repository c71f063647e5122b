// SPDX-License-Identifier: BSD-2-Clause
//
// The CPU's state that the kernel is entered with.
#pragma once

#include "enter.h"

#include <stddef.h>
#include <stdint.h>

// The bytes at a physical address: the loader runs without translation.
static inline void *phys(uint64_t address)
{
    return (void *)(uintptr_t)address;
}

// 1, 2 or 3.
unsigned cpu_el(void);

// At EL2, for kernels of both levels: EL1 becomes AArch64 and untrapped, its timers and the GIC's
// registers usable, the virtual counter equal to the physical one.
void el2_prepare(void);

// Drops the cache lines of [start, start + size). Memory was written with the data cache off, so
// whatever a cache holds of it is older.
void cpu_discard_cached(uint64_t start, uint64_t size);

// Fills sctlr, mair, tcr for translation at e->el.
void cpu_translation(struct enter *e);

// A PSCI call with this function number, by HVC or SMC.
void cpu_hvc(uint32_t function);
void cpu_smc(uint32_t function);

_Noreturn void cpu_halt(void);
