// SPDX-License-Identifier: BSD-2-Clause
//
// What components ask for. Memory of one grant lies in one piece of untyped memory, frames and page
// tables alike, so that revoking the piece takes all of it back:
//
//    piece (2^bits)   |frame|frame| .. |table|table| free |

#include "broker.h"

#include <kaal/image.h>
#include <kaal/layout.h>
#include <kaal/vspace.h>

#include <lib/bits.h>

enum {
    PAGE_BITS = 12,
    LEVELS = 3,                // tables that one page may need
    TABLE_SPAN_BITS = 21,      // memory that a table of the last level covers
    RETYPE_MAX = CONFIG_RETYPE_FAN_OUT_LIMIT,
};

static seL4_CPtr store(void)
{
    return broker.table->caps[KAAL_HANDOVER_STORE];
}

static seL4_Uint8 store_depth(void)
{
    return (seL4_Uint8)broker.table->store_bits;
}

static uint32_t free_slots(void)
{
    return (UINT32_C(1) << broker.table->store_bits) - broker.next_slot;
}

// A fresh piece of 2^bits bytes for `owner`: its entry in the pool.
static enum kaal_err take_piece(uint32_t owner, uint8_t bits, uint32_t *index)
{
    uint32_t parent = 0;
    if (free_slots() == 0 || broker.pool.count == UNTYPED_MAX) {
        return KAAL_ERR_SLOTS;
    }
    if (!untyped_pick(&broker.pool, KAAL_HANDOVER_NO_PD, bits, &parent)) {
        return KAAL_ERR_MEMORY;
    }
    struct untyped *from = &broker.pool.entries[parent];
    if (from->bits == bits && from->used == 0) {
        // A piece that was taken back: it fits as it is.
        from->owner = owner;
        *index = parent;
        return KAAL_OK;
    }
    uint64_t paddr = from->paddr + align_up(from->used, UINT64_C(1) << bits);
    if (seL4_Untyped_Retype(from->slot, seL4_UntypedObject, bits, store(), 0, 0, broker.next_slot,
                            1) != seL4_NoError) {
        return KAAL_ERR_KERNEL;
    }
    (void)untyped_take_from(from, bits, 1);
    *index = broker.pool.count;
    (void)untyped_add(&broker.pool, (struct untyped){.paddr = paddr,
                                                     .slot = broker.next_slot,
                                                     .owner = owner,
                                                     .bits = bits});
    broker.next_slot++;
    return KAAL_OK;
}

// All objects in the piece are gone, and it is free again.
static void return_piece(uint32_t index)
{
    struct untyped *piece = &broker.pool.entries[index];
    (void)seL4_CNode_Revoke(store(), piece->slot, store_depth());
    piece->used = 0;
    piece->owner = KAAL_HANDOVER_NO_PD;
}

// Objects of one type into fresh slots.
static enum kaal_err retype(uint32_t index, seL4_Word type, uint8_t bits, uint32_t count)
{
    struct untyped *piece = &broker.pool.entries[index];
    if (count > free_slots()) {
        return KAAL_ERR_SLOTS;
    }
    if (!untyped_take_from(piece, bits, count)) {
        return KAAL_ERR_MEMORY;
    }
    for (uint32_t done = 0; done < count;) {
        uint32_t now = count - done < RETYPE_MAX ? count - done : RETYPE_MAX;
        if (seL4_Untyped_Retype(piece->slot, type, 0, store(), 0, 0, broker.next_slot, now) !=
            seL4_NoError) {
            return KAAL_ERR_KERNEL;
        }
        broker.next_slot += now;
        done += now;
    }
    return KAAL_OK;
}

static bool take_table(void *context, seL4_CPtr *table)
{
    const uint32_t *index = context;
    if (retype(*index, seL4_ARM_PageTableObject, seL4_PageTableBits, 1) != KAAL_OK) {
        return false;
    }
    *table = broker.next_slot - 1;
    return true;
}

static enum kaal_err map_pages(uint32_t pd, uint32_t index, uint32_t first, uint32_t pages,
                               uint64_t address, seL4_CapRights_t rights)
{
    struct kaal_table_source tables = {.take = take_table, .context = &index};
    for (uint32_t i = 0; i < pages; i++) {
        seL4_Error err = kaal_vspace_map(broker_pd(pd)->vspace, first + i,
                                         address + ((uint64_t)i << PAGE_BITS), rights,
                                         KAAL_PAGE_DATA, &tables);
        if (err != seL4_NoError) {
            return err == seL4_NotEnoughMemory ? KAAL_ERR_MEMORY : KAAL_ERR_KERNEL;
        }
    }
    return KAAL_OK;
}

enum kaal_err grant_memory(uint32_t pd, uint64_t size, uint32_t rights, uint64_t *address,
                           uint64_t *granted)
{
    struct component *component = &broker.components[pd];
    if (size == 0 || (rights & ~(uint32_t)KAAL_RIGHT_WRITE) != KAAL_RIGHT_READ) {
        return KAAL_ERR_ARGUMENT;
    }
    if (size > KAAL_BROKER_MEMORY_QUOTA - component->memory) {
        return KAAL_ERR_DENIED;
    }
    size = align_up(size, UINT64_C(1) << PAGE_BITS);
    if (size > KAAL_LAYOUT_DYNAMIC_END - component->next_address) {
        return KAAL_ERR_MEMORY;
    }
    uint32_t pages = (uint32_t)(size >> PAGE_BITS);
    uint64_t tables = (size >> TABLE_SPAN_BITS) + 1 + LEVELS;
    uint8_t bits = (uint8_t)log2_ceil(size + (tables << seL4_PageTableBits));
    uint32_t index = 0;
    enum kaal_err err = take_piece(pd, bits, &index);
    if (err != KAAL_OK) {
        return err;
    }
    uint32_t first = broker.next_slot;
    err = retype(index, seL4_ARM_SmallPageObject, PAGE_BITS, pages);
    if (err != KAAL_OK) {
        goto out_piece;
    }
    bool write = (rights & KAAL_RIGHT_WRITE) != 0;
    err = map_pages(pd, index, first, pages, component->next_address,
                    write ? seL4_ReadWrite : seL4_CanRead);
    if (err != KAAL_OK) {
        goto out_piece;
    }
    *address = component->next_address;
    *granted = size;
    component->memory += size;
    // An unmapped page between two grants catches what runs over the end of one.
    component->next_address += size + (UINT64_C(1) << PAGE_BITS);
    return KAAL_OK;

out_piece:
    return_piece(index);
    broker.next_slot = first;
    return err;
}

// Both capabilities, or neither.
static enum kaal_err mint_channel(uint32_t pd, uint32_t object, uint64_t badge)
{
    const struct kaal_handover_pd *owner = broker_pd(pd);
    uint32_t slot = broker.components[pd].next_slot;
    seL4_Uint8 depth = (seL4_Uint8)owner->cspace_bits;
    seL4_Error err = seL4_CNode_Copy(owner->cnode, slot, depth, store(), object, store_depth(),
                                     seL4_CanRead);
    if (err != seL4_NoError) {
        return KAAL_ERR_KERNEL;
    }
    err = seL4_CNode_Mint(owner->cnode, slot + 1, depth, store(), object, store_depth(),
                          seL4_CanWrite, badge);
    if (err != seL4_NoError) {
        (void)seL4_CNode_Delete(owner->cnode, slot, depth);
        return KAAL_ERR_KERNEL;
    }
    return KAAL_OK;
}

enum kaal_err grant_channel(uint32_t pd, uint64_t badge, uint64_t *wait, uint64_t *signal)
{
    struct component *component = &broker.components[pd];
    if (badge == 0) {
        return KAAL_ERR_ARGUMENT;
    }
    if (component->channels == KAAL_BROKER_CHANNEL_QUOTA) {
        return KAAL_ERR_DENIED;
    }
    if ((UINT32_C(1) << broker_pd(pd)->cspace_bits) - component->next_slot < 2) {
        return KAAL_ERR_SLOTS;
    }
    uint32_t index = 0;
    enum kaal_err err = take_piece(pd, seL4_NotificationBits, &index);
    if (err != KAAL_OK) {
        return err;
    }
    uint32_t object = broker.next_slot;
    err = retype(index, seL4_NotificationObject, seL4_NotificationBits, 1);
    if (err == KAAL_OK) {
        err = mint_channel(pd, object, badge);
    }
    if (err != KAAL_OK) {
        return_piece(index);
        broker.next_slot = object;
        return err;
    }
    *wait = component->next_slot;
    *signal = component->next_slot + 1;
    component->next_slot += 2;
    component->channels++;
    return KAAL_OK;
}
