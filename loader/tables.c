// SPDX-License-Identifier: BSD-2-Clause
#include "tables.h"

#include "cpu.h"
#include "enter.h"
#include "lib/bits.h"
#include "lib/mem.h"

#define ENTRIES 512u

#define DESC_TABLE 3ULL
// Valid block, MAIR index 4, inner shareable, accessed; kernel read and write.
#define DESC_BLOCK (1ULL | 4ULL << 2 | 3ULL << 8 | 1ULL << 10)

struct tables {
    uint64_t l0[ENTRIES];
    uint64_t l1[ENTRIES];
    uint64_t l2[ENTRIES];
};

__attribute__((section(".noinit"), aligned(4096))) static struct tables low, high;

static unsigned index_at(uint64_t vaddr, unsigned shift)
{
    return (unsigned)(vaddr >> shift) & (ENTRIES - 1);
}

// Maps blocks from vaddr to paddr on, up to the end of vaddr's GiB and no block that starts at or
// above paddr_end.
static void map_blocks(struct tables *t, uint64_t vaddr, uint64_t paddr, uint64_t paddr_end)
{
    memset(t, 0, sizeof(*t));
    t->l0[index_at(vaddr, 39)] = (uint64_t)(uintptr_t)t->l1 | DESC_TABLE;
    t->l1[index_at(vaddr, 30)] = (uint64_t)(uintptr_t)t->l2 | DESC_TABLE;
    for (unsigned i = index_at(vaddr, 21); i < ENTRIES && paddr < paddr_end; i++) {
        t->l2[i] = paddr | DESC_BLOCK;
        paddr += PLACE_BLOCK;
    }
}

void tables_build(struct enter *e, const struct place *p, const struct place_machine *m)
{
    uint64_t gib = align_down(m->loader.start, PLACE_WINDOW);
    uint64_t start = m->ram.start > gib ? align_down(m->ram.start, PLACE_BLOCK) : gib;
    map_blocks(&low, start, start, m->ram.end);
    map_blocks(&high, align_down(p->kernel_vaddr, PLACE_BLOCK),
               align_down(p->kernel.start, PLACE_BLOCK), m->ram.end);
    e->ttbr0 = (uint64_t)(uintptr_t)low.l0;
    e->ttbr1 = (uint64_t)(uintptr_t)high.l0;
    cpu_discard_cached(e->ttbr0, sizeof(low));
    cpu_discard_cached(e->ttbr1, sizeof(high));
}
