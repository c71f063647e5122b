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
// One at EL2, which has no user level; at EL1 it would be user access.
#define DESC_EL2 (1ULL << 6)

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
static void map_blocks(struct tables *t, uint64_t vaddr, uint64_t paddr, uint64_t paddr_end,
                       uint64_t desc)
{
    memset(t, 0, sizeof(*t));
    t->l0[index_at(vaddr, 39)] = (uint64_t)(uintptr_t)t->l1 | DESC_TABLE;
    t->l1[index_at(vaddr, 30)] = (uint64_t)(uintptr_t)t->l2 | DESC_TABLE;
    for (unsigned i = index_at(vaddr, 21); i < ENTRIES && paddr < paddr_end; i++) {
        t->l2[i] = paddr | desc;
        paddr += PLACE_BLOCK;
    }
}

void tables_build(struct enter *e, const struct place *p, const struct place_machine *m)
{
    uint64_t gib = align_down(m->loader.start, PLACE_WINDOW);
    uint64_t start = m->ram.start > gib ? align_down(m->ram.start, PLACE_BLOCK) : gib;
    uint64_t desc = p->el == 2 ? DESC_BLOCK | DESC_EL2 : DESC_BLOCK;
    map_blocks(&low, start, start, m->ram.end, desc);
    map_blocks(&high, align_down(p->kernel_vaddr, PLACE_BLOCK),
               align_down(p->kernel.start, PLACE_BLOCK), m->ram.end, desc);
    e->ttbr0 = (uint64_t)(uintptr_t)low.l0;
    e->ttbr1 = (uint64_t)(uintptr_t)high.l0;
    if (p->el == 2) {
        unsigned kernel = index_at(p->kernel_vaddr, 39);
        low.l0[kernel] = high.l0[kernel]; // another entry than the loader's: see place.h
    }
    cpu_discard_cached(e->ttbr0, sizeof(low));
    cpu_discard_cached(e->ttbr1, sizeof(high));
}
