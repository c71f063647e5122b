// SPDX-License-Identifier: BSD-2-Clause
//
// Book-keeping of untyped memory: which capability covers which physical memory, and how much of it
// is used. It makes no system call: the caller retypes what these functions have decided.
//
//    paddr            paddr + used                 paddr + 2^bits
//      |#### objects ####|............ free ............|
//
// The kernel allocates from a mark that only grows (abi sheet 6.3). `used` mirrors it: whoever
// retypes an entry must have asked here first, in the same order.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { UNTYPED_MAX = 768 }; // entries of a pool

struct untyped {
    uint64_t paddr;
    uint64_t used;
    uint32_t slot; // where its capability is; what the number means is the caller's affair
    uint32_t owner;
    uint8_t bits;
    bool device;
};

struct untyped_pool {
    struct untyped entries[UNTYPED_MAX];
    uint32_t count;
};

// Invariant: entries do not overlap, except that a child's memory lies in its parent's used part.
// False if the table is full.
bool untyped_add(struct untyped_pool *pool, struct untyped entry);

// Free bytes of an entry for objects of 2^bits bytes, counted from where the first would go.
uint64_t untyped_room(const struct untyped *entry, uint8_t bits);

// The entry of `owner` from which an object of 2^bits bytes should come: the smallest that has
// room, so that large ones stay whole. Never device memory. False if nothing has room.
bool untyped_pick(const struct untyped_pool *pool, uint32_t owner, uint8_t bits, uint32_t *index);

// Takes `count` objects of 2^bits bytes from this entry. False, and nothing changed, if they do not
// fit.
bool untyped_take_from(struct untyped *entry, uint8_t bits, uint64_t count);

// The entry whose free part has [paddr, paddr + 2^bits), 2^bits-aligned: how device memory is
// found. False if there is none: not in the map, or given away.
bool untyped_find(const struct untyped_pool *pool, uint64_t paddr, uint8_t bits, bool device,
                  uint32_t *index);

// The next step from an entry's mark towards `paddr`: the size (bits) of the largest aligned piece
// that begins at the mark and ends at or below `paddr`. False if the mark has arrived.
bool untyped_gap(const struct untyped *entry, uint64_t paddr, uint8_t *bits);
