// SPDX-License-Identifier: BSD-2-Clause
//
// From the root task's last call to its end: it is deleted with all that was its own, and its
// capability space is shown to be empty before it goes too.

#include "broker.h"

#include <kaal/layout.h>

#include <lib/bits.h>

enum {
    PROBE_BATCH = CONFIG_RETYPE_FAN_OUT_LIMIT, // endpoints that one Retype makes at most
    PROBE_BITS = 12,                           // memory for so many
    WORD_BITS = 64,
};

_Static_assert(PROBE_BATCH << seL4_EndpointBits == 1 << PROBE_BITS, "a batch fills the memory");

static bool table_ok(const struct kaal_handover *table)
{
    return table->magic == KAAL_HANDOVER_MAGIC && table->version == KAAL_HANDOVER_VERSION &&
           table->pd_count <= KAAL_PD_MAX && table->untyped_count <= UNTYPED_MAX &&
           table->broker < table->pd_count;
}

static void copy_untyped(void)
{
    const struct kaal_handover_untyped *from =
        (const void *)((const uint8_t *)broker.table + broker.table->untyped_offset);
    for (uint32_t i = 0; i < broker.table->untyped_count; i++) {
        (void)untyped_add(&broker.pool, (struct untyped){.paddr = from[i].paddr,
                                                         .used = from[i].used,
                                                         .slot = from[i].slot,
                                                         .owner = from[i].owner,
                                                         .bits = from[i].bits,
                                                         .device = from[i].device != 0});
    }
}

static seL4_CPtr store(void)
{
    return broker.table->caps[KAAL_HANDOVER_STORE];
}

static void delete_cap(enum kaal_handover_cap cap)
{
    (void)seL4_CNode_Delete(store(), broker.table->caps[cap], (seL4_Uint8)broker.table->store_bits);
}

// How many of these slots of the initial CNode hold something: what can be moved out of a slot was
// in it.
static uint32_t count_full(uint32_t first, uint32_t count)
{
    uint32_t full = 0;
    seL4_Uint8 depth = (seL4_Uint8)broker.table->store_bits;
    for (uint32_t i = 0; i < count; i++) {
        if (seL4_CNode_Move(store(), broker.next_slot, depth,
                            broker.table->caps[KAAL_HANDOVER_ROOT_CNODE], first + i,
                            WORD_BITS) == seL4_NoError) {
            (void)seL4_CNode_Delete(store(), broker.next_slot, depth);
            full++;
        }
    }
    return full;
}

// Walks all slots of the initial CNode. A Retype into many slots succeeds only if all are empty,
// which answers for a whole batch with one call and no error; only a batch that it refuses is
// looked at slot by slot. UINT32_MAX if it cannot be done.
static uint32_t walk_root_cnode(void)
{
    uint32_t index = 0;
    if (!untyped_pick(&broker.pool, KAAL_HANDOVER_NO_PD, PROBE_BITS, &index)) {
        return UINT32_MAX;
    }
    struct untyped *memory = &broker.pool.entries[index];
    seL4_Uint8 depth = (seL4_Uint8)broker.table->store_bits;
    uint32_t piece = broker.next_slot++;
    uint64_t paddr = memory->paddr + align_up(memory->used, UINT64_C(1) << PROBE_BITS);
    (void)untyped_take_from(memory, PROBE_BITS, 1);
    if (seL4_Untyped_Retype(memory->slot, seL4_UntypedObject, PROBE_BITS, store(), 0, 0, piece,
                            1) != seL4_NoError) {
        return UINT32_MAX;
    }
    (void)untyped_add(&broker.pool, (struct untyped){.paddr = paddr,
                                                     .slot = piece,
                                                     .owner = KAAL_HANDOVER_NO_PD,
                                                     .bits = PROBE_BITS});
    uint32_t full = 0;
    uint32_t slots = UINT32_C(1) << broker.table->root_cnode_bits;
    for (uint32_t i = 0; i < slots; i += PROBE_BATCH) {
        uint32_t count = slots - i < PROBE_BATCH ? slots - i : PROBE_BATCH;
        if (seL4_Untyped_Retype(piece, seL4_EndpointObject, 0,
                                broker.table->caps[KAAL_HANDOVER_ROOT_CNODE], 0, 0, i,
                                count) != seL4_NoError) {
            full += count_full(i, count);
        }
        (void)seL4_CNode_Revoke(store(), piece, depth);
    }
    return full;
}

static uint64_t free_kib(void)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < broker.pool.count; i++) {
        const struct untyped *entry = &broker.pool.entries[i];
        if (entry->owner == KAAL_HANDOVER_NO_PD && !entry->device) {
            bytes += (UINT64_C(1) << entry->bits) - entry->used;
        }
    }
    return bytes >> 10;
}

bool handover_take(void)
{
    const struct kaal_handover *table =
        (const struct kaal_handover *)KAAL_LAYOUT_HANDOVER; // NOLINT: mapped by the root task
    if (broker.table != NULL || !table_ok(table)) {
        return false;
    }
    broker.table = table;
    broker.next_slot = table->first_free;
    copy_untyped();
    for (uint32_t i = 0; i < table->pd_count; i++) {
        broker.components[i].next_slot = broker_pd(i)->first_free;
        broker.components[i].next_address = KAAL_LAYOUT_DYNAMIC_START;
    }

    delete_cap(KAAL_HANDOVER_ROOT_TCB);
    delete_cap(KAAL_HANDOVER_ROOT_SCHED_CONTEXT);
    delete_cap(KAAL_HANDOVER_ROOT_TOP);
    delete_cap(KAAL_HANDOVER_ROOT_VSPACE);
    uint32_t full = walk_root_cnode();
    delete_cap(KAAL_HANDOVER_ROOT_CNODE);

    struct kaal_report report;
    kaal_report_begin(&report, "handover");
    kaal_report_u64(&report, "root_slots", full);
    kaal_report_u64(&report, "of", UINT64_C(1) << table->root_cnode_bits);
    kaal_report_u64(&report, "pds", table->pd_count);
    kaal_report_u64(&report, "untyped", broker.pool.count);
    kaal_report_u64(&report, "free_kib", free_kib());
    log_report(&report);
    return true;
}
