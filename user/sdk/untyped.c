// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/untyped.h>

#include <lib/bits.h>

bool untyped_add(struct untyped_pool *pool, struct untyped entry)
{
    if (pool->count == UNTYPED_MAX) {
        return false;
    }
    pool->entries[pool->count] = entry;
    pool->count++;
    return true;
}

// Offset of the first free, aligned byte. A wrap is impossible: used <= 2^47, bits <= 47.
static uint64_t next_offset(const struct untyped *entry, uint8_t bits)
{
    return align_up(entry->used, UINT64_C(1) << bits);
}

uint64_t untyped_room(const struct untyped *entry, uint8_t bits)
{
    uint64_t size = UINT64_C(1) << entry->bits;
    uint64_t offset = next_offset(entry, bits);
    return offset < size ? size - offset : 0;
}

bool untyped_take_from(struct untyped *entry, uint8_t bits, uint64_t count)
{
    // Divide, do not multiply: count << bits could overflow.
    if (untyped_room(entry, bits) >> bits < count) {
        return false;
    }
    entry->used = next_offset(entry, bits) + (count << bits);
    return true;
}

bool untyped_pick(const struct untyped_pool *pool, uint32_t owner, uint8_t bits, uint32_t *index)
{
    bool found = false;
    for (uint32_t i = 0; i < pool->count; i++) {
        const struct untyped *entry = &pool->entries[i];
        if (entry->device || entry->owner != owner ||
            (found && entry->bits >= pool->entries[*index].bits) ||
            untyped_room(entry, bits) >> bits == 0) {
            continue;
        }
        *index = i;
        found = true;
    }
    return found;
}

bool untyped_find(const struct untyped_pool *pool, uint64_t paddr, uint8_t bits, bool device,
                  uint32_t *index)
{
    uint64_t size = UINT64_C(1) << bits;
    if (!is_aligned(paddr, size)) {
        return false;
    }
    for (uint32_t i = 0; i < pool->count; i++) {
        const struct untyped *entry = &pool->entries[i];
        uint64_t total = UINT64_C(1) << entry->bits;
        if (entry->device == device && paddr >= entry->paddr &&
            paddr - entry->paddr >= entry->used && range_fits(paddr - entry->paddr, size, total)) {
            *index = i;
            return true;
        }
    }
    return false;
}

bool untyped_gap(const struct untyped *entry, uint64_t paddr, uint8_t *bits)
{
    uint64_t mark = entry->paddr + entry->used;
    if (mark >= paddr) {
        return false;
    }
    unsigned fits = log2_floor(paddr - mark);
    unsigned aligned = mark == 0 ? fits : ctz64(mark);
    *bits = (uint8_t)(aligned < fits ? aligned : fits);
    return true;
}
