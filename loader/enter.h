// SPDX-License-Identifier: BSD-2-Clause
//
// What enter_kernel() (start.S) loads into registers, by offset: shared by C and assembly.
#pragma once

#define ENTER_X0    0
#define ENTER_ENTRY 48
#define ENTER_MAIR  64
#define ENTER_TTBR0 80
#define ENTER_EL    96

#ifndef __ASSEMBLER__

#include <stddef.h>
#include <stdint.h>

struct enter {
    // seL4's boot arguments: physical start and end of the root task's image, physical - virtual
    // address of it, its entry point, the device tree and its size (0, 0 without one).
    uint64_t x[6];
    uint64_t entry; // virtual
    uint64_t sctlr;
    uint64_t mair;
    uint64_t tcr;
    uint64_t ttbr0;
    uint64_t ttbr1; // of EL1 alone
    uint64_t el;    // the kernel's exception level, 1 or 2
};

_Static_assert(offsetof(struct enter, x) == ENTER_X0, "start.S");
_Static_assert(offsetof(struct enter, entry) == ENTER_ENTRY, "start.S");
_Static_assert(offsetof(struct enter, sctlr) == ENTER_ENTRY + 8, "start.S loads pairs");
_Static_assert(offsetof(struct enter, mair) == ENTER_MAIR, "start.S");
_Static_assert(offsetof(struct enter, tcr) == ENTER_MAIR + 8, "start.S loads pairs");
_Static_assert(offsetof(struct enter, ttbr0) == ENTER_TTBR0, "start.S");
_Static_assert(offsetof(struct enter, ttbr1) == ENTER_TTBR0 + 8, "start.S loads pairs");
_Static_assert(offsetof(struct enter, el) == ENTER_EL, "start.S");

// Called by start.S.
_Noreturn void loader_main(uint64_t x0);
_Noreturn void loader_exception(uint64_t esr, uint64_t elr, uint64_t far);

// Goes to the kernel's exception level, turns the MMU and the caches on, enters the kernel.
_Noreturn void enter_kernel(const struct enter *e);

#endif
