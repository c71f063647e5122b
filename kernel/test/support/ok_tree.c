// SPDX-License-Identifier: BSD-2-Clause
//
// The derivation tree (slot.h) and zombies (revoke.h).
#include "ok.h"

#include "kernel/arch.h"
#include "kernel/cspace.h"
#include "kernel/derive.h"

// D3 as it is written, not as slot.c computes it from one link.
static bool is_child(const struct slot *p, const struct slot *n)
{
    return slot_is_original(p) && slot_depth(n) > slot_depth(p) && cap_covers(p->cap, n->cap) &&
           !(cap_is_badged(p->cap) && slot_is_original(n));
}

static void find_heirs(struct ok_stock *stock, size_t index)
{
    struct ok_slot *entry = &stock->slots[index];
    size_t i = index + 1;
    while (i < stock->count && stock->slots[i].list == entry->list &&
           is_child(entry->slot, stock->slots[i].slot)) {
        i++;
    }
    entry->last_heir = entry->position + (i - index - 1);
}

// Descendants of untyped memory take the most time to find: each is found once more for every level
// above.
static void find_all_heirs(struct ok_stock *stock)
{
    for (size_t i = 0; i < stock->count; i++) {
        find_heirs(stock, i);
    }
}

// The first slot of each handler's run.
static const struct slot *handler[PLAT_IRQ_COUNT];

// The first capability of the object that the stock knows, in whatever list. NULL: not looked at.
static const struct slot *first_of_object(const struct ok_slot *entry)
{
    const struct cap cap = entry->slot->cap;
    if (cap_type(cap) == CAP_IRQ_HANDLER) {
        const struct slot **first = &handler[cap_get(cap, CAP_IRQ)];
        *first = *first == NULL ? entry->slot : *first;
        return *first;
    }
    if (entry->size == 0 || cap_type(cap) == CAP_UNTYPED) {
        return NULL;
    }
    return ok_object_at(cap_type(cap), entry->start);
}

// D4: an object's capabilities are neighbours, and D3: those that follow its unbadged original
// descend from it.
static const char *check_runs(const struct ok_stock *stock)
{
    const struct ok_slot *first = NULL;
    for (size_t i = 0; i < PLAT_IRQ_COUNT; i++) {
        handler[i] = NULL;
    }
    for (size_t i = 0; i < stock->count; i++) {
        const struct ok_slot *entry = &stock->slots[i];
        const struct slot *slot = entry->slot;
        const struct slot *known = first_of_object(entry);
        const bool again =
            slot_prev(slot) != NULL && cap_same_object(slot_prev(slot)->cap, slot->cap);
        if (!again) {
            first = entry;
            if (known != NULL && known != slot) {
                return "D4: capabilities of one object are not neighbours";
            }
        } else if (slot_is_original(first->slot) && !cap_is_badged(first->slot->cap) &&
                   entry->position > first->last_heir) {
            return "D3: a copy does not descend from its original";
        } else if (slot_is_original(slot) && !cap_is_badged(slot->cap)) {
            return "D3: the original is not the first of its object's capabilities";
        }
    }
    return NULL;
}

// The slots of what the zombie was. Returns how many.
static uint64_t slots_of(struct cap zombie, const struct slot **slots)
{
    const void *object = arch_ptr(cap_address(zombie));
    switch ((enum zombie_kind)cap_get(zombie, CAP_ZOMBIE_KIND)) {
    case ZOMBIE_CNODE:
        *slots = object;
        return cnode_slot_count(zombie);
    case ZOMBIE_TCB:
        *slots = ((const struct tcb *)object)->slots;
        return TCB_SLOT_COUNT;
    case ZOMBIE_ENDPOINT:
    case ZOMBIE_NOTIFICATION:
    default:
        return 0;
    }
}

static const char *check_zombie(const struct ok_stock *stock, const struct slot *slot)
{
    static const enum cap_type alive[] = {
        [ZOMBIE_CNODE] = CAP_CNODE,
        [ZOMBIE_TCB] = CAP_TCB,
        [ZOMBIE_ENDPOINT] = CAP_ENDPOINT,
        [ZOMBIE_NOTIFICATION] = CAP_NOTIFICATION,
    };
    const struct slot *slots = NULL;
    const uint64_t count = slots_of(slot->cap, &slots);
    for (uint64_t i = cap_get(slot->cap, CAP_ZOMBIE_LEFT); i < count; i++) {
        if (!slot_is_empty(&slots[i]) && &slots[i] != slot) {
            return "Z2: an emptied slot of a zombie holds a capability";
        }
    }
    const enum cap_type type = alive[cap_get(slot->cap, CAP_ZOMBIE_KIND)];
    if (ok_object_at(type, cap_address(slot->cap).raw) != NULL) {
        return "Z1: a zombie's object has another capability";
    }
    for (size_t i = 0; i < stock->count; i++) {
        const struct slot *other = stock->slots[i].slot;
        if (other != slot && cap_type(other->cap) == CAP_ZOMBIE &&
            cap_address(other->cap).raw == cap_address(slot->cap).raw) {
            return "Z1: an object has two zombies";
        }
    }
    return NULL;
}

const char *ok_tree(struct ok_stock *stock)
{
    for (size_t i = 0; i < stock->count; i++) {
        const struct slot *slot = stock->slots[i].slot;
        const uint64_t extra = cap_type(slot->cap) == CAP_UNTYPED ? 0 : 4;
        if (slot_depth(slot) > NESTING_MAX + extra) {
            return "D2: a capability is too deep in the tree";
        }
        if (cap_type(stock->slots[i].slot->cap) == CAP_ZOMBIE) {
            const char *broken = check_zombie(stock, stock->slots[i].slot);
            if (broken != NULL) {
                return broken;
            }
        }
    }
    find_all_heirs(stock);
    return check_runs(stock);
}
