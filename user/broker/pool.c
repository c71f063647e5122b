// SPDX-License-Identifier: BSD-2-Clause

#include "pool.h"

#include <lib/bits.h>

#include <stddef.h>

// At most so many in one path down a tree.
enum { SPLITS_MAX = POOL_BITS_MAX - POOL_BITS_MIN };

_Static_assert(POOL_NODES < POOL_NONE && POOL_NODES % 2 == 0, "an index and its other half fit");
_Static_assert(sizeof(struct pool_node) <= 32, "a node is small");

static uint64_t size_of(uint8_t bits)
{
    return UINT64_C(1) << bits;
}

static bool is_size(uint8_t bits)
{
    return bits >= POOL_BITS_MIN && bits <= POOL_BITS_MAX;
}

static struct pool_kind *kind_of(struct pool *pool, const struct pool_node *node)
{
    return &pool->kinds[node->device];
}

// --- lists ---------------------------------------------------------------------------------------

static inline void list_add(struct pool *pool, struct pool_lists *lists, uint16_t index)
{
    struct pool_node *node = &pool->nodes[index];
    uint16_t *head = &lists->first[node->bits];
    node->next = *head;
    node->prev = POOL_NONE;
    if (*head != POOL_NONE) {
        pool->nodes[*head].prev = index;
    }
    *head = index;
    lists->sizes |= size_of(node->bits);
}

static inline void list_remove(struct pool *pool, struct pool_lists *lists, uint16_t index)
{
    const struct pool_node *node = &pool->nodes[index];
    if (node->next != POOL_NONE) {
        pool->nodes[node->next].prev = node->prev;
    }
    if (node->prev != POOL_NONE) {
        pool->nodes[node->prev].next = node->next;
        return;
    }
    lists->first[node->bits] = node->next;
    if (node->next == POOL_NONE) {
        lists->sizes &= ~size_of(node->bits);
    }
}

// The first node on the list of the least size that is at least 2^bits, or POOL_NONE.
static uint16_t list_first(const struct pool_lists *lists, uint8_t bits)
{
    uint64_t enough = lists->sizes >> bits << bits;
    return enough == 0 ? POOL_NONE : lists->first[ctz64(enough)];
}

// --- whole nodes ---------------------------------------------------------------------------------

static bool is_untouched(const struct pool_node *node)
{
    return node->state == POOL_FREE || node->whole;
}

// The node has become free: so may those above have become whole.
static void climb_whole(struct pool *pool, uint16_t index)
{
    struct pool_lists *whole = &kind_of(pool, &pool->nodes[index])->whole_nodes;
    for (;;) {
        uint16_t parent = pool->nodes[index].parent;
        if (parent == POOL_NONE || !is_untouched(&pool->nodes[index ^ 1])) {
            return;
        }
        pool->nodes[parent].whole = true;
        pool->whole_count++;
        list_add(pool, whole, parent);
        index = parent;
    }
}

static void climb_last(struct pool *pool)
{
    if (pool->last != POOL_NONE) {
        climb_whole(pool, pool->last);
        pool->last = POOL_NONE;
    }
}

// The node is no longer free: so nothing above is whole.
static void climb_broken(struct pool *pool, uint16_t index)
{
    if (pool->last == index) {
        pool->last = POOL_NONE; // nothing was
        return;
    }
    struct pool_lists *whole = &kind_of(pool, &pool->nodes[index])->whole_nodes;
    for (;;) {
        uint16_t parent = pool->nodes[index].parent;
        if (parent == POOL_NONE || !pool->nodes[parent].whole) {
            return;
        }
        list_remove(pool, whole, parent);
        pool->nodes[parent].whole = false;
        pool->whole_count--;
        index = parent;
    }
}

// --- split and merge -----------------------------------------------------------------------------

static inline void set_free(struct pool *pool, uint16_t index)
{
    pool->nodes[index].state = POOL_FREE;
    list_add(pool, &kind_of(pool, &pool->nodes[index])->free_nodes, index);
}

// Makes two free halves of a free node, which is whole then: all above stays as it was.
static enum kaal_err split(struct pool *pool, uint16_t index)
{
    struct pool_node *node = &pool->nodes[index];
    struct pool_kind *kind = kind_of(pool, node);
    uint16_t left = pool->free_pairs;
    uint32_t slot = 0;
    if (left == POOL_NONE || !slots_take(pool->slots, 2, &slot)) {
        return KAAL_ERR_SLOTS;
    }
    uint8_t bits = (uint8_t)(node->bits - 1);
    if (!pool->ops.retype(pool->ops.context, node->slot, bits, 2, slot)) {
        (void)slots_give(pool->slots, slot, 2);
        return KAAL_ERR_KERNEL;
    }
    pool->free_pairs = pool->nodes[left].next;
    pool->free_pair_count--;
    pool->slot_count += 2;
    list_remove(pool, &kind->free_nodes, index);
    node->state = POOL_SPLIT;
    node->child = left;
    node->whole = true;
    pool->whole_count++;
    list_add(pool, &kind->whole_nodes, index);
    // The right half first, so that the left one is the next to be taken.
    for (uint16_t half = 2; half-- > 0;) {
        pool->nodes[left + half] = (struct pool_node){.paddr = node->paddr + half * size_of(bits),
                                                      .slot = slot + half,
                                                      .parent = index,
                                                      .child = POOL_NONE,
                                                      .bits = bits,
                                                      .device = node->device};
        set_free(pool, (uint16_t)(left + half));
    }
    return KAAL_OK;
}

static void drop_pair(struct pool *pool, uint16_t left)
{
    for (uint16_t i = left; i < left + 2; i++) {
        pool->nodes[i] = (struct pool_node){.state = POOL_UNUSED};
    }
    pool->nodes[left].next = pool->free_pairs;
    pool->free_pairs = left;
    pool->free_pair_count++;
}

// Makes one free node of a split one with two free halves.
static void merge(struct pool *pool, uint16_t index)
{
    struct pool_node *node = &pool->nodes[index];
    struct pool_kind *kind = kind_of(pool, node);
    uint16_t left = node->child;
    uint32_t slot = pool->nodes[left].slot;
    for (uint16_t half = 0; half < 2; half++) {
        pool->ops.remove(pool->ops.context, slot + half);
        list_remove(pool, &kind->free_nodes, (uint16_t)(left + half));
    }
    (void)slots_give(pool->slots, slot, 2);
    pool->slot_count -= 2;
    drop_pair(pool, left);
    list_remove(pool, &kind->whole_nodes, index);
    node->child = POOL_NONE;
    node->whole = false;
    pool->whole_count--;
    set_free(pool, index);
}

// Makes one free node of a whole one. A free one stays as it is.
static void merge_all_of(struct pool *pool, uint16_t top)
{
    uint16_t at = top;
    while (pool->nodes[top].state == POOL_SPLIT) {
        uint16_t left = pool->nodes[at].child;
        if (pool->nodes[left].state == POOL_SPLIT) {
            at = left;
        } else if (pool->nodes[left + 1].state == POOL_SPLIT) {
            at = (uint16_t)(left + 1);
        } else {
            merge(pool, at);
            at = at == top ? top : pool->nodes[at].parent;
        }
    }
}

uint32_t pool_settle(struct pool *pool, uint32_t most)
{
    uint32_t merged = 0;
    climb_last(pool);
    for (unsigned i = 0; i < 2; i++) {
        struct pool_kind *kind = &pool->kinds[i];
        // The smallest whole node has halves that are not split, so they are free.
        for (; kind->whole_nodes.sizes != 0 && merged < most; merged++) {
            merge(pool, list_first(&kind->whole_nodes, 0));
        }
    }
    return merged;
}

// --- pieces --------------------------------------------------------------------------------------

// How many pieces begin at or below `paddr`.
static uint32_t pieces_up_to(const struct pool *pool, uint64_t paddr)
{
    uint32_t low = 0;
    uint32_t high = pool->piece_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (pool->nodes[pool->pieces[middle]].paddr <= paddr) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

// The piece that has `paddr` in it, or POOL_NONE.
static uint16_t piece_at(const struct pool *pool, uint64_t paddr)
{
    uint32_t count = pieces_up_to(pool, paddr);
    if (count == 0) {
        return POOL_NONE;
    }
    uint16_t index = pool->pieces[count - 1];
    const struct pool_node *piece = &pool->nodes[index];
    return paddr - piece->paddr < size_of(piece->bits) ? index : POOL_NONE;
}

// Does no piece have anything of [paddr, paddr + size)?
static bool is_new(const struct pool *pool, uint64_t paddr, uint64_t size)
{
    uint32_t next = pieces_up_to(pool, paddr);
    if (piece_at(pool, paddr) != POOL_NONE) {
        return false;
    }
    return next == pool->piece_count || pool->nodes[pool->pieces[next]].paddr - paddr >= size;
}

static bool has_room_for_piece(const struct pool *pool)
{
    return pool->piece_count < POOL_PIECES &&
           (pool->spare != POOL_NONE || pool->free_pairs != POOL_NONE);
}

// There must be room for it.
static void add_piece(struct pool *pool, const struct pool_untyped *piece)
{
    uint16_t index = pool->spare;
    if (index != POOL_NONE) {
        pool->spare = POOL_NONE;
    } else {
        index = pool->free_pairs;
        pool->free_pairs = pool->nodes[index].next;
        pool->free_pair_count--;
        pool->spare = (uint16_t)(index + 1);
    }
    pool->nodes[index] = (struct pool_node){.paddr = piece->paddr,
                                            .slot = piece->slot,
                                            .parent = POOL_NONE,
                                            .child = POOL_NONE,
                                            .bits = piece->bits,
                                            .device = piece->device};
    uint32_t place = pieces_up_to(pool, piece->paddr);
    for (uint32_t i = pool->piece_count; i > place; i--) {
        pool->pieces[i] = pool->pieces[i - 1];
    }
    pool->pieces[place] = index;
    pool->piece_count++;
    kind_of(pool, &pool->nodes[index])->total += size_of(piece->bits);
    kind_of(pool, &pool->nodes[index])->free += size_of(piece->bits);
    set_free(pool, index);
}

// One piece of 2^bits bytes out of the used untyped `from`; the kernel's mark leads to `offset`.
static enum kaal_err carve(struct pool *pool, const struct pool_untyped *from, uint64_t offset,
                           uint8_t bits)
{
    struct pool_untyped piece = {
        .paddr = from->paddr + offset, .bits = bits, .device = from->device};
    if (!has_room_for_piece(pool) || !slots_take(pool->slots, 1, &piece.slot)) {
        return KAAL_ERR_SLOTS;
    }
    if (!pool->ops.retype(pool->ops.context, from->slot, bits, 1, piece.slot)) {
        (void)slots_give(pool->slots, piece.slot, 1);
        return KAAL_ERR_KERNEL;
    }
    pool->slot_count++;
    add_piece(pool, &piece);
    return KAAL_OK;
}

static bool is_possible(const struct pool_untyped *untyped)
{
    return is_size(untyped->bits) && is_aligned(untyped->paddr, size_of(untyped->bits)) &&
           untyped->used <= size_of(untyped->bits);
}

enum kaal_err pool_add(struct pool *pool, struct pool_untyped untyped)
{
    if (!is_possible(&untyped)) {
        return KAAL_ERR_ARGUMENT;
    }
    uint64_t size = size_of(untyped.bits);
    uint64_t offset = align_up(untyped.used, size_of(POOL_CARVE_BITS));
    if (offset >= size) {
        return KAAL_OK;
    }
    if (!is_new(pool, untyped.paddr + offset, size - offset)) {
        return KAAL_ERR_ARGUMENT;
    }
    if (untyped.used == 0) {
        if (!has_room_for_piece(pool)) {
            return KAAL_ERR_SLOTS;
        }
        add_piece(pool, &untyped);
        return KAAL_OK;
    }
    while (offset < size) {
        // As large as it can be and aligned: so much always fits, as the end is aligned better.
        uint8_t bits = (uint8_t)ctz64(offset);
        enum kaal_err err = carve(pool, &untyped, offset, bits);
        if (err != KAAL_OK) {
            return err;
        }
        offset += size_of(bits);
    }
    return KAAL_OK;
}

void pool_open(struct pool *pool, const struct pool_ops *ops, struct slots *slots)
{
    pool->spare = POOL_NONE;
    pool->last = POOL_NONE;
    pool->slot_count = 0;
    pool->whole_count = 0;
    pool->ops = *ops;
    pool->slots = slots;
    pool->free_pairs = 0;
    pool->free_pair_count = POOL_NODES / 2;
    for (uint32_t left = 0; left < POOL_NODES; left += 2) {
        pool->nodes[left].next = (uint16_t)(left + 2);
    }
    pool->nodes[POOL_NODES - 2].next = POOL_NONE;
    for (unsigned i = 0; i < 2; i++) {
        struct pool_kind *kind = &pool->kinds[i];
        for (unsigned bits = 0; bits <= POOL_BITS_MAX; bits++) {
            kind->free_nodes.first[bits] = POOL_NONE;
            kind->whole_nodes.first[bits] = POOL_NONE;
        }
    }
}

// --- take and give -------------------------------------------------------------------------------

// The half of a split node, or of one to be split, that has `paddr` in it: 0 or 1.
static uint16_t half_of(const struct pool_node *node, uint64_t paddr)
{
    return (uint16_t)(paddr >> (node->bits - 1) & 1);
}

static void take_whole(struct pool *pool, uint16_t at)
{
    struct pool_node *node = &pool->nodes[at];
    struct pool_kind *kind = kind_of(pool, node);
    list_remove(pool, &kind->free_nodes, at);
    node->state = POOL_TAKEN;
    kind->free -= size_of(node->bits);
    climb_broken(pool, at);
}

// Takes [paddr, paddr + 2^bits) out of the free node `top`, which has it.
static enum kaal_err take_from(struct pool *pool, uint16_t top, uint64_t paddr, uint8_t bits,
                               uint32_t *taken)
{
    uint16_t at = top;
    while (pool->nodes[at].bits > bits) {
        enum kaal_err err = split(pool, at);
        if (err != KAAL_OK) {
            merge_all_of(pool, top);
            return err;
        }
        at = (uint16_t)(pool->nodes[at].child + half_of(&pool->nodes[at], paddr));
    }
    take_whole(pool, at);
    *taken = at;
    return KAAL_OK;
}

static enum kaal_err take_any(struct pool *pool, uint8_t bits, uint32_t *taken)
{
    const struct pool_kind *ram = &pool->kinds[0];
    climb_last(pool);
    uint16_t top = list_first(&ram->free_nodes, bits);
    if (top == POOL_NONE) {
        top = list_first(&ram->whole_nodes, bits);
    }
    if (top == POOL_NONE) {
        return KAAL_ERR_MEMORY;
    }
    merge_all_of(pool, top);
    return take_from(pool, top, pool->nodes[top].paddr, bits, taken);
}

// The node of at least 2^bits bytes that has `paddr` in it and is as small as there is, or
// POOL_NONE.
static uint16_t descend(const struct pool *pool, uint64_t paddr, uint8_t bits)
{
    uint16_t at = piece_at(pool, paddr);
    if (at == POOL_NONE || pool->nodes[at].bits < bits) {
        return POOL_NONE;
    }
    while (pool->nodes[at].state == POOL_SPLIT && pool->nodes[at].bits > bits) {
        at = (uint16_t)(pool->nodes[at].child + half_of(&pool->nodes[at], paddr));
    }
    return at;
}

static enum kaal_err take_place(struct pool *pool, uint64_t paddr, uint8_t bits, uint32_t *taken)
{
    climb_last(pool);
    uint16_t top = descend(pool, paddr, bits);
    if (top == POOL_NONE) {
        return KAAL_ERR_NOTFOUND;
    }
    if (!is_untouched(&pool->nodes[top])) {
        return KAAL_ERR_BUSY;
    }
    merge_all_of(pool, top);
    return take_from(pool, top, paddr, bits, taken);
}

// Not inline: it would make the short way slower.
__attribute__((noinline)) static enum kaal_err take_other(struct pool *pool, uint8_t bits,
                                                          uint32_t *node)
{
    enum kaal_err err = take_any(pool, bits, node);
    if (err == KAAL_ERR_SLOTS && pool_settle(pool, SPLITS_MAX) > 0) {
        err = take_any(pool, bits, node);
    }
    return err;
}

enum kaal_err pool_take(struct pool *pool, uint8_t bits, uint32_t *node)
{
    if (!is_size(bits)) {
        return KAAL_ERR_ARGUMENT;
    }
    uint16_t taken = pool->kinds[0].free_nodes.first[bits];
    if (taken == POOL_NONE) {
        return take_other(pool, bits, node);
    }
    take_whole(pool, taken); // of just this size, as most of the time
    *node = taken;
    return KAAL_OK;
}

enum kaal_err pool_take_at(struct pool *pool, uint64_t paddr, uint8_t bits, uint32_t *node)
{
    if (!is_size(bits) || !is_aligned(paddr, size_of(bits))) {
        return KAAL_ERR_ARGUMENT;
    }
    enum kaal_err err = take_place(pool, paddr, bits, node);
    if (err == KAAL_ERR_SLOTS && pool_settle(pool, SPLITS_MAX) > 0) {
        err = take_place(pool, paddr, bits, node);
    }
    return err;
}

bool pool_give(struct pool *pool, uint32_t node)
{
    if (node >= POOL_NODES || pool->nodes[node].state != POOL_TAKEN) {
        return false;
    }
    uint16_t index = (uint16_t)node;
    kind_of(pool, &pool->nodes[index])->free += size_of(pool->nodes[index].bits);
    climb_last(pool);
    set_free(pool, index);
    pool->last = index;
    return true;
}

// --- questions -----------------------------------------------------------------------------------

struct pool_state pool_state(struct pool *pool)
{
    climb_last(pool);
    const struct pool_kind *ram = &pool->kinds[0];
    const struct pool_kind *device = &pool->kinds[1];
    uint64_t sizes = ram->free_nodes.sizes | ram->whole_nodes.sizes;
    return (struct pool_state){
        .total = ram->total,
        .free = ram->free,
        .device_total = device->total,
        .device_free = device->free,
        .largest_bits = (uint8_t)(sizes == 0 ? 0 : log2_floor(sizes)),
        .nodes = POOL_NODES - 2 * pool->free_pair_count - (pool->spare != POOL_NONE ? 1 : 0),
        .slots = pool->slot_count,
        .slots_idle = 2 * pool->whole_count,
    };
}
