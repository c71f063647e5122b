// SPDX-License-Identifier: BSD-2-Clause
//
// Memory that a device reads and writes by itself: contiguous, with the address under which the
// device finds it. A driver takes what it needs when it starts and keeps it.
//
//    memory   |#### taken ####|........ free ........|
//             paddr           paddr + used           paddr + size
#pragma once

#include <kaal/start.h>

#include <stddef.h>
#include <stdint.h>

struct kaal_dma {
    uint8_t *memory;
    uint64_t paddr;
    size_t size;
    size_t used; // Invariant: used <= size
};

// The memory of a KAAL_START_DMA entry.
struct kaal_dma kaal_dma_of(const struct kaal_start_entry *entry);

// `size` zeroed bytes at a physical address that is a multiple of `align`, a power of two; NULL if
// they do not fit.
void *kaal_dma_take(struct kaal_dma *dma, size_t size, size_t align, uint64_t *paddr);
