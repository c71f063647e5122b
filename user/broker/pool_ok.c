// SPDX-License-Identifier: BSD-2-Clause
//
// The invariants of pool.h, checked over the whole state.

#include "pool.h"

struct count {
    uint32_t nodes;  // of the trees
    uint32_t listed; // free or whole ones
    uint32_t whole;
    uint64_t free[2];  // bytes
    uint64_t total[2]; // bytes
};

static bool is_untouched(const struct pool_node *node)
{
    return node->state == POOL_FREE || node->whole;
}

static bool half_ok(const struct pool *pool, uint16_t parent, uint16_t half)
{
    const struct pool_node *above = &pool->nodes[parent];
    const struct pool_node *node = &pool->nodes[above->child + half];
    return node->state != POOL_UNUSED && node->parent == parent && node->bits + 1 == above->bits &&
           node->device == above->device &&
           node->paddr == above->paddr + ((uint64_t)half << node->bits) &&
           node->slot == pool->nodes[above->child].slot + half;
}

// P2, P3
static bool node_ok(const struct pool *pool, uint16_t index)
{
    const struct pool_node *node = &pool->nodes[index];
    if (node->bits < POOL_BITS_MIN || node->bits > POOL_BITS_MAX) {
        return false;
    }
    if (node->state != POOL_SPLIT) {
        return !node->whole && node->child == POOL_NONE;
    }
    if (node->child % 2 != 0 || node->child >= POOL_NODES || !half_ok(pool, index, 0) ||
        !half_ok(pool, index, 1)) {
        return false;
    }
    bool untouched =
        is_untouched(&pool->nodes[node->child]) && is_untouched(&pool->nodes[node->child + 1]);
    return node->whole == untouched;
}

static void count_node(const struct pool *pool, uint16_t index, struct count *count)
{
    const struct pool_node *node = &pool->nodes[index];
    count->nodes++;
    count->listed += is_untouched(node) ? 1 : 0;
    count->whole += node->whole ? 1 : 0;
    if (node->state == POOL_FREE) {
        count->free[node->device] += UINT64_C(1) << node->bits;
    }
}

// The node that follows in the tree, each before its halves, or POOL_NONE.
static uint16_t following(const struct pool *pool, uint16_t index)
{
    if (pool->nodes[index].state == POOL_SPLIT) {
        return pool->nodes[index].child;
    }
    // A right half, and a piece, has nothing beside it.
    while (pool->nodes[index].parent != POOL_NONE && index % 2 == 1) {
        index = pool->nodes[index].parent;
    }
    return pool->nodes[index].parent == POOL_NONE ? POOL_NONE : (uint16_t)(index + 1);
}

static bool tree_ok(const struct pool *pool, uint16_t piece, struct count *count)
{
    for (uint16_t at = piece; at != POOL_NONE; at = following(pool, at)) {
        // The count ends a walk that goes round in a damaged tree.
        if (!node_ok(pool, at) || count->nodes > POOL_NODES) {
            return false;
        }
        count_node(pool, at, count);
    }
    return true;
}

// P1
static bool pieces_ok(const struct pool *pool, struct count *count)
{
    for (uint32_t i = 0; i < pool->piece_count; i++) {
        const struct pool_node *piece = &pool->nodes[pool->pieces[i]];
        if (piece->parent != POOL_NONE || !tree_ok(pool, pool->pieces[i], count)) {
            return false;
        }
        count->total[piece->device] += UINT64_C(1) << piece->bits;
        if (i > 0) {
            const struct pool_node *before = &pool->nodes[pool->pieces[i - 1]];
            if (piece->paddr <= before->paddr ||
                piece->paddr - before->paddr < UINT64_C(1) << before->bits) {
                return false;
            }
        }
    }
    return true;
}

// A list of P4; each node on it is counted down in *left.
static bool list_ok(const struct pool *pool, uint16_t head, struct pool_node wanted, uint32_t *left)
{
    uint16_t prev = POOL_NONE;
    for (uint16_t at = head; at != POOL_NONE; at = pool->nodes[at].next) {
        const struct pool_node *node = &pool->nodes[at];
        if (*left == 0 || node->prev != prev || node->bits != wanted.bits ||
            node->state != wanted.state || node->device != wanted.device || !is_untouched(node)) {
            return false;
        }
        (*left)--;
        prev = at;
    }
    return true;
}

// P4
static bool lists_ok(const struct pool *pool, uint32_t listed)
{
    for (unsigned i = 0; i < 2; i++) {
        const struct pool_kind *kind = &pool->kinds[i];
        for (unsigned bits = 0; bits <= POOL_BITS_MAX; bits++) {
            struct pool_node wanted = {.bits = (uint8_t)bits, .state = POOL_FREE, .device = i == 1};
            bool has_free = (kind->free_nodes.sizes >> bits & 1) != 0;
            bool has_whole = (kind->whole_nodes.sizes >> bits & 1) != 0;
            if (has_free != (kind->free_nodes.first[bits] != POOL_NONE) ||
                has_whole != (kind->whole_nodes.first[bits] != POOL_NONE) ||
                !list_ok(pool, kind->free_nodes.first[bits], wanted, &listed)) {
                return false;
            }
            wanted.state = POOL_SPLIT;
            if (!list_ok(pool, kind->whole_nodes.first[bits], wanted, &listed)) {
                return false;
            }
        }
    }
    return listed == 0;
}

// P6
static bool pairs_ok(const struct pool *pool, uint32_t tree_nodes)
{
    uint32_t unused = 0;
    for (uint16_t at = pool->free_pairs; at != POOL_NONE; at = pool->nodes[at].next) {
        if (at % 2 != 0 || pool->nodes[at].state != POOL_UNUSED ||
            pool->nodes[at + 1].state != POOL_UNUSED || unused >= POOL_NODES) {
            return false;
        }
        unused += 2;
    }
    if (pool->spare != POOL_NONE) {
        unused += pool->nodes[pool->spare].state == POOL_UNUSED ? 1 : 0;
    }
    return unused + tree_nodes == POOL_NODES && pool_state(pool).nodes == tree_nodes;
}

bool pool_ok(const struct pool *pool)
{
    struct count count = {.nodes = 0};
    if (!pieces_ok(pool, &count) || !lists_ok(pool, count.listed) || !pairs_ok(pool, count.nodes) ||
        pool->whole_count != count.whole) {
        return false;
    }
    for (unsigned i = 0; i < 2; i++) {
        if (pool->kinds[i].free != count.free[i] || pool->kinds[i].total != count.total[i]) {
            return false;
        }
    }
    return slots_ok(pool->slots);
}
