// SPDX-License-Identifier: BSD-2-Clause
//
// Untyped memory as binary trees of halves, so that whatever is given back can become whole again.
//
//    piece     |                 split                 |
//    halves    |       taken       |       split       |     each a node: one untyped capability
//    quarters                      |  free   |  free   |     in a slot of the broker's CNode
//
// Splitting is one Retype of two objects into two consecutive slots. Merging deletes both, after
// which the kernel allocates from the start of the parent again (abi sheet 6.3), and clears it when
// it is retyped next. So memory is merged late: what was given back stays as it is, last in first
// out, and a split node is merged only when nothing else can serve a request, or slots or nodes run
// short, and no more of the tree than is needed.
//
// A piece is the root of a tree: an untyped capability from the boot, or, if the first part of one
// has been used, an aligned part of the rest.
//
//    |#### used ####|. page .|.. 2 pages ..|............ 4 pages ............|
//
// The nodes are a fixed table. Halves are neighbours there, the left one with an even index, in the
// table as in the slots. A free node, and a split one of which nothing is taken ("whole"), is on a
// doubly linked list of its size and kind; a word has a bit for each list that is not empty.
//
// What was given back last is most often what is taken next: whether nodes above it have become
// whole is only looked at (the node is `last` until then) when something else is asked for.
//
// Nothing here is recursive. Take and give climb or descend a tree once: at most 43 levels.
//
// Invariant P1: pieces do not overlap and are sorted by address.
// Invariant P2: a split node has two halves, in consecutive slots of their own; no other has any.
// Invariant P3: a node is `whole` if and only if it is split and each half is free, but not the one
// that is `last`, or whole.
// Invariant P4: the lists hold exactly the free and the whole nodes, each that of its size and
// kind. Invariant P5: the bytes of free nodes add up to `free`, those of pieces to `total`.
// Invariant P6: every pair of the table is in a tree, holds pieces, or is on the list of free
// pairs.
#pragma once

#include "slots.h"

#include <kaal/error.h>

#include <stdbool.h>
#include <stdint.h>

enum {
    POOL_NODES = 8192,
    POOL_NONE = UINT16_MAX, // no node
    POOL_PIECES = 512,
    POOL_BITS_MIN = 4,    // of an untyped
    POOL_BITS_MAX = 47,   // of an untyped
    POOL_CARVE_BITS = 12, // the least piece that is carved from a used untyped: a page
};

enum pool_node_state {
    POOL_UNUSED, // no capability
    POOL_FREE,
    POOL_TAKEN,
    POOL_SPLIT,
};

struct pool_node {
    uint64_t paddr;
    uint32_t slot;
    uint16_t next; // on its list
    uint16_t prev;
    uint16_t parent; // of a piece: none
    uint16_t child;  // the left half, while it is split
    uint8_t bits;
    uint8_t state;
    bool device;
    bool whole;
};

// What the kernel does for the pool. On the target: Untyped_Retype and CNode_Delete.
struct pool_ops {
    // Makes `count` untyped objects of 2^bits bytes from the one in `parent`, into consecutive
    // slots from `first` on. False, and nothing changed, if the kernel refuses.
    bool (*retype)(void *context, uint32_t parent, uint8_t bits, uint32_t count, uint32_t first);
    // Deletes the capability in `slot`: an untyped without children.
    void (*remove)(void *context, uint32_t slot);
    void *context;
};

// Nodes by size, log2 of bytes.
struct pool_lists {
    uint64_t sizes;                    // a bit for each list that is not empty
    uint16_t first[POOL_BITS_MAX + 1]; // of each list; POOL_NONE: it is empty
};

// Nodes of one kind.
struct pool_kind {
    uint64_t free;
    uint64_t total;
    struct pool_lists free_nodes;
    struct pool_lists whole_nodes;
};

// Tables come last, here and in the other books: what lies near the beginning is quick to reach.
struct pool {
    uint32_t piece_count;
    uint16_t spare; // the other half of the pair with the newest piece
    uint16_t free_pairs;
    uint16_t last; // given back, or POOL_NONE
    uint32_t free_pair_count;
    uint32_t slot_count;       // slots that the pool has taken
    uint32_t whole_count;      // nodes that can be merged
    struct pool_kind kinds[2]; // RAM, device
    struct pool_ops ops;
    struct slots *slots;
    uint16_t pieces[POOL_PIECES];
    struct pool_node nodes[POOL_NODES];
};

// An untyped capability as it comes: the first `used` bytes have been retyped by others.
struct pool_untyped {
    uint64_t paddr;
    uint64_t used;
    uint32_t slot;
    uint8_t bits;
    bool device;
};

struct pool_state {
    uint64_t total; // bytes of RAM
    uint64_t free;
    uint64_t device_total; // bytes of device memory
    uint64_t device_free;
    uint8_t largest_bits; // of RAM that can be had in one node; 0: none
    uint32_t nodes;       // in use
    uint32_t slots;       // taken for nodes
    uint32_t slots_idle;  // of these, those that merging would give back
};

// An empty pool, of one that is all zeroes, that takes its slots from `slots`, which the caller may
// use for other things too.
void pool_open(struct pool *pool, const struct pool_ops *ops, struct slots *slots);

// Adds an untyped. From a used one the free part behind it is carved, whole pages at least.
// KAAL_ERR_ARGUMENT: no such untyped is possible, or the pool has some of this memory already.
// KAAL_ERR_SLOTS, KAAL_ERR_KERNEL: what was carved by then is in the pool.
enum kaal_err pool_add(struct pool *pool, struct pool_untyped untyped);

// 2^bits bytes of RAM: the smallest free node that fits, split down.
//
// KAAL_ERR_ARGUMENT: not between POOL_BITS_MIN and POOL_BITS_MAX. KAAL_ERR_MEMORY: there is none.
// KAAL_ERR_SLOTS: the nodes or the slots do not suffice, even after some merging. KAAL_ERR_KERNEL.
// After an error nothing has changed but what was merged.
enum kaal_err pool_take(struct pool *pool, uint8_t bits, uint32_t *node);

// Exactly [paddr, paddr + 2^bits), of any kind.
//
// KAAL_ERR_ARGUMENT: also if not aligned to its size. KAAL_ERR_NOTFOUND: no piece has all of it.
// KAAL_ERR_BUSY: some of it is taken. Otherwise like pool_take().
enum kaal_err pool_take_at(struct pool *pool, uint64_t paddr, uint8_t bits, uint32_t *node);

// Takes a node back. The caller has revoked it (CNode_Revoke of its slot): it has no children.
// False, and nothing changed, if it is not taken.
bool pool_give(struct pool *pool, uint32_t node);

// Merges up to `most` pairs of halves, from the smallest up, which frees as many nodes and slots.
// It makes the next use of large nodes slow (the kernel clears them), so it is for shortage. How
// many were merged.
uint32_t pool_settle(struct pool *pool, uint32_t most);

struct pool_state pool_state(struct pool *pool);

// Of a taken node.

static inline uint32_t pool_slot(const struct pool *pool, uint32_t node)
{
    return pool->nodes[node].slot;
}

static inline uint64_t pool_paddr(const struct pool *pool, uint32_t node)
{
    return pool->nodes[node].paddr;
}

static inline uint8_t pool_bits(const struct pool *pool, uint32_t node)
{
    return pool->nodes[node].bits;
}
