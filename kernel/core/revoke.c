// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/revoke.h"

#include "kernel/cspace.h"
#include "kernel/endpoint.h"
#include "kernel/kernel.h"
#include "kernel/notification.h"
#include "kernel/object.h"
#include "kernel/tcb.h"

enum { EMPTY_SLOTS = 32 }; // that are looked at in one step

// --- zombies -------------------------------------------------------------------------------------

static enum zombie_kind kind_of(struct cap zombie)
{
    return (enum zombie_kind)cap_get(zombie, CAP_ZOMBIE_KIND);
}

// Threads wait for what it was; it has no slots.
static bool is_queue(struct cap zombie)
{
    return kind_of(zombie) == ZOMBIE_ENDPOINT || kind_of(zombie) == ZOMBIE_NOTIFICATION;
}

// The slots of the object that the zombie was.
static struct slot *zombie_slots(struct cap zombie)
{
    if (kind_of(zombie) == ZOMBIE_TCB) {
        struct tcb *tcb = arch_ptr(cap_address(zombie));
        return tcb->slots;
    }
    return cnode_slots(zombie);
}

static struct cap zombie_of_cnode(struct cap cnode)
{
    struct cap cap = cap_new(CAP_ZOMBIE, cap_address(cnode));
    cap = cap_set(cap, CAP_SIZE_BITS, cap_size_bits(cnode));
    return cap_set(cap, CAP_ZOMBIE_LEFT, cnode_slot_count(cnode));
}

// The thread is gone; of its slots only that of the CSpace can be long to empty.
static struct cap zombie_of_tcb(struct cap tcb_cap)
{
    struct tcb *tcb = tcb_of(tcb_cap);
    tcb_destroy(tcb);
    for (unsigned i = TCB_SLOT_CSPACE + 1; i < TCB_SLOT_COUNT; i++) {
        slot_delete_now(&tcb->slots[i]);
    }
    struct cap cap = cap_new(CAP_ZOMBIE, cap_address(tcb_cap));
    cap = cap_set(cap, CAP_ZOMBIE_KIND, ZOMBIE_TCB);
    return cap_set(cap, CAP_ZOMBIE_LEFT, TCB_SLOT_CSPACE + 1);
}

// The first thread that waits for what the zombie was executes its system call again. False: nobody
// waits any more.
static bool evict(struct cap zombie)
{
    return kind_of(zombie) == ZOMBIE_ENDPOINT ? endpoint_evict(arch_ptr(cap_address(zombie)))
                                              : notification_evict(arch_ptr(cap_address(zombie)));
}

// The last capability of an endpoint or a notification goes: a zombie if somebody waits, else null.
static struct cap zombie_of_queue(struct cap cap)
{
    if (cap_type(cap) == CAP_ENDPOINT && endpoint_of(cap)->first != NULL) {
        return cap_set(cap_new(CAP_ZOMBIE, cap_address(cap)), CAP_ZOMBIE_KIND, ZOMBIE_ENDPOINT);
    }
    if (cap_type(cap) == CAP_NOTIFICATION && notification_of(cap)->queue.first != NULL) {
        return cap_set(cap_new(CAP_ZOMBIE, cap_address(cap)), CAP_ZOMBIE_KIND, ZOMBIE_NOTIFICATION);
    }
    return cap_null();
}

// Takes the capability out of the slot; the last one of what is long to dissolve leaves a zombie.
static void slot_retire(struct slot *slot)
{
    const struct cap cap = slot->cap;
    const bool final = slot_is_final(slot);
    if (final && cap_type(cap) == CAP_CNODE) {
        slot->cap = zombie_of_cnode(cap);
    } else if (final && cap_type(cap) == CAP_TCB) {
        slot->cap = zombie_of_tcb(cap);
    } else {
        const struct cap zombie = final ? zombie_of_queue(cap) : cap_null();
        object_destroy(cap, final);
        if (cap_is_null(zombie)) {
            slot_clear(slot);
        } else {
            slot->cap = zombie;
        }
    }
}

// `slot` lies in an object that is being emptied, and holds the zombie of another one. Puts the
// zombie where nobody can reach it and something simpler, or nothing, in its place.
static void zombie_put_aside(struct slot *slot)
{
    const struct cap zombie = slot->cap;
    struct slot *first = zombie_slots(zombie);
    if (cap_get(zombie, CAP_ZOMBIE_LEFT) == 0) {
        slot_clear(slot);
    } else if (kind_of(zombie) == ZOMBIE_TCB) {
        // One slot is left, and it comes here: the thread needs no zombie any more.
        slot_clear(slot);
        if (!slot_is_empty(first)) {
            slot_move(first, slot, first->cap);
        }
    } else {
        slot_swap(slot, zombie, first, first->cap);
    }
}

static void queue_step(struct slot *slot)
{
    if (!evict(slot->cap)) {
        slot_clear(slot);
    }
}

// How many slots are left when the last of `left` is passed over, and empty ones before it. Each is
// a unit of work.
static uint64_t pass_empty(const struct slot *slots, uint64_t left)
{
    const uint64_t end = left > EMPTY_SLOTS ? left - EMPTY_SLOTS : 0;
    do {
        left--;
        kernel.work_units++;
    } while (left > end && slot_is_empty(&slots[left - 1]));
    kernel.work_units--; // preemption_wanted() counts one more
    return left;
}

// One unit of the work on the zombie in `slot`. Leaves another zombie in `slot`, or none.
//
// The slot looked at may hold the last capability of the object in which `slot` itself lies. That
// object's zombie then comes to lie in `slot`, this one out of reach, and the work goes on with
// what `slot` holds.
static void zombie_step(struct slot *slot)
{
    const struct cap zombie = slot->cap;
    if (is_queue(zombie)) {
        queue_step(slot);
        return;
    }
    const uint64_t left = cap_get(zombie, CAP_ZOMBIE_LEFT);
    if (left == 0) {
        slot_clear(slot);
        return;
    }
    struct slot *last = zombie_slots(zombie) + (left - 1);
    if (last == slot || slot_is_empty(last)) {
        slot->cap = cap_set(zombie, CAP_ZOMBIE_LEFT, pass_empty(zombie_slots(zombie), left));
    } else if (cap_type(last->cap) != CAP_ZOMBIE) {
        slot_retire(last);
    } else if (is_queue(last->cap)) {
        queue_step(last);
    } else {
        zombie_put_aside(last);
    }
}

// --- delete, revoke ------------------------------------------------------------------------------

enum progress slot_delete(struct slot *slot)
{
    if (!slot_is_empty(slot) && cap_type(slot->cap) != CAP_ZOMBIE) {
        slot_retire(slot);
    }
    while (!slot_is_empty(slot)) {
        zombie_step(slot);
        if (!slot_is_empty(slot) && preemption_wanted()) {
            return PROGRESS_PREEMPTED;
        }
    }
    return PROGRESS_DONE;
}

void slot_delete_now(struct slot *slot)
{
    if (!slot_is_empty(slot) && cap_type(slot->cap) != CAP_ZOMBIE) {
        slot_retire(slot);
    }
    while (!slot_is_empty(slot)) {
        ASSERT(is_queue(slot->cap));
        queue_step(slot);
    }
}

enum progress slot_revoke(struct slot *slot)
{
    struct slot *child = slot_first_child(slot);
    while (child != NULL) {
        if (slot_delete(child) == PROGRESS_PREEMPTED) {
            return PROGRESS_PREEMPTED;
        }
        child = slot_first_child(slot);
        kernel.work_units++; // a capability takes as long as two units of other work
        if (child != NULL && preemption_wanted()) {
            return PROGRESS_PREEMPTED;
        }
    }
    return PROGRESS_DONE;
}
