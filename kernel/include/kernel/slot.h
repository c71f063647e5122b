// SPDX-License-Identifier: BSD-2-Clause
//
// A capability slot and its place in the derivation tree.
//
// The tree is one doubly linked list in pre-order. A node knows its depth; its descendants are
// those that follow it, deeper than itself, for as long as they name (part of) the same object:
//
//     untyped  depth 0
//       endpoint      1  original
//         copy        2
//         badged 7    2  original
//           copy      3
//       frame         1  original
//
// Deleting a node in the middle leaves its children where they are: they become descendants of the
// next shallower capability that covers their object, and of no unrelated neighbour, because being
// deeper is not enough (D3). No parent pointer has to be mended. Why it holds:
//
//   - A capability is only ever inserted directly behind the one it is made from: deeper than it,
//     or as deep if that one is a copy. So what descends from p is one stretch of the list, from p
//     on, and everything in it is deeper than p. Deletion shortens the stretch, Move and Rotate
//     rename its nodes.
//   - For the same reason the capabilities of one object are neighbours (untyped ones never count
//     as the same object), so whether one is the last is seen from two links.
//   - A badged endpoint's copies that lost their original become children of the next one minted
//     in that place with the same badge; user level cannot tell them from copies of it.
//
// An unrelated root has a list of its own. Making a child of a parent that comes first in its list
// restarts the count of depth there. Still, copying an untyped capability and deleting an older one
// of the chain, again and again, deepens it without end, so there is a last depth, at which untyped
// capabilities have no more children (NESTING_MAX). At a microsecond a level that takes weeks.
//
// Invariant D1: next and prev agree; the list has no cycle; an empty slot is in no list.
// Invariant D2: untyped capabilities are at most NESTING_MAX deep, others at most 4 deeper: a depth
//               always fits its bits.
// Invariant D3: n descends from p iff p is an original, n follows p with only descendants of p
//               between, depth(n) > depth(p), and p's object covers n's; if p is badged, n has the
//               same badge and is a copy (another original with that badge is not p's business).
// Invariant D4: capabilities of the same object are neighbours.
// Invariant O2: a slot that holds a capability lies in a CNode or thread that there is a capability
//               of, or in the kernel's own memory.
//
// A slot is 32 bytes (seL4 ABI, seL4_SlotBits): the capability and two words of links. A link is
// the 48 low bits of an address, sign-extended, without the 5 that are zero.
//
//   link 0     63..21 prev slot >> 5     20..0  depth, low 21 bits
//   link 1     63..21 next slot >> 5     20..1  depth, high 20 bits     0 original
#pragma once

#include "kernel/cap.h"

struct slot {
    _Alignas(32) struct cap cap; // links rely on the alignment
    uint64_t link[2];
};

_Static_assert(sizeof(struct slot) == 32, "seL4_SlotBits");

// Untyped capabilities at this depth or deeper cannot be copied or retyped. 8 levels are kept for
// what lies in untyped memory: a badged endpoint's copy is 3 levels below it.
#define NESTING_MAX ((UINT64_C(1) << 41) - 8)

// A child of `parent` (which is an original): what Retype, IRQControl, ASIDControl make.
// `original`: whether the new capability is an original itself. `to` must be empty.
void slot_insert_child(struct slot *parent, struct slot *to, struct cap cap, bool original);

// The same for what Retype makes: `count` originals in consecutive slots, whose capabilities are
// there already. As if inserted one by one, the first one first.
void slot_insert_children(struct slot *parent, struct slot *slots, uint64_t count);

// What Copy, Mint, a transfer or an installation in a TCB makes of `from`: a child if `from` is an
// original, else its sibling. `cap` was derived from from->cap; a badge that `from` lacks makes it
// an original; so is every copy of an untyped capability, and the source of one becomes full. `to`
// must be empty.
void slot_insert_derived(struct slot *from, struct slot *to, struct cap cap);

// A capability of the initial task, with neither parent nor child yet. `to` must be empty.
void slot_insert_root(struct slot *to, struct cap cap);

// The capability moves to the empty slot `to`, changed to `cap` (same object), keeping its place in
// the tree.
void slot_move(struct slot *from, struct slot *to, struct cap cap);

// Two slots exchange capability and place; a's becomes `cap_for_b` in b and the other way round.
// One may be empty, and its capability null.
void slot_swap(struct slot *a, struct cap cap_for_b, struct slot *b, struct cap cap_for_a);

// Out of the tree and empty. Does not touch the object.
void slot_clear(struct slot *slot);

static inline bool slot_is_empty(const struct slot *slot)
{
    return cap_is_null(slot->cap);
}

bool slot_has_children(const struct slot *slot);

// The first descendant of `slot`, or NULL.
struct slot *slot_first_child(const struct slot *slot);

// Whether no other capability names the same object.
bool slot_is_final(const struct slot *slot);

bool slot_is_original(const struct slot *slot);
struct slot *slot_next(const struct slot *slot);
struct slot *slot_prev(const struct slot *slot);
uint64_t slot_depth(const struct slot *slot);
