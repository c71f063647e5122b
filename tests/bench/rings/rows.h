// SPDX-License-Identifier: BSD-2-Clause
//
// What source and sink agree on.
#pragma once

#include "../components/ring_bench.h"

#include <kaal/start_page.h>

#include <stdbool.h>

enum {
    MESSAGES = 4096, // of each row, a power of two
    CAPACITY = 128,
    ROWS = 3,
};

static const uint64_t batches[ROWS] = {1, 8, 64};

// The ring of the component's region; stops the component if it cannot be opened.
void rows_open(struct kaal_ring *ring, enum kaal_ring_side side);

// Behind the ring.
struct marks {
    uint32_t begins;   // by the source: the counter at the beginning of a row
    uint64_t finished; // by the sink: rows of which it has everything
};

volatile struct marks *rows_marks(void);

// PMU event 0x08, instructions, of all components and the kernel.
void counter_open(void);

static inline uint32_t counter(void)
{
    uint64_t count;
    __asm__ volatile("mrs %0, pmevcntr0_el0" : "=r"(count) : : "memory");
    return (uint32_t)count;
}
