// SPDX-License-Identifier: BSD-2-Clause
//
// The end of the root task: the table for the broker, and a call that is never answered.

#include "root.h"

#include <kaal/layout.h>

#include <lib/bits.h>
#include <lib/mem.h>

// First byte of the root task's image; from its linker script.
extern const uint8_t root_image_start[];

// Pieces of untyped memory that come into being between the sizing of the table and its writing.
enum { UNTYPED_SLACK = 32 };

static uint32_t table_size(uint32_t untyped)
{
    return (uint32_t)(sizeof(struct kaal_handover) +
                      untyped * sizeof(struct kaal_handover_untyped));
}

static void fill_untyped(const struct root *root, struct kaal_handover_untyped *to)
{
    for (uint32_t i = 0; i < root->pool.count; i++) {
        const struct untyped *entry = &root->pool.entries[i];
        to[i] = (struct kaal_handover_untyped){
            .paddr = entry->paddr,
            .used = entry->used,
            .slot = entry->slot,
            .bits = entry->bits,
            .device = entry->device,
        };
    }
}

static void fill(const struct root *root, struct kaal_handover *table)
{
    uint32_t image =
        (uint32_t)(((const uint8_t *)root->plan.image - root_image_start) / ROOT_PAGE_SIZE);
    *table = (struct kaal_handover){
        .magic = KAAL_HANDOVER_MAGIC,
        .version = KAAL_HANDOVER_VERSION,
        .size = table_size(root->pool.count),
        .store_bits = root->store_bits,
        .plan_end = ROOT_PLAN_END,
        .first_free = root->store_next,
        .root_cnode_bits = (uint32_t)root->boot->initThreadCNodeSizeBits,
        .broker = root->plan.broker,
        .untyped_count = root->pool.count,
        .untyped_offset = sizeof(*table),
        .image_frames = root->image_frames + image,
        .image_frame_count = (uint32_t)(root->plan.image->size / ROOT_PAGE_SIZE),
        .tree_frames = root->tree_frames,
        .tree_frame_count = root->tree_frame_count,
        .tree_offset = (uint32_t)root->tree_offset,
        .tree_size = root->tree_size,
        .uart_paddr = root->uart_paddr,
        .seed = root->seed,
    };
    memcpy(table->caps, root->caps, sizeof(table->caps));
    fill_untyped(root, (struct kaal_handover_untyped *)(table + 1));
}

// All that allocates comes first, so that the table is true when it is written.
static void write_table(struct root *root)
{
    uint32_t vspace = root->caps[KAAL_HANDOVER_BROKER_VSPACE];
    uint32_t room = table_size(root->pool.count + UNTYPED_SLACK);
    uint32_t pages = (uint32_t)(align_up(room, ROOT_PAGE_SIZE) / ROOT_PAGE_SIZE);
    uint32_t first = memory_objects(root, seL4_ARM_SmallPageObject, 0, pages);
    for (uint32_t i = 0; i < pages; i++) {
        memory_map(root, vspace, store_copy(root, first + i, seL4_CanRead),
                   KAAL_LAYOUT_HANDOVER + (uint64_t)i * ROOT_PAGE_SIZE, seL4_CanRead, true);
    }
    // A second mapping of the serial port, which the broker undoes when the driver begins.
    uint32_t uart = store_copy(root, root->caps[KAAL_HANDOVER_UART_FRAME], seL4_ReadWrite);
    memory_map(root, vspace, uart, KAAL_LAYOUT_UART, seL4_ReadWrite, false);
    root->caps[KAAL_HANDOVER_UART] = uart;

    void *window = memory_window_open(root, first, pages);
    if (table_size(root->pool.count) > room) {
        root_fail(root, "handover", NULL, "more untyped memory than the table holds");
    }
    fill(root, window);
    memory_window_close(root, first, pages);
}

void handover_run(struct root *root)
{
    uint32_t farewell = store_slots(root, 1);
    seL4_Error err =
        seL4_CNode_Mint(root->store, farewell, (seL4_Uint8)root->store_bits, root->store,
                        root->caps[KAAL_HANDOVER_BROKER_ENDPOINT], (seL4_Uint8)root->store_bits,
                        seL4_CapRights_new(1, 0, 0, 1), KAAL_HANDOVER_BADGE);
    root_check(root, err, "handover", NULL);
    write_table(root);
    err = seL4_TCB_Resume(store_cptr(root->caps[KAAL_HANDOVER_BROKER_TCB]));
    root_check(root, err, "handover", NULL);
    (void)seL4_Call(store_cptr(farewell), seL4_MessageInfo_new(0, 0, 0, 0));
    root_fail(root, "handover", NULL, "the broker sent the root task back");
}
