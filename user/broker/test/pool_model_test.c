// SPDX-License-Identifier: BSD-2-Clause
//
// A million random requests to a pool over a model of the kernel (kernel_model.h), each answer
// compared with what a reference (reference.h) says can be had: nothing overlaps, nothing is
// refused that is there, nothing is lost, and in the end all is as it was in the beginning.
//
// usage: broker_pool_model [SEED]...       (1 2 3)
#include "pool.h"

#include "kernel_model.h"
#include "reference.h"

#include <lib/bits.h>
#include <lib/prng.h>

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    ROUNDS = 200000, // of each seed
    CHECK_EVERY = 16,
    SEEDS_MAX = 16,
    FIRST_SLOT = 16,
    FEW_SLOTS = 600, // of the rounds in which slots run out
    LONGEST_PATH = REFERENCE_BITS_MAX - REFERENCE_BITS_MIN,
    OTHERS_MAX = 64, // rows of slots that others hold
    PAGE_BITS = 12,
};

static uint64_t seeds[SEEDS_MAX] = {1, 2, 3};
static uint32_t seed_count = 3;

static const struct pool_untyped boot[] = {
    {.paddr = 0x40000000, .bits = 20, .used = 0, .slot = 1},
    {.paddr = 0x40200000, .bits = 18, .used = 0x5010, .slot = 2},
    {.paddr = 0x40300000, .bits = 14, .used = 0, .slot = 3},
    {.paddr = 0x40304000, .bits = 13, .used = 0x1000, .slot = 4},
    {.paddr = 0x8000000, .bits = 20, .used = 0x21000, .slot = 5, .device = true},
    {.paddr = 0x9000000, .bits = 16, .used = 0, .slot = 6, .device = true},
    {.paddr = 0x9010000, .bits = 4, .used = 0, .slot = 7, .device = true},
};

// A node that is taken, and all that is to be known about it.
struct held {
    uint64_t paddr;
    uint32_t node;
    uint8_t bits;
};

struct others {
    uint32_t first;
    uint32_t count;
};

struct world {
    struct kernel_model kernel;
    struct slots slots;
    uint64_t words[SLOTS_WORDS(KERNEL_SLOTS)];
    struct pool pool;
    struct reference reference;
    struct held held[POOL_NODES];
    uint32_t held_count;
    bool is_held[POOL_NODES];
    struct others others[OTHERS_MAX];
    uint32_t others_count;
    struct prng prng;
    uint64_t done[KAAL_ERR_BUSY + 1]; // answers of each kind
};

static struct world world;

static uint64_t draw(uint64_t below)
{
    return (prng_next(&world.prng) >> 8) % below;
}

static void begin(uint64_t seed, uint32_t slot_count)
{
    memset(&world, 0, sizeof(world));
    world.prng.state = seed;
    kernel_open(&world.kernel);
    slots_open(&world.slots, world.words, KERNEL_SLOTS);
    assert_true(slots_give(&world.slots, FIRST_SLOT, slot_count));
    struct pool_ops ops = kernel_ops(&world.kernel);
    pool_open(&world.pool, &ops, &world.slots);
    for (size_t i = 0; i < sizeof(boot) / sizeof(*boot); i++) {
        kernel_boot(&world.kernel, &boot[i]);
        assert_int_equal(pool_add(&world.pool, boot[i]), KAAL_OK);
        reference_add(&world.reference, boot[i].paddr, boot[i].bits, boot[i].used, boot[i].device);
    }
}

// Slots of the pool's own and of others; the rest is free.
static void check_counts(void)
{
    struct pool_state now = pool_state(&world.pool);
    assert_int_equal(now.free, world.reference.free[0]);
    assert_int_equal(now.device_free, world.reference.free[1]);
    assert_int_equal(now.largest_bits, reference_largest(&world.reference));
    assert_int_equal(world.kernel.cap_count, sizeof(boot) / sizeof(*boot) + now.slots);
}

// --- requests ------------------------------------------------------------------------------------

// Is a lack of slots or nodes credible, after everything has been merged?
static bool is_short(void)
{
    if (world.pool.kinds[0].whole_nodes.sizes != 0 || world.pool.kinds[1].whole_nodes.sizes != 0) {
        return false;
    }
    uint32_t pairs = 0;
    for (uint32_t slot = 0; slot + 1 < KERNEL_SLOTS; slot++) {
        uint64_t both = world.words[slot / 64] >> (slot % 64) & 1;
        both &= world.words[(slot + 1) / 64] >> ((slot + 1) % 64);
        if (both != 0) {
            pairs++;
            slot++;
        }
    }
    return pairs < LONGEST_PATH || world.pool.free_pair_count < LONGEST_PATH;
}

static void check_answer(enum kaal_err err, enum kaal_err expected, bool injected)
{
    world.done[err]++;
    if (err == KAAL_ERR_SLOTS) {
        assert_int_equal(expected, KAAL_OK);
        assert_true(is_short());
    } else if (err == KAAL_ERR_KERNEL) {
        assert_int_equal(expected, KAAL_OK);
        assert_true(injected);
    } else {
        assert_int_equal(err, expected);
    }
}

// The node is what was asked for, in the kernel's eyes too, and nobody else's.
static void hold(uint32_t node, uint8_t bits)
{
    assert_true(node < POOL_NODES && !world.is_held[node]);
    const struct kernel_cap *cap = &world.kernel.caps[pool_slot(&world.pool, node)];
    uint64_t paddr = pool_paddr(&world.pool, node);
    assert_int_equal(pool_bits(&world.pool, node), bits);
    assert_int_equal(cap->bits, bits);
    assert_int_equal(cap->paddr, paddr);
    assert_int_equal(cap->device, world.pool.nodes[node].device);
    assert_int_equal(cap->children + cap->objects, 0);
    reference_take(&world.reference, paddr, bits);
    world.is_held[node] = true;
    world.held[world.held_count] = (struct held){.paddr = paddr, .node = node, .bits = bits};
    world.held_count++;
    if (draw(2) == 0) {
        (void)kernel_use(&world.kernel, pool_slot(&world.pool, node), (uint8_t)(4 + draw(14)));
    }
}

// Sometimes the kernel refuses, for whatever reason. True if it is going to.
static bool inject(void)
{
    bool injected = draw(50) == 0;
    world.kernel.refuse_after = injected ? (uint32_t)draw(8) : UINT32_MAX;
    return injected;
}

static uint8_t draw_bits(void)
{
    uint64_t kind = draw(100);
    if (kind == 0) {
        return (uint8_t)draw(256);
    }
    return (uint8_t)(kind < 30 ? PAGE_BITS : 4 + draw(17));
}

static bool is_size(uint8_t bits)
{
    return bits >= POOL_BITS_MIN && bits <= POOL_BITS_MAX;
}

static void request_any(void)
{
    uint8_t bits = draw_bits();
    uint32_t node = UINT32_MAX;
    enum kaal_err expected = KAAL_ERR_ARGUMENT;
    if (is_size(bits)) {
        expected = reference_largest(&world.reference) >= bits ? KAAL_OK : KAAL_ERR_MEMORY;
    }
    bool injected = inject();
    enum kaal_err err = pool_take(&world.pool, bits, &node);
    check_answer(err, expected, injected);
    if (err == KAAL_OK) {
        assert_false(world.pool.nodes[node].device);
        hold(node, bits);
    } else {
        assert_int_equal(node, UINT32_MAX);
    }
}

static void request_place(void)
{
    const struct pool_untyped *from = &boot[draw(sizeof(boot) / sizeof(*boot))];
    uint8_t bits = draw_bits();
    uint32_t node = UINT32_MAX;
    // Mostly in it, sometimes behind it.
    uint64_t paddr = from->paddr + draw((UINT64_C(1) << from->bits) * 9 / 8);
    enum kaal_err expected = KAAL_ERR_ARGUMENT;
    if (is_size(bits)) {
        paddr = draw(50) == 0 ? paddr : align_down(paddr, UINT64_C(1) << bits);
        if (is_aligned(paddr, UINT64_C(1) << bits)) {
            expected = reference_ask(&world.reference, paddr, bits);
        }
    }
    bool injected = inject();
    enum kaal_err err = pool_take_at(&world.pool, paddr, bits, &node);
    check_answer(err, expected, injected);
    if (err == KAAL_OK) {
        assert_int_equal(pool_paddr(&world.pool, node), paddr);
        hold(node, bits);
    } else {
        assert_int_equal(node, UINT32_MAX);
    }
}

// What merging gives back is known before.
static void settle(uint32_t most)
{
    struct pool_state before = pool_state(&world.pool);
    uint32_t merged = pool_settle(&world.pool, most);
    struct pool_state now = pool_state(&world.pool);
    assert_true(merged == most || now.slots_idle == 0);
    assert_int_equal(now.slots, before.slots - 2 * merged);
    assert_int_equal(now.slots_idle, before.slots_idle - 2 * merged);
    assert_int_equal(now.free, before.free);
}

static void give_one(uint32_t index)
{
    struct held held = world.held[index];
    assert_int_equal(pool_paddr(&world.pool, held.node), held.paddr);
    kernel_revoke(&world.kernel, pool_slot(&world.pool, held.node));
    assert_true(pool_give(&world.pool, held.node));
    reference_give(&world.reference, held.paddr, held.bits);
    world.is_held[held.node] = false;
    world.held_count--;
    world.held[index] = world.held[world.held_count];
}

static void give_wrong(void)
{
    uint32_t node = (uint32_t)draw(POOL_NODES + 10);
    if (node >= POOL_NODES || !world.is_held[node]) {
        assert_false(pool_give(&world.pool, node));
    }
}

// Slots come and go for other reasons too.
static void others_take(void)
{
    struct others *row = &world.others[world.others_count];
    row->count = (uint32_t)(1 + draw(12));
    if (world.others_count < OTHERS_MAX && slots_take(&world.slots, row->count, &row->first)) {
        world.others_count++;
    }
}

static void others_give(void)
{
    if (world.others_count > 0) {
        world.others_count--;
        const struct others *row = &world.others[world.others_count];
        assert_true(slots_give(&world.slots, row->first, row->count));
    }
}

// --- runs ----------------------------------------------------------------------------------------

// Times of plenty and of shortage take turns: of 16 requests, `takes` are for memory.
static void request(uint64_t takes)
{
    uint64_t kind = draw(16);
    if (kind < takes) {
        if (draw(3) == 0) {
            request_place();
        } else {
            request_any();
        }
    } else if (world.held_count > 0) {
        give_one((uint32_t)draw(world.held_count));
    }
    switch (draw(512)) {
    case 0:
        settle((uint32_t)draw(100));
        break;
    case 1:
    case 2:
        others_take();
        break;
    case 3:
    case 4:
        others_give();
        break;
    case 5:
        give_wrong();
        break;
    default:
        break;
    }
}

static void end(uint32_t slot_count)
{
    while (world.held_count > 0) {
        give_one(world.held_count - 1);
    }
    while (world.others_count > 0) {
        others_give();
    }
    // Merging is late, but what can be had is known before.
    assert_int_equal(pool_state(&world.pool).largest_bits, 20);
    settle(UINT32_MAX);
    assert_true(pool_ok(&world.pool));
    check_counts();
    struct pool_state now = pool_state(&world.pool);
    assert_int_equal(now.free, now.total);
    assert_int_equal(now.device_free, now.device_total);
    assert_int_equal(now.nodes, world.pool.piece_count);
    assert_int_equal(world.slots.free, slot_count - now.slots);
    // The four untypeds without a used part have a slot already.
    assert_int_equal(now.slots, world.pool.piece_count - 4);
}

static void run(uint64_t seed, uint32_t slot_count)
{
    begin(seed, slot_count);
    uint64_t takes = 8;
    for (uint32_t i = 0; i < ROUNDS; i++) {
        if (i % 4096 == 0) {
            takes = 4 + draw(10);
        }
        request(takes);
        if (i % CHECK_EVERY == 0) {
            assert_true(pool_ok(&world.pool));
            check_counts();
        }
    }
    end(slot_count);
    printf("seed %" PRIu64 ", %u slots: %u requests, %" PRIu64 " taken, %" PRIu64
           " without memory, %" PRIu64 " without slots, %" PRIu64 " busy, %" PRIu64
           " refused by the kernel; %" PRIu64 " retypes, %" PRIu64 " removes\n",
           seed, slot_count, (unsigned)ROUNDS, world.done[KAAL_OK], world.done[KAAL_ERR_MEMORY],
           world.done[KAAL_ERR_SLOTS], world.done[KAAL_ERR_BUSY], world.done[KAAL_ERR_KERNEL],
           world.kernel.retypes, world.kernel.removes);
}

static void random_requests_agree_with_the_reference(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < seed_count; i++) {
        run(seeds[i], KERNEL_SLOTS - FIRST_SLOT);
    }
}

static void random_requests_with_few_slots_agree_with_the_reference(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < seed_count; i++) {
        run(seeds[i], FEW_SLOTS);
    }
    assert_int_not_equal(world.done[KAAL_ERR_SLOTS], 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_requests_agree_with_the_reference),
        cmocka_unit_test(random_requests_with_few_slots_agree_with_the_reference),
    };
    for (int i = 1; i < argc && i <= SEEDS_MAX; i++) {
        seeds[i - 1] = strtoull(argv[i], NULL, 0);
        seed_count = (uint32_t)i;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
