// SPDX-License-Identifier: BSD-2-Clause

#include "broker.h"

#include <kaal/layout.h>

#include <lib/bits.h>

enum {
    RETYPE_MAX = CONFIG_RETYPE_FAN_OUT_LIMIT,
    PIECE_BITS_MIN = 14, // the least piece of an arena
    RUN_MIN = 8,         // the least run of slots

    // What the broker needs itself at first: page tables and small objects; and for each component
    // of a system of many: its part of the tables for start pages, and a reply object.
    OWN_BYTES = 1 << 18,
    OWN_SLOTS = 512,
    OWN_BYTES_EACH = (KAAL_LAYOUT_START_END - KAAL_LAYOUT_START_PAGE) / 512 + 32,
    OWN_EACH_FROM = 256,
};

static uint64_t slot_words[SLOTS_WORDS(SLOTS_MAX)];

// --- the pool on this kernel ---------------------------------------------------------------------

static bool retype_untyped(void *context, uint32_t parent, uint8_t bits, uint32_t count,
                           uint32_t first)
{
    (void)context;
    return refused(seL4_Untyped_Retype(parent, seL4_UntypedObject, bits, store(), 0, 0, first,
                                       count)) == KAAL_OK;
}

static void remove_untyped(void *context, uint32_t slot)
{
    (void)context;
    (void)seL4_CNode_Delete(store(), slot, store_depth());
}

enum kaal_err memory_open(void)
{
    static const struct pool_ops ops = {.retype = retype_untyped, .remove = remove_untyped};
    const struct kaal_handover *table = broker.table;
    slots_open(&broker.slots, slot_words, UINT32_C(1) << table->store_bits);
    (void)slots_give(&broker.slots, table->first_free, broker.slots.count - table->first_free);
    pool_open(&broker.pool, &ops, &broker.slots);
    const struct kaal_handover_untyped *from =
        (const void *)((const uint8_t *)table + table->untyped_offset);
    for (uint32_t i = 0; i < table->untyped_count; i++) {
        enum kaal_err err =
            pool_add(&broker.pool, (struct pool_untyped){.paddr = from[i].paddr,
                                                         .used = from[i].used,
                                                         .slot = from[i].slot,
                                                         .bits = from[i].bits,
                                                         .device = from[i].device != 0});
        if (err != KAAL_OK) {
            return err;
        }
    }
    return arena_reserve(&broker.own, OWN_BYTES, OWN_SLOTS, 0);
}

// --- arenas --------------------------------------------------------------------------------------

static enum kaal_err add_piece(struct arena *arena, uint8_t bits)
{
    uint32_t node = 0;
    if (arena->piece_count == ARENA_PARTS) {
        return KAAL_ERR_MEMORY;
    }
    enum kaal_err err = pool_take(&broker.pool, bits, &node);
    if (err == KAAL_OK) {
        arena->pieces[arena->piece_count].node = node;
        arena->pieces[arena->piece_count].used = 0;
        arena->piece_count++;
    }
    return err;
}

enum kaal_err store_merge_and_take(uint32_t count, uint32_t *first)
{
    bool merged = pool_settle(&broker.pool, count) > 0;
    return merged && slots_take(&broker.slots, count, first) ? KAAL_OK : KAAL_ERR_SLOTS;
}

static enum kaal_err add_run(struct run *runs, uint8_t *count, uint32_t slots)
{
    uint32_t first = 0;
    if (*count == ARENA_PARTS || store_take(slots, &first) != KAAL_OK) {
        return KAAL_ERR_SLOTS;
    }
    runs[*count] = (struct run){.first = first, .count = slots};
    (*count)++;
    return KAAL_OK;
}

// `count` slots in a row: in the last run that has them, or a new one.
static enum kaal_err take_slots(struct run *runs, uint8_t *run_count, uint32_t count,
                                uint32_t *first)
{
    uint32_t place = *run_count;
    while (place > 0 && runs[place - 1].count - runs[place - 1].used < count) {
        place--;
    }
    if (place == 0) {
        enum kaal_err err = add_run(runs, run_count, count < RUN_MIN ? RUN_MIN : count);
        if (err != KAAL_OK) {
            return err;
        }
        place = *run_count;
    }
    struct run *run = &runs[place - 1];
    *first = run->first + run->used;
    run->used += count;
    return KAAL_OK;
}

// Those that were taken last from their run.
static void return_slots(struct run *runs, uint32_t first, uint32_t count)
{
    while (first - runs->first >= runs->count) {
        runs++;
    }
    runs->used -= count;
}

// One piece if little of it is wasted, else the larger half of it and the rest.
static enum kaal_err reserve_bytes(struct arena *arena, uint64_t bytes)
{
    enum kaal_err err = KAAL_OK;
    while (bytes > 0 && err == KAAL_OK) {
        uint8_t bits = (uint8_t)log2_ceil(bytes);
        bool wasteful = (UINT64_C(1) << bits) - bytes > bytes / 4;
        if (bits <= PIECE_BITS_MIN) {
            bits = PIECE_BITS_MIN;
        } else if (wasteful) {
            bits--;
        }
        err = add_piece(arena, bits);
        bytes -= bytes < UINT64_C(1) << bits ? bytes : UINT64_C(1) << bits;
    }
    return err;
}

enum kaal_err memory_grow_own(uint32_t components)
{
    if (components <= OWN_EACH_FROM) {
        return KAAL_OK;
    }
    uint64_t bytes = (uint64_t)(components - OWN_EACH_FROM) * OWN_BYTES_EACH;
    enum kaal_err err = reserve_bytes(&broker.own, bytes);
    uint32_t tables = (uint32_t)(align_up(bytes, PAGE_SIZE) >> PAGE_BITS);
    return err != KAAL_OK ? err
                          : add_run(broker.own.objects, &broker.own.object_runs,
                                    tables + components + OWN_SLOTS);
}

enum kaal_err arena_reserve(struct arena *arena, uint64_t bytes, uint32_t objects, uint32_t copies)
{
    *arena = (struct arena){0};
    enum kaal_err err = reserve_bytes(arena, bytes);
    if (err == KAAL_OK && objects > 0) {
        err = add_run(arena->objects, &arena->object_runs, objects);
    }
    if (err == KAAL_OK && copies > 0) {
        err = add_run(arena->copies, &arena->copy_runs, copies);
    }
    if (err != KAAL_OK) {
        arena_release(arena);
    }
    return err;
}

// How many of `count` objects of 2^bits bytes fit in a piece.
static uint32_t piece_room(const struct arena *arena, uint32_t piece, uint8_t bits, uint32_t count)
{
    uint64_t size = UINT64_C(1) << pool_bits(&broker.pool, arena->pieces[piece].node);
    uint64_t from = align_up(arena->pieces[piece].used, UINT64_C(1) << bits);
    uint64_t room = from < size ? (size - from) >> bits : 0;
    return room < count ? (uint32_t)room : count;
}

// A piece with room for at least one object.
static enum kaal_err find_piece(struct arena *arena, uint8_t bits, uint32_t count, uint32_t *piece)
{
    for (uint32_t i = 0; i < arena->piece_count; i++) {
        if (piece_room(arena, i, bits, 1) == 1) {
            *piece = i;
            return KAAL_OK;
        }
    }
    uint8_t wanted = (uint8_t)(bits + log2_ceil(count));
    enum kaal_err err = add_piece(arena, wanted > PIECE_BITS_MIN ? wanted : PIECE_BITS_MIN);
    if (err == KAAL_ERR_MEMORY && wanted > bits) {
        err = add_piece(arena, bits);
    }
    *piece = arena->piece_count - 1u;
    return err;
}

enum kaal_err arena_objects(struct arena *arena, seL4_Word type, uint8_t size_bits, uint32_t count,
                            uint32_t *first)
{
    uint8_t bits = kaal_object_bits(type, size_bits);
    enum kaal_err err = take_slots(arena->objects, &arena->object_runs, count, first);
    if (err != KAAL_OK) {
        return err;
    }
    uint32_t done = 0;
    while (done < count && err == KAAL_OK) {
        uint32_t piece = 0;
        err = find_piece(arena, bits, count - done, &piece);
        if (err != KAAL_OK) {
            break;
        }
        uint32_t now = count - done < RETYPE_MAX ? count - done : RETYPE_MAX;
        now = piece_room(arena, piece, bits, now);
        err = refused(seL4_Untyped_Retype(pool_slot(&broker.pool, arena->pieces[piece].node), type,
                                          size_bits, store(), 0, 0, *first + done, now));
        if (err == KAAL_OK) {
            arena->pieces[piece].used =
                align_up(arena->pieces[piece].used, UINT64_C(1) << bits) + ((uint64_t)now << bits);
            done += now;
        }
    }
    if (done == 0 && count > 0) {
        return_slots(arena->objects, *first, count); // nothing came of it
    }
    return err;
}

enum kaal_err arena_slot(struct arena *arena, uint32_t *slot)
{
    return take_slots(arena->copies, &arena->copy_runs, 1, slot);
}

enum kaal_err arena_copy(struct arena *arena, uint32_t from, seL4_CapRights_t rights,
                         uint32_t *slot)
{
    enum kaal_err err = arena_slot(arena, slot);
    return err == KAAL_OK ? refused(seL4_CNode_Copy(store(), *slot, store_depth(), store(), from,
                                                    store_depth(), rights))
                          : err;
}

void arena_release(struct arena *arena)
{
    for (uint32_t i = 0; i < arena->piece_count; i++) {
        (void)seL4_CNode_Revoke(store(), pool_slot(&broker.pool, arena->pieces[i].node),
                                store_depth());
        (void)pool_give(&broker.pool, arena->pieces[i].node);
    }
    for (uint32_t i = 0; i < arena->copy_runs; i++) {
        for (uint32_t j = 0; j < arena->copies[i].used; j++) {
            (void)seL4_CNode_Delete(store(), arena->copies[i].first + j, store_depth());
        }
        (void)slots_give(&broker.slots, arena->copies[i].first, arena->copies[i].count);
    }
    for (uint32_t i = 0; i < arena->object_runs; i++) {
        (void)slots_give(&broker.slots, arena->objects[i].first, arena->objects[i].count);
    }
    *arena = (struct arena){0};
}

uint64_t arena_bytes(const struct arena *arena)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < arena->piece_count; i++) {
        bytes += UINT64_C(1) << pool_bits(&broker.pool, arena->pieces[i].node);
    }
    return bytes;
}

uint32_t arena_slots(const struct arena *arena)
{
    uint32_t slots = 0;
    for (uint32_t i = 0; i < arena->object_runs; i++) {
        slots += arena->objects[i].count;
    }
    for (uint32_t i = 0; i < arena->copy_runs; i++) {
        slots += arena->copies[i].count;
    }
    return slots;
}

// --- the broker's own address space --------------------------------------------------------------

static enum kaal_err own_objects(struct kaal_builder *builder, seL4_Word type, uint8_t size_bits,
                                 uint32_t count, seL4_CPtr *first)
{
    (void)builder;
    uint32_t slot = 0;
    enum kaal_err err = arena_objects(&broker.own, type, size_bits, count, &slot);
    *first = slot;
    return err;
}

enum kaal_err memory_map_own(uint32_t frame, uint64_t vaddr, seL4_CapRights_t rights, bool cached)
{
    struct kaal_builder builder = {.objects = own_objects,
                                   .vspace = own_cap(KAAL_HANDOVER_BROKER_VSPACE)};
    enum kaal_err err = kaal_build_map(&builder, frame, vaddr, rights, false, cached);
    broker.refusal = builder.refusal;
    return err;
}
