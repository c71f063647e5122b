// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/slot.h"

#include "kernel/derive.h"
#include "kernel/untyped.h"

enum {
    LINK_SHIFT = 21, // of the address in a link
    SLOT_SHIFT = 5,  // address bits that are zero
    LOW_BITS = 21,   // of the depth, in link 0
    HIGH_SHIFT = 1,  // of the rest, in link 1
};

#define LINK_DATA  ((UINT64_C(1) << LINK_SHIFT) - 1)
#define ORIGINAL   UINT64_C(1)
#define DEPTH_HIGH (LINK_DATA & ~ORIGINAL)

static struct slot *link_get(uint64_t link)
{
    const int64_t units = (int64_t)link >> LINK_SHIFT; // keeps the sign
    return (struct slot *)(uintptr_t)((uint64_t)units << SLOT_SHIFT);
}

static uint64_t link_set(uint64_t link, const struct slot *slot)
{
    return ((uint64_t)(uintptr_t)slot >> SLOT_SHIFT) << LINK_SHIFT | (link & LINK_DATA);
}

struct slot *slot_prev(const struct slot *slot)
{
    return link_get(slot->link[0]);
}

struct slot *slot_next(const struct slot *slot)
{
    return link_get(slot->link[1]);
}

uint64_t slot_depth(const struct slot *slot)
{
    return (slot->link[0] & LINK_DATA) | (slot->link[1] & DEPTH_HIGH) >> HIGH_SHIFT << LOW_BITS;
}

bool slot_is_original(const struct slot *slot)
{
    return (slot->link[1] & ORIGINAL) != 0;
}

static void prev_set(struct slot *slot, const struct slot *prev)
{
    slot->link[0] = link_set(slot->link[0], prev);
}

static void next_set(struct slot *slot, const struct slot *next)
{
    slot->link[1] = link_set(slot->link[1], next);
}

static void depth_set(struct slot *slot, uint64_t depth)
{
    const uint64_t high = depth >> LOW_BITS << HIGH_SHIFT;
    ASSERT((high & ~DEPTH_HIGH) == 0);
    slot->link[0] = (slot->link[0] & ~LINK_DATA) | (depth & LINK_DATA);
    slot->link[1] = (slot->link[1] & ~DEPTH_HIGH) | high;
}

// The neighbours of `slot` point to it.
static void join_neighbours(struct slot *slot)
{
    struct slot *prev = slot_prev(slot);
    struct slot *next = slot_next(slot);
    if (prev != NULL) {
        next_set(prev, slot);
    }
    if (next != NULL) {
        prev_set(next, slot);
    }
}

static void insert_after(struct slot *slot, struct slot *to, struct cap cap, uint64_t depth,
                         bool original)
{
    ASSERT(slot_is_empty(to) && !cap_is_null(cap));
    const uint64_t high = depth >> LOW_BITS << HIGH_SHIFT;
    struct slot *next = slot_next(slot);
    ASSERT((high & ~DEPTH_HIGH) == 0);
    to->cap = cap;
    to->link[0] = link_set(depth & LINK_DATA, slot);
    to->link[1] = (slot->link[1] & ~LINK_DATA) | high | (original ? ORIGINAL : 0);
    next_set(slot, to);
    if (next != NULL) {
        prev_set(next, to);
    }
}

void slot_insert_root(struct slot *to, struct cap cap)
{
    ASSERT(slot_is_empty(to) && !cap_is_null(cap));
    to->cap = cap;
    to->link[0] = 0;
    to->link[1] = ORIGINAL;
}

// The depth of a child of `parent`.
static uint64_t child_depth(struct slot *parent)
{
    ASSERT(slot_is_original(parent));
    if (slot_prev(parent) == NULL) {
        depth_set(parent, 0); // nobody is above it any more, and what follows stays deeper
    }
    return slot_depth(parent) + 1;
}

void slot_insert_children(struct slot *parent, struct slot *slots, uint64_t count)
{
    const uint64_t depth = child_depth(parent);
    const uint64_t low = depth & LINK_DATA;
    const uint64_t high = depth >> LOW_BITS << HIGH_SHIFT | ORIGINAL;
    struct slot *next = slot_next(parent);
    for (uint64_t i = 0; i < count; i++) {
        struct slot *slot = &slots[i];
        slot->link[0] = link_set(low, slot + 1);
        slot->link[1] = link_set(high, i == 0 ? next : slot - 1);
    }
    struct slot *last = &slots[count - 1];
    prev_set(last, parent);
    next_set(parent, last);
    if (next != NULL) {
        prev_set(next, slots);
    }
}

void slot_insert_child(struct slot *parent, struct slot *to, struct cap cap, bool original)
{
    insert_after(parent, to, cap, child_depth(parent), original);
}

void slot_insert_derived(struct slot *from, struct slot *to, struct cap cap)
{
    const bool untyped = cap_type(cap) == CAP_UNTYPED;
    const bool original = untyped || (cap_is_badged(cap) && !cap_is_badged(from->cap));
    if (slot_is_original(from)) {
        slot_insert_child(from, to, cap, original);
    } else {
        insert_after(from, to, cap, slot_depth(from), original);
    }
    if (untyped) {
        // Two marks for one piece of memory: only the copy's may give out memory from now on.
        from->cap = untyped_set_free(from->cap, UINT64_C(1) << cap_size_bits(from->cap));
    }
}

void slot_move(struct slot *from, struct slot *to, struct cap cap)
{
    ASSERT(slot_is_empty(to) && from != to);
    to->cap = cap;
    to->link[0] = from->link[0];
    to->link[1] = from->link[1];
    join_neighbours(to);
    *from = (struct slot){0};
}

// After an exchange of links, one that names its own slot means the other one: they were
// neighbours.
static void mend_link_to_self(struct slot *slot, const struct slot *other)
{
    if (slot_prev(slot) == slot) {
        prev_set(slot, other);
    }
    if (slot_next(slot) == slot) {
        next_set(slot, other);
    }
}

void slot_swap(struct slot *a, struct cap cap_for_b, struct slot *b, struct cap cap_for_a)
{
    ASSERT(a != b);
    const struct slot was_a = *a;
    const struct slot was_b = *b;
    *a = (struct slot){cap_for_a, {was_b.link[0], was_b.link[1]}};
    *b = (struct slot){cap_for_b, {was_a.link[0], was_a.link[1]}};
    mend_link_to_self(a, b);
    mend_link_to_self(b, a);
    join_neighbours(a);
    join_neighbours(b);
}

void slot_clear(struct slot *slot)
{
    struct slot *prev = slot_prev(slot);
    struct slot *next = slot_next(slot);
    if (prev != NULL) {
        next_set(prev, next);
    }
    if (next != NULL) {
        prev_set(next, prev);
    }
    *slot = (struct slot){0};
}

// Whether `next`, which follows `slot`, descends from it (D3).
static bool descends(const struct slot *slot, const struct slot *next)
{
    return slot_is_original(slot) && slot_depth(next) > slot_depth(slot) &&
           cap_covers(slot->cap, next->cap) &&
           !(cap_is_badged(slot->cap) && slot_is_original(next));
}

struct slot *slot_first_child(const struct slot *slot)
{
    struct slot *next = slot_next(slot);
    return next != NULL && descends(slot, next) ? next : NULL;
}

bool slot_has_children(const struct slot *slot)
{
    return slot_first_child(slot) != NULL;
}

bool slot_is_final(const struct slot *slot)
{
    const struct slot *prev = slot_prev(slot);
    const struct slot *next = slot_next(slot);
    return (prev == NULL || !cap_same_object(prev->cap, slot->cap)) &&
           (next == NULL || !cap_same_object(next->cap, slot->cap));
}
