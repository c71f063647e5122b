// SPDX-License-Identifier: BSD-2-Clause
//
// The end of the root task: the table for the broker, and a call that is never answered.

#include "root.h"

#include <kaal/console.h>
#include <kaal/layout.h>

#include <lib/bits.h>
#include <lib/mem.h>

// Pieces of untyped memory that come into being between the sizing of the table and its writing.
enum { UNTYPED_SLACK = 32 };

static uint32_t table_size(const struct root *root, uint32_t untyped)
{
    return (uint32_t)(sizeof(struct kaal_handover) +
                      plan_count(&root->plan, KAAL_TABLE_PDS) * sizeof(struct kaal_handover_pd) +
                      untyped * sizeof(struct kaal_handover_untyped));
}

// The component that prints what the broker reports: it is signalled over the channel "console".
static uint32_t find_console(const struct plan *plan)
{
    for (uint32_t i = 0; i < plan_count(plan, KAAL_TABLE_CAPS); i++) {
        const struct kaal_plan_cap *cap = plan_cap(plan, i);
        if (cap->pd == plan->broker && cap->kind == KAAL_CAP_NOTIFICATION &&
            !plan_cap_is_note(cap) && strncmp(cap->name, "console", KAAL_NAME_SIZE) == 0) {
            return cap->object;
        }
    }
    return KAAL_HANDOVER_NO_PD;
}

static void fill_pds(const struct root *root, struct kaal_handover_pd *to)
{
    for (uint32_t i = 0; i < plan_count(&root->plan, KAAL_TABLE_PDS); i++) {
        const struct kaal_plan_pd *plan = plan_pd(&root->plan, i);
        const struct pd_objects *objects = &root->pds[i];
        to[i] = (struct kaal_handover_pd){
            .role = plan->role,
            .flags = plan->flags,
            .parent = plan->parent == KAAL_NONE ? KAAL_HANDOVER_NO_PD : plan->parent,
            .start_rank = plan->start_rank,
            .cspace_bits = i == root->plan.broker ? root->store_bits : plan->cspace_bits,
            .first_free = objects->first_free,
            .tcb = objects->tcb,
            .sched_context = objects->sched_context,
            .cnode = objects->cnode,
            .vspace = objects->vspace,
            .endpoint = objects->endpoint,
            .notification = objects->notification,
            .reply = objects->reply,
        };
        memcpy(to[i].name, plan->name, sizeof(to[i].name));
    }
}

static void fill_untyped(const struct root *root, struct kaal_handover_untyped *to)
{
    for (uint32_t i = 0; i < root->pool.count; i++) {
        const struct untyped *entry = &root->pool.entries[i];
        to[i] = (struct kaal_handover_untyped){
            .paddr = entry->paddr,
            .used = entry->used,
            .slot = entry->slot,
            .owner = entry->owner,
            .bits = entry->bits,
            .device = entry->device,
        };
    }
}

static void fill(const struct root *root, struct kaal_handover *table)
{
    uint32_t pds = plan_count(&root->plan, KAAL_TABLE_PDS);
    uint32_t untyped_offset = (uint32_t)(sizeof(*table) + pds * sizeof(struct kaal_handover_pd));
    *table = (struct kaal_handover){
        .magic = KAAL_HANDOVER_MAGIC,
        .version = KAAL_HANDOVER_VERSION,
        .size = table_size(root, root->pool.count),
        .store_bits = root->store_bits,
        .plan_end = ROOT_PLAN_END,
        .first_free = root->store_next,
        .root_cnode_bits = (uint32_t)root->boot->initThreadCNodeSizeBits,
        .broker = root->plan.broker,
        .console = find_console(&root->plan),
        .pd_count = pds,
        .pd_offset = sizeof(*table),
        .untyped_count = root->pool.count,
        .untyped_offset = untyped_offset,
    };
    memcpy(table->caps, root->caps, sizeof(table->caps));
    fill_pds(root, (struct kaal_handover_pd *)(table + 1));
    void *untyped = (uint8_t *)table + untyped_offset;
    fill_untyped(root, untyped);
}

// All that allocates comes first, so that the table is true when it is written.
static void write_table(struct root *root)
{
    uint32_t broker = root->plan.broker;
    uint32_t vspace = root->pds[broker].vspace;
    uint32_t room = table_size(root, root->pool.count + UNTYPED_SLACK);
    uint32_t pages = (uint32_t)(align_up(room, ROOT_PAGE_SIZE) / ROOT_PAGE_SIZE);
    uint32_t first = memory_objects(root, broker, seL4_ARM_SmallPageObject, 0, pages);
    for (uint32_t i = 0; i < pages; i++) {
        memory_map(root, broker, vspace, store_copy(root, first + i, seL4_CanRead),
                   KAAL_LAYOUT_HANDOVER + (uint64_t)i * ROOT_PAGE_SIZE, seL4_CanRead, false, true);
    }
    // A second mapping of the serial port, which the broker undoes when the driver begins.
    uint32_t uart = store_copy(root, root->caps[KAAL_HANDOVER_UART], seL4_ReadWrite);
    memory_map(root, broker, vspace, uart, KAAL_LAYOUT_UART, seL4_ReadWrite, false, false);
    root->caps[KAAL_HANDOVER_UART] = uart;

    void *window = memory_window_open(root, first, pages);
    if (table_size(root, root->pool.count) > room) {
        root_fail(root, "handover", NULL, "more untyped memory than the table holds");
    }
    fill(root, window);
    memory_window_close(root, first, pages);
}

void handover_run(struct root *root)
{
    uint32_t broker = root->plan.broker;
    uint32_t farewell = store_slots(root, 1);
    seL4_Error err =
        seL4_CNode_Mint(root->store, farewell, (seL4_Uint8)root->store_bits, root->store,
                        root->pds[broker].endpoint, (seL4_Uint8)root->store_bits,
                        seL4_CapRights_new(1, 0, 0, 1), KAAL_HANDOVER_BADGE);
    root_check(root, err, "handover", NULL);
    write_table(root);
    err = seL4_TCB_Resume(store_cptr(root->pds[broker].tcb));
    root_check(root, err, "handover", NULL);
    (void)seL4_Call(store_cptr(farewell), seL4_MessageInfo_new(0, 0, 0, 0));
    root_fail(root, "handover", NULL, "the broker sent the root task back");
}
