// SPDX-License-Identifier: BSD-2-Clause
//
// The kernel objects of all components. They exist before any capability space is filled, because
// components hold capabilities to objects of others.

#include "root.h"

enum {
    SCHED_CONTEXT_BITS = 8,

    // Budget that a thread did not use up at once comes back in as many pieces (sel4 manual, MCS).
    EXTRA_REFILLS =
        (LIBSEL4_BIT(SCHED_CONTEXT_BITS) - seL4_CoreSchedContextBytes) / seL4_RefillSizeBytes,
};

// Does the plan give anybody a capability of this kind to this component's object?
static bool wanted(const struct plan *plan, uint32_t pd, enum kaal_cap_kind kind)
{
    for (uint32_t i = 0; i < plan_count(plan, KAAL_TABLE_CAPS); i++) {
        const struct kaal_plan_cap *cap = plan_cap(plan, i);
        if (cap->kind == kind && cap->object == pd) {
            return true;
        }
    }
    return false;
}

static bool has_interrupt(const struct plan *plan, uint32_t pd)
{
    for (uint32_t i = 0; i < plan_count(plan, KAAL_TABLE_CAPS); i++) {
        const struct kaal_plan_cap *cap = plan_cap(plan, i);
        if (cap->kind == KAAL_CAP_IRQ_HANDLER && cap->pd == pd) {
            return true;
        }
    }
    return false;
}

static bool has_children(const struct plan *plan, uint32_t pd)
{
    for (uint32_t i = 0; i < plan_count(plan, KAAL_TABLE_PDS); i++) {
        if (plan_pd(plan, i)->parent == pd) {
            return true;
        }
    }
    return false;
}

static void create_ipc_objects(struct root *root, uint32_t pd)
{
    const struct plan *plan = &root->plan;
    struct pd_objects *objects = &root->pds[pd];
    if (pd == plan->broker || has_children(plan, pd) || wanted(plan, pd, KAAL_CAP_ENDPOINT)) {
        objects->endpoint = memory_object(root, pd, seL4_EndpointObject, 0);
    }
    if (wanted(plan, pd, KAAL_CAP_NOTIFICATION) || has_interrupt(plan, pd)) {
        objects->notification = memory_object(root, pd, seL4_NotificationObject, 0);
    }
    if (wanted(plan, pd, KAAL_CAP_REPLY)) {
        objects->reply = memory_object(root, pd, seL4_ReplyObject, 0);
    }
}

static void create_cspace(struct root *root, uint32_t pd)
{
    const struct kaal_plan_pd *plan = plan_pd(&root->plan, pd);
    struct pd_objects *objects = &root->pds[pd];
    if (pd == root->plan.broker) {
        // The broker's capability space is the store.
        objects->cnode = root->caps[KAAL_HANDOVER_STORE];
        return;
    }
    objects->cnode = memory_object(root, pd, seL4_CapTableObject, (uint8_t)plan->cspace_bits);
    if ((plan->flags & KAAL_PD_INBOX) != 0) {
        objects->inbox = memory_object(root, pd, seL4_CapTableObject, KAAL_INBOX_BITS);
        objects->cspace_top = memory_object(root, pd, seL4_CapTableObject, 1);
    }
}

static void create_pd(struct root *root, uint32_t pd)
{
    const struct kaal_plan_pd *plan = plan_pd(&root->plan, pd);
    struct pd_objects *objects = &root->pds[pd];
    objects->vspace = memory_object(root, pd, seL4_ARM_VSpaceObject, 0);
    objects->ipc_frame = memory_object(root, pd, seL4_ARM_SmallPageObject, 0);
    objects->tcb = memory_object(root, pd, seL4_TCBObject, 0);
    objects->sched_context = memory_object(root, pd, seL4_SchedContextObject, SCHED_CONTEXT_BITS);
    create_cspace(root, pd);
    create_ipc_objects(root, pd);

    seL4_Error err = seL4_ARM_ASIDPool_Assign(store_cptr(root->caps[KAAL_HANDOVER_ASID_POOL]),
                                              store_cptr(objects->vspace));
    root_check(root, err, "address_space", plan->name);
    err = seL4_SchedControl_ConfigureFlags(store_cptr(root->caps[KAAL_HANDOVER_SCHED_CONTROL]),
                                           store_cptr(objects->sched_context), plan->budget_us,
                                           plan->period_us, EXTRA_REFILLS, pd, 0);
    root_check(root, err, "budget", plan->name);
}

void pd_create_all(struct root *root)
{
    const struct plan *plan = &root->plan;
    for (uint32_t i = 0; i < plan_count(plan, KAAL_TABLE_PDS); i++) {
        if (plan_pd(plan, i)->role != KAAL_ROLE_ROOT) {
            create_pd(root, i);
        }
    }
    for (uint32_t i = 0; i < plan_count(plan, KAAL_TABLE_REGIONS); i++) {
        const struct kaal_plan_region *region = plan_region(plan, i);
        bool small = region->page_bits == ROOT_PAGE_BITS;
        uint32_t pages = (uint32_t)(region->size >> region->page_bits);
        root->regions[i] =
            (region->flags & KAAL_REGION_CONTIGUOUS) != 0
                ? memory_contiguous(root, (uint8_t)region->page_bits, pages)
                : memory_objects(root, ROOT_FREE,
                                 small ? seL4_ARM_SmallPageObject : seL4_ARM_LargePageObject, 0,
                                 pages);
    }
}
