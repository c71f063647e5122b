// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/boot_memory.h"

#include "kernel/assert.h"
#include "lib/bits.h"

#include <sel4/constants.h>

// --- ranges -------------------------------------------------------------------------------------

static void insert(struct boot_ranges *ranges, unsigned at, struct plat_range range)
{
    if (ranges->count == BOOT_RANGE_COUNT) {
        PANIC("memory is in too many pieces");
    }
    for (unsigned i = ranges->count; i > at; i--) {
        ranges->range[i] = ranges->range[i - 1];
    }
    ranges->range[at] = range;
    ranges->count++;
}

static void erase(struct boot_ranges *ranges, unsigned at)
{
    ranges->count--;
    for (unsigned i = at; i < ranges->count; i++) {
        ranges->range[i] = ranges->range[i + 1];
    }
}

void boot_ranges_add(struct boot_ranges *ranges, struct plat_range range)
{
    if (range.start.raw < range.end.raw) {
        insert(ranges, ranges->count, range);
    }
}

void boot_ranges_remove(struct boot_ranges *ranges, struct plat_range hole)
{
    if (hole.start.raw >= hole.end.raw) {
        return;
    }
    for (unsigned i = 0; i < ranges->count;) {
        const struct plat_range whole = ranges->range[i];
        if (hole.end.raw <= whole.start.raw || whole.end.raw <= hole.start.raw) {
            i++;
            continue;
        }
        erase(ranges, i);
        if (hole.end.raw < whole.end.raw) {
            insert(ranges, i, (struct plat_range){hole.end, whole.end});
        }
        if (whole.start.raw < hole.start.raw) {
            insert(ranges, i, (struct plat_range){whole.start, hole.start});
            i++;
        }
    }
}

void boot_ranges_free(struct boot_ranges *ranges, const struct boot_args *args)
{
    ranges->count = 0;
    for (unsigned i = 0; i < plat_ram_count(); i++) {
        boot_ranges_add(ranges, plat_ram(i));
    }
    boot_ranges_remove(ranges, args->kernel);
    boot_ranges_remove(ranges, args->tree);
    boot_ranges_remove(ranges, args->image);
}

void boot_ranges_device(struct boot_ranges *ranges)
{
    const uint64_t top = UINT64_C(1) << KCFG_PADDR_USER_DEVICE_TOP_BITS;
    ranges->count = 0;
    boot_ranges_add(ranges, (struct plat_range){paddr(0), paddr(top)});
    for (unsigned i = 0; i < plat_ram_count(); i++) {
        boot_ranges_remove(ranges, plat_ram(i));
    }
    for (unsigned i = 0; i < plat_kernel_device_count(); i++) {
        boot_ranges_remove(ranges, plat_kernel_device(i));
    }
}

unsigned boot_piece_bits(struct plat_range range)
{
    unsigned bits = log2_floor(range.end.raw - range.start.raw);
    if (range.start.raw != 0 && ctz64(range.start.raw) < bits) {
        bits = ctz64(range.start.raw);
    }
    return bits < seL4_MaxUntypedBits ? bits : seL4_MaxUntypedBits;
}

// --- objects ------------------------------------------------------------------------------------

static unsigned max(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

// Objects one after the other.
struct cursor {
    uint64_t next;
};

static paddr_t take(struct cursor *cursor, uint64_t bytes)
{
    const paddr_t here = paddr(cursor->next);
    cursor->next += bytes;
    return here;
}

static paddr_t take_bits(struct cursor *cursor, unsigned bits)
{
    return take(cursor, UINT64_C(1) << bits);
}

static struct boot_objects lay_out(uint64_t start, struct boot_demand demand)
{
    struct cursor cursor = {start};
    struct boot_objects objects = {.all.start = paddr(start)};
    const unsigned first = max(demand.cnode_bits, seL4_VSpaceBits);
    const bool extra = demand.extra_bits != 0;

    if (extra && demand.extra_bits >= first) {
        objects.extra = take_bits(&cursor, demand.extra_bits);
    }
    objects.cnode = take_bits(&cursor, demand.cnode_bits);
    if (extra && demand.extra_bits < first && demand.extra_bits >= seL4_VSpaceBits) {
        objects.extra = take_bits(&cursor, demand.extra_bits);
    }
    objects.vspace = take_bits(&cursor, seL4_VSpaceBits);
    objects.asid_pool = take_bits(&cursor, seL4_ASIDPoolBits);
    objects.buffer = take_bits(&cursor, seL4_PageBits);
    objects.info = take_bits(&cursor, seL4_PageBits);
    if (seL4_TCBBits >= seL4_PageTableBits) {
        objects.tcb = take_bits(&cursor, seL4_TCBBits);
    }
    objects.tables = take(&cursor, demand.tables << seL4_PageTableBits);
    if (seL4_TCBBits < seL4_PageTableBits) {
        objects.tcb = take_bits(&cursor, seL4_TCBBits);
    }
    objects.sched_context = take_bits(&cursor, seL4_MinSchedContextBits);
    objects.all.end = paddr(cursor.next);
    return objects;
}

// A root CNode is larger than a VSpace in every configuration, and extra boot info never smaller.
_Static_assert(KCFG_ROOT_CNODE_BITS + seL4_SlotBits >= seL4_VSpaceBits, "order of objects");
_Static_assert(seL4_VSpaceBits == seL4_PageBits, "order of objects");

struct boot_objects boot_objects_place(struct boot_ranges *free, struct boot_demand demand)
{
    const struct boot_objects measure = lay_out(0, demand);
    const uint64_t size = measure.all.end.raw;
    const unsigned align_bits = max(max(demand.cnode_bits, seL4_VSpaceBits), demand.extra_bits);

    for (unsigned i = free->count; i > 0; i--) {
        const struct plat_range range = free->range[i - 1];
        if (range.end.raw < size) {
            continue;
        }
        const uint64_t start = align_down(range.end.raw - size, UINT64_C(1) << align_bits);
        if (start >= range.start.raw) {
            const struct boot_objects objects = lay_out(start, demand);
            boot_ranges_remove(free, objects.all);
            return objects;
        }
    }
    PANIC("no room for the objects of the initial task");
}
