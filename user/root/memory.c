// SPDX-License-Identifier: BSD-2-Clause
//
// Objects out of untyped memory, and mappings. What the root task makes stays for ever, so it comes
// from the smallest memory that has room, and from as few pieces as it can:
//
//    boot untyped     |## store ##|## broker ##| .................. free |

#include "root.h"

#include <kaal/vspace.h>

#include <lib/bits.h>

enum { RETYPE_MAX = CONFIG_RETYPE_FAN_OUT_LIMIT };

// Beside the root task's image, where nothing else is mapped.
#define WINDOW_ADDRESS 0x2000000000ULL

static void retype(struct root *root, uint32_t index, seL4_Word type, uint8_t size_bits,
                   uint8_t bits, uint32_t slot, uint32_t count)
{
    struct untyped *entry = &root->pool.entries[index];
    if (!untyped_take_from(entry, bits, count)) {
        root_fail(root, "object", NULL, "out of memory");
    }
    seL4_Error err = seL4_Untyped_Retype(store_cptr(entry->slot), type, size_bits, root->store, 0,
                                         0, slot, count);
    root_check(root, err, "object", NULL);
}

uint32_t memory_objects(struct root *root, seL4_Word type, uint8_t size_bits, uint32_t count)
{
    uint8_t bits = kaal_object_bits(type, size_bits);
    uint32_t first = store_slots(root, count);
    uint32_t done = 0;
    while (done < count) {
        uint32_t index = 0;
        if (!untyped_pick(&root->pool, ROOT_OWNER, bits, &index)) {
            root_fail(root, "object", NULL, "out of memory");
        }
        uint64_t room = untyped_room(&root->pool.entries[index], bits) >> bits;
        uint32_t now = count - done < RETYPE_MAX ? count - done : RETYPE_MAX;
        now = room < now ? (uint32_t)room : now;
        retype(root, index, type, size_bits, bits, first + done, now);
        done += now;
    }
    return first;
}

// A new untyped entry of 2^bits bytes from the mark of entry `index`.
static void split(struct root *root, uint32_t index, uint8_t bits)
{
    struct untyped *entry = &root->pool.entries[index];
    uint32_t slot = store_slots(root, 1);
    uint64_t offset = align_up(entry->used, UINT64_C(1) << bits);
    bool added = untyped_add(&root->pool, (struct untyped){.paddr = entry->paddr + offset,
                                                           .slot = slot,
                                                           .owner = ROOT_OWNER,
                                                           .bits = bits,
                                                           .device = entry->device});
    if (!added) {
        root_fail(root, "object", NULL, "too many pieces of untyped memory");
    }
    retype(root, index, seL4_UntypedObject, bits, bits, slot, 1);
}

// Device memory before the frame is split off in ever smaller, aligned pieces, which stay in the
// pool for other devices:
//
//    |          piece          |    piece    | piece |frame|   free    |
//                                                    paddr
uint32_t memory_device_frame(struct root *root, uint64_t paddr)
{
    uint32_t index = 0;
    if (!untyped_find(&root->pool, paddr, ROOT_PAGE_BITS, true, &index)) {
        return 0;
    }
    uint8_t bits = 0;
    while (untyped_gap(&root->pool.entries[index], paddr, &bits)) {
        split(root, index, bits);
    }
    uint32_t slot = store_slots(root, 1);
    retype(root, index, seL4_ARM_SmallPageObject, 0, ROOT_PAGE_BITS, slot, 1);
    return slot;
}

// --- mapping -------------------------------------------------------------------------------------

static bool take_table(void *context, seL4_CPtr *table)
{
    *table = store_cptr(memory_objects(context, seL4_ARM_PageTableObject, 0, 1));
    return true;
}

void memory_map(struct root *root, uint32_t vspace, uint32_t frame, uint64_t vaddr,
                seL4_CapRights_t rights, bool cached)
{
    struct kaal_table_source tables = {.take = take_table, .context = root};
    seL4_Error err = kaal_vspace_map(store_cptr(vspace), store_cptr(frame), vaddr, rights,
                                     cached ? KAAL_PAGE_DATA : KAAL_PAGE_REGISTERS, &tables);
    root_check(root, err, "map", NULL);
}

void *memory_window_open(struct root *root, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        memory_map(root, root->caps[KAAL_HANDOVER_ROOT_VSPACE], first + i,
                   WINDOW_ADDRESS + (uint64_t)i * ROOT_PAGE_SIZE, seL4_ReadWrite, true);
    }
    return (void *)WINDOW_ADDRESS; // NOLINT: mapped just now
}

void memory_window_close(struct root *root, uint32_t first, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        root_check(root, seL4_ARM_Page_Unmap(store_cptr(first + i)), "unmap", NULL);
    }
}
