// SPDX-License-Identifier: BSD-2-Clause
//
// Readings of the counter that one component takes and another one needs: a page that all of them
// have mapped. Who stores a reading has a higher priority than who looks at it.
#pragma once

#include <kaal/component.h>

#include <stdint.h>

struct marks {
    uint64_t left;    // before what is measured
    uint64_t reached; // behind it
    uint64_t handled; // in the driver

    // For who enters the driver's address space: where these are there.
    uint64_t raise; // the register whose store raises the interrupt
    uint64_t marks;
};

static inline volatile struct marks *marks_open(void)
{
    // NOLINTNEXTLINE(performance-no-int-to-ptr): an address from the start page
    return (volatile struct marks *)kaal_need(KAAL_START_MEMORY, "marks")->address;
}

// Retired instructions of EL0 and EL1, once counter_open() has been called; 32 bits.
static inline uint32_t counter(void)
{
    uint64_t value;
    __asm__ volatile("mrs %0, pmevcntr0_el0" : "=r"(value) : : "memory");
    return (uint32_t)value;
}
