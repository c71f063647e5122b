// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/dma.h>

#include <lib/bits.h>
#include <lib/mem.h>

struct kaal_dma kaal_dma_of(const struct kaal_start_entry *entry)
{
    return (struct kaal_dma){
        .memory = (uint8_t *)entry->address, // NOLINT: start page
        .paddr = entry->paddr,
        .size = entry->size,
    };
}

void *kaal_dma_take(struct kaal_dma *dma, size_t size, size_t align, uint64_t *paddr)
{
    uint64_t at = align_up(dma->paddr + dma->used, align) - dma->paddr;
    if (at > dma->size || size > dma->size - at) {
        return NULL;
    }
    dma->used = at + size;
    *paddr = dma->paddr + at;
    memset(&dma->memory[at], 0, size);
    return &dma->memory[at];
}
