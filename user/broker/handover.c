// SPDX-License-Identifier: BSD-2-Clause
//
// From the root task's last call to its end: its capability space is shown to be empty, then it is
// deleted with all that was its own.

#include "broker.h"

#include <kaal/layout.h>

enum { PROBE_BATCH = CONFIG_RETYPE_FAN_OUT_LIMIT }; // slots that one Retype looks at

static bool table_ok(const struct kaal_handover *table)
{
    return table->magic == KAAL_HANDOVER_MAGIC && table->version == KAAL_HANDOVER_VERSION &&
           table->broker < KAAL_PD_MAX && table->store_bits < 32 &&
           UINT32_C(1) << table->store_bits <= SLOTS_MAX;
}

// Deletes a capability of the root task with all copies that may have been made of it. False if
// there is none, or if the kernel refuses.
static bool remove_cap(enum kaal_handover_cap cap)
{
    uint32_t slot = (uint32_t)own_cap(cap);
    return slot != 0 && seL4_CNode_Revoke(store(), slot, store_depth()) == seL4_NoError &&
           seL4_CNode_Delete(store(), slot, store_depth()) == seL4_NoError;
}

// The root task: its thread first, so that it never runs again. False if something of it remains.
static bool remove_root(void)
{
    static const enum kaal_handover_cap caps[] = {
        KAAL_HANDOVER_ROOT_TCB,
        KAAL_HANDOVER_ROOT_SCHED_CONTEXT,
        KAAL_HANDOVER_ROOT_VSPACE,
        KAAL_HANDOVER_ROOT_CNODE,
    };
    bool removed = true;
    for (unsigned i = 0; i < sizeof(caps) / sizeof(caps[0]); i++) {
        removed = remove_cap(caps[i]) && removed;
    }
    return removed;
}

// How many of these slots of the initial CNode hold something: what can be moved out of a slot was
// in it.
static uint32_t count_full(uint32_t first, uint32_t count)
{
    uint32_t full = 0;
    uint32_t slot = 0;
    seL4_CPtr root = own_cap(KAAL_HANDOVER_ROOT_CNODE);
    if (!slots_take(&broker.slots, 1, &slot)) {
        return 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (seL4_CNode_Move(store(), slot, store_depth(), root, first + i, seL4_WordBits) ==
            seL4_NoError) {
            (void)seL4_CNode_Delete(store(), slot, store_depth());
            full++;
        }
    }
    (void)slots_give(&broker.slots, slot, 1);
    return full;
}

// How many of these slots hold something. A Retype looks whether all its slots are empty before it
// looks for memory, and no memory is as large as what is asked for here: which of the two it misses
// answers for a whole batch, and nothing is made. Only a batch with something in it is looked at
// slot by slot. UINT32_MAX if there is no answer.
static uint32_t probe(uint32_t memory, uint32_t first, uint32_t count)
{
    seL4_Error err = seL4_Untyped_Retype(memory, seL4_UntypedObject, seL4_MaxUntypedBits,
                                         own_cap(KAAL_HANDOVER_ROOT_CNODE), 0, 0, first, count);
    if (err == seL4_NotEnoughMemory) {
        return 0;
    }
    uint32_t full = err == seL4_DeleteFirst ? count_full(first, count) : 0;
    return full != 0 ? full : UINT32_MAX;
}

// Walks all slots of the initial CNode: how many are full, UINT32_MAX if it cannot be said.
static uint32_t walk_root_cnode(void)
{
    const struct kaal_handover *table = broker.table;
    const struct kaal_handover_untyped *memory =
        (const void *)((const uint8_t *)table + table->untyped_offset);
    uint32_t full = 0;
    uint32_t slots = UINT32_C(1) << table->root_cnode_bits;
    for (uint32_t i = 0; i < slots && full != UINT32_MAX; i += PROBE_BATCH) {
        uint32_t batch =
            probe(memory[0].slot, i, slots - i < PROBE_BATCH ? slots - i : PROBE_BATCH);
        full = batch == UINT32_MAX ? UINT32_MAX : full + batch;
    }
    return full;
}

// `root_slots`: how many capabilities the root task had kept; UINT32_MAX: it is not known, or some
// of them are still there.
static void report_handover(uint32_t root_slots)
{
    struct kaal_report report;
    kaal_report_begin(&report, "handover");
    kaal_report_u64(&report, "root_slots", root_slots);
    kaal_report_u64(&report, "of", UINT64_C(1) << broker.table->root_cnode_bits);
    kaal_report_u64(&report, "free_kib", pool_state(&broker.pool).free >> 10);
    log_report(&report);
}

bool handover_take(void)
{
    const struct kaal_handover *table =
        (const struct kaal_handover *)KAAL_LAYOUT_HANDOVER; // NOLINT: mapped by the root task
    if (broker.table != NULL) {
        return false;
    }
    if (!table_ok(table)) {
        log_error("handover", NULL, "the table is not one of ours");
        return false;
    }
    broker.table = table;
    if (log_failure("memory", NULL, memory_open())) {
        return false;
    }
    // The walk comes first: what is removed takes its copies with it, and one that the root task
    // had kept would not be seen. It waits for our answer meanwhile.
    uint32_t full = walk_root_cnode();
    report_handover(remove_root() ? full : UINT32_MAX);
    return !log_failure("image", NULL, image_open()) &&
           !log_failure("device_tree", NULL, machine_open());
}
