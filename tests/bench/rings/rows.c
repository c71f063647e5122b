// SPDX-License-Identifier: BSD-2-Clause
#include "rows.h"

#include <kaal/component.h>

// The component's only region: a ring of CAPACITY, and the marks behind it.
static const struct kaal_start_entry *region(void)
{
    const struct kaal_start_entry *memory = kaal_need(KAAL_START_MEMORY, NULL);
    if (memory->size < kaal_ring_bytes(CAPACITY, RING_BENCH_BYTES) + sizeof(struct marks)) {
        kaal_stop("the region is too small");
    }
    return memory;
}

void rows_open(struct kaal_ring *ring, enum kaal_ring_side side)
{
    void *at = (void *)region()->address; // NOLINT: start page
    if (kaal_ring_open(ring, side, at, kaal_ring_bytes(CAPACITY, RING_BENCH_BYTES),
                       RING_BENCH_BYTES, kaal_start->generation) != KAAL_OK) {
        kaal_stop("the ring cannot be opened");
    }
}

volatile struct marks *rows_marks(void)
{
    uint64_t at = region()->address + kaal_ring_bytes(CAPACITY, RING_BENCH_BYTES);
    return (volatile struct marks *)at; // NOLINT: start page
}

void counter_open(void)
{
    enum { INST_RETIRED = 0x08, COUNTER_0 = 1, ENABLE = 1 };
    __asm__ volatile("msr pmevtyper0_el0, %0" : : "r"((uint64_t)INST_RETIRED));
    __asm__ volatile("msr pmcntenset_el0, %0" : : "r"((uint64_t)COUNTER_0));
    __asm__ volatile("msr pmcr_el0, %0" : : "r"((uint64_t)ENABLE));
    __asm__ volatile("isb" : : : "memory");
}
