// SPDX-License-Identifier: BSD-2-Clause
//
// Start pages and threads.

#include "root.h"
#include "start_kind.h"

#include <kaal/layout.h>
#include <kaal/start.h>

#include <lib/bits.h>
#include <lib/mem.h>

// CPtr of the first slot of an inbox: under the second slot of the CNode above it.
#define INBOX_CPTR ((uint64_t)1 << 63)

static struct kaal_start_entry cap_entry(const struct root *root, const struct kaal_plan_cap *cap)
{
    struct kaal_start_entry entry = {
        .kind = start_kind(&root->plan, cap),
        .rights = cap->rights,
        .slot = cap->slot,
        .value = cap->badge,
    };
    memcpy(entry.name, cap->name, sizeof(entry.name));
    if (cap->kind == KAAL_CAP_INBOX) {
        entry.value = INBOX_CPTR;
        entry.size = UINT64_C(1) << KAAL_INBOX_BITS;
    } else if (cap->kind == KAAL_CAP_CNODE) {
        entry.value = plan_pd(&root->plan, cap->object)->cspace_bits;
        entry.size = UINT64_C(1) << entry.value;
    } else if (cap->kind == KAAL_CAP_FRAME) {
        entry.size = UINT64_C(1) << plan_region(&root->plan, cap->object)->page_bits;
    }
    return entry;
}

static struct kaal_start_entry map_entry(const struct root *root, const struct kaal_plan_map *map)
{
    struct kaal_start_entry entry = {.rights = map->rights, .address = map->vaddr};
    memcpy(entry.name, map->name, sizeof(entry.name));
    if (map->source == KAAL_MAP_REGION) {
        const struct kaal_plan_region *region = plan_region(&root->plan, map->object);
        entry.kind = KAAL_START_MEMORY;
        entry.size = region->size;
        if ((region->flags & KAAL_REGION_CONTIGUOUS) != 0) {
            seL4_ARM_Page_GetAddress_t where =
                seL4_ARM_Page_GetAddress(store_cptr(root->regions[map->object]));
            root_check(root, (seL4_Error)where.error, "map", map->name);
            entry.kind = KAAL_START_DMA;
            entry.paddr = where.paddr;
        }
    } else {
        // Registers need not begin at a page.
        struct dt_range window = machine_window(root, map->object, map->window);
        entry.kind = KAAL_START_DEVICE;
        entry.address += window.base % ROOT_PAGE_SIZE;
        entry.size = window.size;
    }
    return entry;
}

static uint32_t entry_count(const struct plan *plan, uint32_t pd)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < plan_count(plan, KAAL_TABLE_CAPS); i++) {
        count += plan_cap(plan, i)->pd == pd;
    }
    for (uint32_t i = 0; i < plan_count(plan, KAAL_TABLE_MAPS); i++) {
        count += plan_map(plan, i)->pd == pd;
    }
    return count;
}

static void fill(const struct root *root, uint32_t pd, struct kaal_start *start, uint32_t size)
{
    const struct plan *plan = &root->plan;
    const struct kaal_plan_pd *from = plan_pd(plan, pd);
    *start = (struct kaal_start){
        .magic = KAAL_START_MAGIC,
        .version = KAAL_START_VERSION,
        .size = size,
        .generation = 1,
        .seed = root->seed,
        .ipc_buffer = KAAL_LAYOUT_IPC_BUFFER,
        .stack_top = KAAL_LAYOUT_STACK_TOP,
        .stack_size = from->stack_size,
        .flags = from->flags,
    };
    memcpy(start->name, from->name, sizeof(start->name));
    memcpy(start->args, from->args, sizeof(start->args));
    for (uint32_t i = 0; i < plan_count(plan, KAAL_TABLE_CAPS); i++) {
        if (plan_cap(plan, i)->pd == pd) {
            start->entries[start->entry_count] = cap_entry(root, plan_cap(plan, i));
            start->entry_count++;
        }
    }
    for (uint32_t i = 0; i < plan_count(plan, KAAL_TABLE_MAPS); i++) {
        if (plan_map(plan, i)->pd == pd) {
            start->entries[start->entry_count] = map_entry(root, plan_map(plan, i));
            start->entry_count++;
        }
    }
}

void start_page_write(struct root *root, uint32_t pd)
{
    uint64_t size = sizeof(struct kaal_start) +
                    (uint64_t)entry_count(&root->plan, pd) * sizeof(struct kaal_start_entry);
    if (size > KAAL_LAYOUT_START_END - KAAL_LAYOUT_START_PAGE) {
        root_fail(root, "start_page", plan_pd(&root->plan, pd)->name, "too many entries");
    }
    uint32_t pages = (uint32_t)(align_up(size, ROOT_PAGE_SIZE) / ROOT_PAGE_SIZE);
    uint32_t first = memory_objects(root, pd, seL4_ARM_SmallPageObject, 0, pages);
    fill(root, pd, memory_window_open(root, first, pages), (uint32_t)size);
    memory_window_close(root, first, pages);
    for (uint32_t i = 0; i < pages; i++) {
        memory_map(root, pd, root->pds[pd].vspace, first + i,
                   KAAL_LAYOUT_START_PAGE + (uint64_t)i * ROOT_PAGE_SIZE, seL4_CanRead, false,
                   true);
    }
}

// --- threads -------------------------------------------------------------------------------------

// The root of a component's capability space, and its guard. With an inbox there is a CNode of two
// slots above:
//
//    top: [0] CNode, slot n is CPtr n    [1] inbox, slot i is CPtr INBOX_CPTR + i
static seL4_CPtr cspace_root(struct root *root, uint32_t pd, seL4_Word *data)
{
    const struct pd_objects *objects = &root->pds[pd];
    const struct kaal_plan_pd *plan = plan_pd(&root->plan, pd);
    seL4_Word bits = pd == root->plan.broker ? root->store_bits : plan->cspace_bits;
    if (objects->inbox == 0) {
        *data = cnode_guard(seL4_WordBits - bits);
        return store_cptr(objects->cnode);
    }
    seL4_CPtr top = store_cptr(objects->cspace_top);
    seL4_Uint8 depth = (seL4_Uint8)root->store_bits;
    seL4_Error err = seL4_CNode_Mint(top, 0, 1, root->store, objects->cnode, depth, seL4_AllRights,
                                     cnode_guard(seL4_WordBits - 1 - bits));
    root_check(root, err, "capability_space", plan->name);
    err = seL4_CNode_Mint(top, 1, 1, root->store, objects->inbox, depth, seL4_AllRights,
                          cnode_guard(seL4_WordBits - 1 - KAAL_INBOX_BITS));
    root_check(root, err, "capability_space", plan->name);
    *data = 0;
    return top;
}

// Where faults go: to the parent, or else to the broker, with a badge that names the component. The
// broker's own go nowhere: it stops.
static seL4_CPtr fault_handler(struct root *root, uint32_t pd)
{
    const struct kaal_plan_pd *plan = plan_pd(&root->plan, pd);
    if (pd == root->plan.broker) {
        return seL4_CapNull;
    }
    uint32_t handler = plan->parent == KAAL_NONE ? root->plan.broker : plan->parent;
    uint32_t slot = store_slots(root, 1);
    seL4_Error err = seL4_CNode_Mint(root->store, slot, (seL4_Uint8)root->store_bits, root->store,
                                     root->pds[handler].endpoint, (seL4_Uint8)root->store_bits,
                                     seL4_CapRights_new(1, 0, 0, 1), KAAL_BADGE_FAULT | pd);
    root_check(root, err, "fault_handler", plan->name);
    return store_cptr(slot);
}

static void write_registers(struct root *root, uint32_t pd)
{
    seL4_UserContext context = {
        .pc = root->pds[pd].entry,
        .sp = KAAL_LAYOUT_STACK_TOP,
        .x0 = KAAL_LAYOUT_START_PAGE,
    };
    seL4_Error err = seL4_TCB_WriteRegisters(store_cptr(root->pds[pd].tcb), 0, 0,
                                             sizeof(context) / sizeof(seL4_Word), &context);
    root_check(root, err, "thread", plan_pd(&root->plan, pd)->name);
}

void start_thread(struct root *root, uint32_t pd)
{
    const struct kaal_plan_pd *plan = plan_pd(&root->plan, pd);
    const struct pd_objects *objects = &root->pds[pd];
    seL4_CPtr tcb = store_cptr(objects->tcb);
    seL4_CPtr vspace = store_cptr(objects->vspace);
    seL4_CPtr handler = fault_handler(root, pd);
    seL4_Word data = 0;
    seL4_CPtr cspace = cspace_root(root, pd, &data);

    seL4_Error err = seL4_TCB_Configure(tcb, cspace, data, vspace, 0, KAAL_LAYOUT_IPC_BUFFER,
                                        store_cptr(objects->ipc_frame));
    root_check(root, err, "thread", plan->name);
    err = seL4_TCB_SetSchedParams(tcb, store_cptr(root->caps[KAAL_HANDOVER_ROOT_TCB]),
                                  plan->max_priority, plan->priority,
                                  store_cptr(objects->sched_context), handler);
    root_check(root, err, "thread", plan->name);
    if ((plan->flags & KAAL_PD_FPU) == 0) {
        err = (seL4_Error)seL4_TCB_SetFlags(tcb, 0, seL4_TCBFlag_fpuDisabled).error;
        root_check(root, err, "thread", plan->name);
    }
    if (objects->notification != 0) {
        err = seL4_TCB_BindNotification(tcb, store_cptr(objects->notification));
        root_check(root, err, "thread", plan->name);
    }
    write_registers(root, pd);
}
