// SPDX-License-Identifier: BSD-2-Clause
//
// Capability spaces: exactly what the plan lists, in the slots that it names.

#include "root.h"

static seL4_CapRights_t ipc_rights(uint32_t rights)
{
    bool write = (rights & KAAL_RIGHT_WRITE) != 0;
    bool grant = (rights & KAAL_RIGHT_GRANT) != 0;
    // Whoever may send may also call: GrantReply lets the answer come back, and no more.
    return seL4_CapRights_new(write, grant, (rights & KAAL_RIGHT_READ) != 0, write);
}

static seL4_CapRights_t frame_rights(uint32_t rights)
{
    return seL4_CapRights_new(false, false, (rights & KAAL_RIGHT_READ) != 0,
                              (rights & KAAL_RIGHT_WRITE) != 0);
}

// Copies a store slot into the slot of the plan.
static void put(struct root *root, const struct kaal_plan_cap *cap, uint32_t source,
                seL4_CapRights_t rights, uint64_t badge)
{
    const struct kaal_plan_pd *pd = plan_pd(&root->plan, cap->pd);
    bool broker = cap->pd == root->plan.broker;
    if (broker && cap->slot >= ROOT_PLAN_END) {
        root_fail(root, "capability", cap->name, "beyond the broker's slots");
    }
    if (source == 0) {
        root_fail(root, "capability", cap->name, "its object does not exist");
    }
    seL4_CPtr cnode = store_cptr(root->pds[cap->pd].cnode);
    seL4_Uint8 depth = (seL4_Uint8)(broker ? root->store_bits : pd->cspace_bits);
    seL4_Uint8 store_depth = (seL4_Uint8)root->store_bits;
    // Mint with a badge of 0 would still rewrite the guard of a CNode capability; Copy keeps it.
    seL4_Error err = badge == 0 ? seL4_CNode_Copy(cnode, cap->slot, depth, root->store, source,
                                                  store_depth, rights)
                                : seL4_CNode_Mint(cnode, cap->slot, depth, root->store, source,
                                                  store_depth, rights, badge);
    root_check(root, err, "capability", cap->name);
}

// The handler stays in the store, the holder gets a copy; the interrupt signals the holder's
// notification with the badge of the plan.
static void put_irq(struct root *root, const struct kaal_plan_cap *cap)
{
    uint32_t handler = machine_irq(root, cap->object, cap->window);
    uint32_t signal = store_slots(root, 1);
    seL4_Error err = seL4_CNode_Mint(root->store, signal, (seL4_Uint8)root->store_bits, root->store,
                                     root->pds[cap->pd].notification, (seL4_Uint8)root->store_bits,
                                     seL4_CanWrite, cap->badge);
    root_check(root, err, "interrupt", cap->name);
    err = seL4_IRQHandler_SetNotification(store_cptr(handler), store_cptr(signal));
    root_check(root, err, "interrupt", cap->name);
    put(root, cap, handler, seL4_AllRights, 0);
}

static void put_cap(struct root *root, const struct kaal_plan_cap *cap)
{
    const struct pd_objects *object = &root->pds[cap->object];
    switch ((enum kaal_cap_kind)cap->kind) {
    case KAAL_CAP_ENDPOINT:
        put(root, cap, object->endpoint, ipc_rights(cap->rights), cap->badge);
        break;
    case KAAL_CAP_NOTIFICATION:
        put(root, cap, object->notification, ipc_rights(cap->rights), cap->badge);
        break;
    case KAAL_CAP_REPLY:
        put(root, cap, object->reply, seL4_AllRights, 0);
        break;
    case KAAL_CAP_IRQ_HANDLER:
        put_irq(root, cap);
        break;
    case KAAL_CAP_CNODE:
        put(root, cap, object->cnode, seL4_AllRights, 0);
        break;
    case KAAL_CAP_VSPACE:
        put(root, cap, object->vspace, seL4_AllRights, 0);
        break;
    case KAAL_CAP_TCB:
        put(root, cap, object->tcb, seL4_AllRights, 0);
        break;
    case KAAL_CAP_SCHED_CONTEXT:
        put(root, cap, object->sched_context, seL4_AllRights, 0);
        break;
    case KAAL_CAP_FRAME:
        put(root, cap, root->regions[cap->object] + cap->window, frame_rights(cap->rights), 0);
        break;
    case KAAL_CAP_INBOX:
        put(root, cap, object->inbox, seL4_AllRights, 0);
        break;
    case KAAL_CAP_KIND_COUNT:
        break;
    }
}

void grant_caps(struct root *root, uint32_t pd)
{
    uint32_t first_free = 1;
    for (uint32_t i = 0; i < plan_count(&root->plan, KAAL_TABLE_CAPS); i++) {
        const struct kaal_plan_cap *cap = plan_cap(&root->plan, i);
        if (cap->pd != pd || plan_cap_is_note(cap)) {
            continue;
        }
        put_cap(root, cap);
        first_free = cap->slot >= first_free ? cap->slot + 1 : first_free;
    }
    root->pds[pd].first_free = first_free;
}
