// SPDX-License-Identifier: BSD-2-Clause
//
// What components ask for: memory, and channels of their own. The frames of a grant of memory and
// the page tables that it needs first lie in one piece:
//
//    piece (2^bits)   |frame|frame| .. |table|table| free |

#include "broker.h"

#include <kaal/image.h>
#include <kaal/layout.h>
#include <kaal/vspace.h>

#include <lib/bits.h>

enum {
    PAGE_BITS = 12,
    LEVELS = 3,           // tables that one page may need
    TABLE_SPAN_BITS = 21, // memory that a table of the last level covers
};

// --- memory --------------------------------------------------------------------------------------

// Tables come from the piece (`context`) that the frames are in.
static bool take_table(void *context, seL4_CPtr *table)
{
    const uint32_t *piece = context;
    uint32_t slot = 0;
    if (piece_objects(*piece, seL4_ARM_PageTableObject, seL4_PageTableBits, 1, &slot) != KAAL_OK) {
        return false;
    }
    *table = slot;
    return true;
}

static enum kaal_err map_pages(uint32_t pd, uint32_t piece, uint32_t first, uint32_t pages,
                               seL4_CapRights_t rights)
{
    struct kaal_table_source tables = {.take = take_table, .context = &piece};
    uint64_t address = broker.components[pd].next_address;
    for (uint32_t i = 0; i < pages; i++) {
        seL4_Error err =
            kaal_vspace_map(broker_pd(pd)->vspace, first + i, address + ((uint64_t)i << PAGE_BITS),
                            rights, KAAL_PAGE_DATA, &tables);
        if (err != seL4_NoError) {
            return err == seL4_NotEnoughMemory ? KAAL_ERR_MEMORY : broker_refused(err);
        }
    }
    return KAAL_OK;
}

// `size` bytes, in pages, at the component's next address.
static enum kaal_err build_memory(uint32_t pd, uint64_t size, bool writable)
{
    uint32_t pages = (uint32_t)(size >> PAGE_BITS);
    uint64_t tables = (size >> TABLE_SPAN_BITS) + 1 + LEVELS;
    uint8_t bits = (uint8_t)log2_ceil(size + (tables << seL4_PageTableBits));
    uint32_t piece = 0;
    enum kaal_err err = piece_take(pd, bits, &piece);
    if (err != KAAL_OK) {
        return err;
    }
    uint32_t first = broker.next_slot;
    err = piece_objects(piece, seL4_ARM_SmallPageObject, PAGE_BITS, pages, &first);
    if (err == KAAL_OK) {
        err = map_pages(pd, piece, first, pages, writable ? seL4_ReadWrite : seL4_CanRead);
    }
    if (err != KAAL_OK) {
        piece_return(piece);
        broker.next_slot = first;
    }
    return err;
}

enum kaal_err grant_memory(uint32_t pd, uint64_t size, bool writable, uint64_t *address,
                           uint64_t *granted)
{
    const uint64_t page = UINT64_C(1) << PAGE_BITS;
    struct component *component = &broker.components[pd];
    if (size > KAAL_BROKER_MEMORY_QUOTA - component->memory ||
        component->grants == KAAL_BROKER_GRANT_QUOTA) {
        return KAAL_ERR_DENIED;
    }
    // No sum wraps and none passes the quota, which is a multiple of the page.
    size = align_up(size, page);
    if (size > KAAL_LAYOUT_DYNAMIC_END - component->next_address) {
        return KAAL_ERR_MEMORY;
    }
    enum kaal_err err = build_memory(pd, size, writable);
    if (err != KAAL_OK) {
        return err;
    }
    *address = component->next_address;
    *granted = size;
    component->memory += size;
    component->grants++;
    // An unmapped page between two grants catches what runs over the end of one.
    component->next_address += size + page;
    return KAAL_OK;
}

// --- channels ------------------------------------------------------------------------------------

// Both capabilities, or neither.
static enum kaal_err mint_channel(uint32_t pd, uint32_t object, uint64_t badge)
{
    const struct kaal_handover_pd *owner = broker_pd(pd);
    uint32_t slot = broker.components[pd].next_slot;
    seL4_Uint8 depth = (seL4_Uint8)owner->cspace_bits;
    seL4_Error err = seL4_CNode_Copy(owner->cnode, slot, depth, broker_store(), object,
                                     broker_store_depth(), seL4_CanRead);
    if (err != seL4_NoError) {
        return broker_refused(err);
    }
    err = seL4_CNode_Mint(owner->cnode, slot + 1, depth, broker_store(), object,
                          broker_store_depth(), seL4_CanWrite, badge);
    if (err != seL4_NoError) {
        (void)seL4_CNode_Delete(owner->cnode, slot, depth);
        return broker_refused(err);
    }
    return KAAL_OK;
}

static enum kaal_err build_channel(uint32_t pd, uint64_t badge)
{
    uint32_t piece = 0;
    enum kaal_err err = piece_take(pd, seL4_NotificationBits, &piece);
    if (err != KAAL_OK) {
        return err;
    }
    uint32_t object = broker.next_slot;
    err = piece_objects(piece, seL4_NotificationObject, seL4_NotificationBits, 1, &object);
    if (err == KAAL_OK) {
        err = mint_channel(pd, object, badge);
    }
    if (err != KAAL_OK) {
        piece_return(piece);
        broker.next_slot = object;
    }
    return err;
}

enum kaal_err grant_channel(uint32_t pd, uint64_t badge, uint64_t *wait, uint64_t *signal)
{
    struct component *component = &broker.components[pd];
    if (component->channels == KAAL_BROKER_CHANNEL_QUOTA) {
        return KAAL_ERR_DENIED;
    }
    if ((UINT32_C(1) << broker_pd(pd)->cspace_bits) - component->next_slot < 2) {
        return KAAL_ERR_SLOTS;
    }
    enum kaal_err err = build_channel(pd, badge);
    if (err != KAAL_OK) {
        return err;
    }
    *wait = component->next_slot;
    *signal = component->next_slot + 1;
    component->next_slot += 2;
    component->channels++;
    return KAAL_OK;
}
