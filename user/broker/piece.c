// SPDX-License-Identifier: BSD-2-Clause
//
// Pieces of untyped memory, and the objects in them. All objects of one grant lie in one piece, so
// that revoking the piece takes all of them back:
//
//    piece (2^bits)   |object|object| .. | free |

#include "broker.h"

#include <lib/bits.h>

enum { RETYPE_MAX = CONFIG_RETYPE_FAN_OUT_LIMIT };

// Slots of the store that are still free.
static uint32_t free_slots(void)
{
    return (UINT32_C(1) << broker.table->store_bits) - broker.next_slot;
}

enum kaal_err piece_take(uint32_t owner, uint8_t bits, uint32_t *piece)
{
    uint32_t parent = 0;
    if (!untyped_pick(&broker.pool, KAAL_HANDOVER_NO_PD, bits, &parent)) {
        return KAAL_ERR_MEMORY;
    }
    struct untyped *from = &broker.pool.entries[parent];
    if (from->bits == bits && from->used == 0) {
        // A piece that was given back: it fits as it is.
        from->owner = owner;
        *piece = parent;
        return KAAL_OK;
    }
    if (free_slots() == 0 || broker.pool.count == UNTYPED_MAX) {
        return KAAL_ERR_SLOTS;
    }
    uint64_t paddr = from->paddr + align_up(from->used, UINT64_C(1) << bits);
    seL4_Error err = seL4_Untyped_Retype(from->slot, seL4_UntypedObject, bits, broker_store(), 0, 0,
                                         broker.next_slot, 1);
    if (err != seL4_NoError) {
        return broker_refused(err);
    }
    (void)untyped_take_from(from, bits, 1);
    *piece = broker.pool.count;
    (void)untyped_add(
        &broker.pool,
        (struct untyped){.paddr = paddr, .slot = broker.next_slot, .owner = owner, .bits = bits});
    broker.next_slot++;
    return KAAL_OK;
}

void piece_empty(uint32_t piece)
{
    struct untyped *entry = &broker.pool.entries[piece];
    (void)seL4_CNode_Revoke(broker_store(), entry->slot, broker_store_depth());
    entry->used = 0;
}

void piece_return(uint32_t piece)
{
    piece_empty(piece);
    broker.pool.entries[piece].owner = KAAL_HANDOVER_NO_PD;
}

enum kaal_err piece_objects(uint32_t piece, seL4_Word type, uint8_t bits, uint32_t count,
                            uint32_t *first)
{
    struct untyped *entry = &broker.pool.entries[piece];
    if (count > free_slots()) {
        return KAAL_ERR_SLOTS;
    }
    if (!untyped_take_from(entry, bits, count)) {
        return KAAL_ERR_MEMORY;
    }
    *first = broker.next_slot;
    for (uint32_t done = 0; done < count;) {
        uint32_t now = count - done < RETYPE_MAX ? count - done : RETYPE_MAX;
        seL4_Error err =
            seL4_Untyped_Retype(entry->slot, type, 0, broker_store(), 0, 0, broker.next_slot, now);
        if (err != seL4_NoError) {
            return broker_refused(err);
        }
        broker.next_slot += now;
        done += now;
    }
    return KAAL_OK;
}
