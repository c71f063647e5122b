// SPDX-License-Identifier: BSD-2-Clause
#include "pool.h"

#include "kernel_model.h"
#include "ok.h"

#include <lib/bits.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum {
    FIRST_SLOT = 100, // free from here on; the untypeds of the boot are below
};

#define RAM    UINT64_C(0x40000000)
#define DEVICE UINT64_C(0x8000000)

static struct kernel_model kernel;
static struct slots slots;
static uint64_t words[SLOTS_WORDS(KERNEL_SLOTS)];
static struct pool pool;
static uint32_t next_boot_slot;

static int setup(void **state)
{
    (void)state;
    kernel_open(&kernel);
    slots_open(&slots, words, KERNEL_SLOTS);
    (void)slots_give(&slots, FIRST_SLOT, KERNEL_SLOTS - FIRST_SLOT);
    struct pool_ops ops = kernel_ops(&kernel);
    memset(&pool, 0, sizeof(pool));
    pool_open(&pool, &ops, &slots);
    next_boot_slot = 1;
    return 0;
}

static enum kaal_err try_add(uint64_t paddr, uint8_t bits, uint64_t used, bool device)
{
    struct pool_untyped untyped = {
        .paddr = paddr, .used = used, .slot = next_boot_slot, .bits = bits, .device = device};
    kernel_boot(&kernel, &untyped);
    next_boot_slot++;
    enum kaal_err err = pool_add(&pool, untyped);
    assert_true(pool_ok(&pool));
    return err;
}

static void add(uint64_t paddr, uint8_t bits, uint64_t used, bool device)
{
    assert_int_equal(try_add(paddr, bits, used, device), KAAL_OK);
}

// The kernel has what the node says.
static void check_node(uint32_t node)
{
    const struct kernel_cap *cap = &kernel.caps[pool_slot(&pool, node)];
    assert_int_equal(pool.nodes[node].state, POOL_TAKEN);
    assert_int_equal(cap->paddr, pool_paddr(&pool, node));
    assert_int_equal(cap->bits, pool_bits(&pool, node));
    assert_int_equal(cap->device, pool.nodes[node].device);
    assert_int_equal(cap->children + cap->objects, 0);
    assert_true(pool_ok(&pool));
}

static uint32_t take(uint8_t bits)
{
    uint32_t node = UINT32_MAX;
    assert_int_equal(pool_take(&pool, bits, &node), KAAL_OK);
    check_node(node);
    assert_int_equal(pool_bits(&pool, node), bits);
    assert_false(pool.nodes[node].device);
    return node;
}

static uint32_t take_at(uint64_t paddr, uint8_t bits)
{
    uint32_t node = UINT32_MAX;
    assert_int_equal(pool_take_at(&pool, paddr, bits, &node), KAAL_OK);
    check_node(node);
    assert_int_equal(pool_bits(&pool, node), bits);
    assert_int_equal(pool_paddr(&pool, node), paddr);
    return node;
}

static void refused(enum kaal_err expected, uint8_t bits)
{
    uint32_t node = 4711;
    assert_int_equal(pool_take(&pool, bits, &node), expected);
    assert_int_equal(node, 4711);
    assert_true(pool_ok(&pool));
}

static void refused_at(enum kaal_err expected, uint64_t paddr, uint8_t bits)
{
    uint32_t node = 4711;
    assert_int_equal(pool_take_at(&pool, paddr, bits, &node), expected);
    assert_int_equal(node, 4711);
    assert_true(pool_ok(&pool));
}

static void give(uint32_t node)
{
    kernel_revoke(&kernel, pool_slot(&pool, node));
    assert_true(pool_give(&pool, node));
    assert_true(pool_ok(&pool));
}

// --- pieces --------------------------------------------------------------------------------------

static void an_empty_pool_has_nothing(void **state)
{
    (void)state;
    refused(KAAL_ERR_MEMORY, 12);
    refused_at(KAAL_ERR_NOTFOUND, RAM, 12);
    struct pool_state now = pool_state(&pool);
    assert_int_equal(now.total, 0);
    assert_int_equal(now.nodes, 0);
    assert_int_equal(now.slots, 0);
    assert_int_equal(now.largest_bits, 0);
    assert_int_equal(pool_settle(&pool, UINT32_MAX), 0);
}

static void an_unused_untyped_is_a_piece_as_it_is(void **state)
{
    (void)state;
    add(RAM, 30, 0, false);
    assert_int_equal(kernel.retypes, 0);
    uint32_t node = take(30);
    assert_int_equal(pool_slot(&pool, node), 1);
    assert_int_equal(pool_state(&pool).free, 0);
    give(node);
    assert_int_equal(pool_state(&pool).free, UINT64_C(1) << 30);
}

static void the_rest_of_a_used_untyped_is_carved(void **state)
{
    (void)state;
    add(RAM, 16, 0x5010, false);
    // 0x6000: 2 pages, 0x8000: 8 pages
    struct pool_state now = pool_state(&pool);
    assert_int_equal(now.total, 0xa000);
    assert_int_equal(now.nodes, 2);
    assert_int_equal(now.slots, 2);
    assert_int_equal(now.largest_bits, 15);
    assert_int_equal(pool_paddr(&pool, take(13)), RAM + 0x6000);
    assert_int_equal(pool_paddr(&pool, take(15)), RAM + 0x8000);
    refused(KAAL_ERR_MEMORY, 12);
    refused_at(KAAL_ERR_NOTFOUND, RAM + 0x5000, 12);
}

static void any_rest_is_carved_to_the_last_page(void **state)
{
    (void)state;
    for (uint64_t used = 16; used <= UINT64_C(1) << 18; used += 0x7f0) {
        setup(state);
        add(RAM, 18, used, false);
        assert_int_equal(pool_state(&pool).total, (UINT64_C(1) << 18) - align_up(used, 0x1000));
    }
}

static void what_has_no_free_page_adds_nothing(void **state)
{
    (void)state;
    add(RAM, 14, 0x3010, false);
    add(RAM + 0x4000, 14, 0x4000, false);
    add(RAM + 0x8000, 10, 0x10, false);
    assert_int_equal(pool_state(&pool).total, 0);
    // Nor does it collide with what is above it.
    add(RAM + 0xc000, 14, 0, false);
    add(RAM + 0xb000, 12, 0x1000, false);
    add(RAM + 0xbc00, 10, 0x10, false);
    assert_int_equal(pool_state(&pool).total, 0x4000);
}

static void what_cannot_be_is_not_added(void **state)
{
    (void)state;
    assert_int_equal(try_add(RAM, 3, 0, false), KAAL_ERR_ARGUMENT);
    assert_int_equal(try_add(0, 48, 0, false), KAAL_ERR_ARGUMENT);
    assert_int_equal(try_add(RAM + 0x1000, 13, 0, false), KAAL_ERR_ARGUMENT);
    assert_int_equal(try_add(RAM, 12, 0x1001, false), KAAL_ERR_ARGUMENT);
    assert_int_equal(pool.piece_count, 0);
}

static void no_memory_is_added_twice(void **state)
{
    (void)state;
    add(RAM + 0x10000, 16, 0, false);
    assert_int_equal(try_add(RAM + 0x10000, 16, 0, false), KAAL_ERR_ARGUMENT);
    assert_int_equal(try_add(RAM + 0x1f000, 12, 0, true), KAAL_ERR_ARGUMENT);
    assert_int_equal(try_add(RAM, 17, 0, false), KAAL_ERR_ARGUMENT);
    assert_int_equal(try_add(RAM, 17, 0x1f000, false), KAAL_ERR_ARGUMENT);
    add(RAM, 16, 0, false);
    add(RAM + 0x20000, 17, 0, false);
    assert_int_equal(pool_state(&pool).total, 0x40000);
}

static void what_lies_in_the_used_part_is_a_piece_of_its_own(void **state)
{
    (void)state;
    add(RAM + 0x1000, 12, 0, false);
    add(RAM, 14, 0x2000, false);
    assert_int_equal(pool_state(&pool).total, 0x3000);
}

static void the_top_of_the_addresses_does_not_wrap(void **state)
{
    (void)state;
    add(UINT64_MAX - 0xffff, 16, 0, true);
    assert_int_equal(try_add(UINT64_MAX - 0xfff, 12, 0, true), KAAL_ERR_ARGUMENT);
    take_at(UINT64_MAX - 0xfff, 12);
    refused_at(KAAL_ERR_NOTFOUND, 0, 12);
    add(0, 12, 0, true);
    take_at(0, 12);
}

static void carving_that_is_refused_keeps_what_it_has(void **state)
{
    (void)state;
    kernel.refuse_after = 1;
    assert_int_equal(try_add(RAM, 16, 0x1000, false), KAAL_ERR_KERNEL);
    assert_int_equal(pool_state(&pool).total, 0x1000);
    assert_int_equal(slots.free, KERNEL_SLOTS - FIRST_SLOT - 1);
}

static void too_many_pieces_are_refused(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < POOL_PIECES; i++) {
        struct pool_untyped untyped = {.paddr = RAM + ((uint64_t)i << 12), .slot = 1, .bits = 12};
        assert_int_equal(pool_add(&pool, untyped), KAAL_OK);
    }
    struct pool_untyped untyped = {.paddr = DEVICE, .slot = 1, .bits = 12};
    assert_int_equal(pool_add(&pool, untyped), KAAL_ERR_SLOTS);
    assert_true(pool_ok(&pool));
    assert_int_equal(pool_state(&pool).nodes, POOL_PIECES);
}

// --- take and give -------------------------------------------------------------------------------

static void sizes_that_no_untyped_has_are_refused(void **state)
{
    (void)state;
    add(0, 47, 0, false);
    refused(KAAL_ERR_ARGUMENT, 3);
    refused(KAAL_ERR_ARGUMENT, 0);
    refused(KAAL_ERR_ARGUMENT, 48);
    refused(KAAL_ERR_ARGUMENT, 255);
    refused_at(KAAL_ERR_ARGUMENT, RAM, 3);
    refused_at(KAAL_ERR_ARGUMENT, RAM, 64);
    refused_at(KAAL_ERR_ARGUMENT, RAM + 16, 12);
    assert_int_equal(kernel.retypes, 0);
}

static void the_largest_is_split_down_to_the_smallest(void **state)
{
    (void)state;
    add(0, 47, 0, false);
    uint32_t node = take(4);
    assert_int_equal(pool_paddr(&pool, node), 0);
    assert_int_equal(kernel.retypes, 43);
    assert_int_equal(pool_state(&pool).free, (UINT64_C(1) << 47) - 16);
    assert_int_equal(pool_state(&pool).slots, 86);
    give(node);
    assert_int_equal(pool_state(&pool).largest_bits, 47);
    assert_int_equal(pool_state(&pool).slots_idle, 86);
    assert_int_equal(pool_settle(&pool, 40), 40);
    assert_int_equal(pool_state(&pool).slots, 6);
    assert_int_equal(pool_state(&pool).slots_idle, 6);
    assert_int_equal(pool_settle(&pool, 40), 3);
    assert_int_equal(pool_state(&pool).slots, 0);
    assert_int_equal(kernel.cap_count, 1);
}

static void the_smallest_that_fits_is_taken(void **state)
{
    (void)state;
    add(RAM, 20, 0, false);
    add(RAM + 0x200000, 14, 0, false);
    add(RAM + 0x300000, 12, 0, false);
    assert_int_equal(pool_paddr(&pool, take(12)), RAM + 0x300000);
    assert_int_equal(pool_paddr(&pool, take(12)), RAM + 0x200000);
    assert_int_equal(pool_paddr(&pool, take(13)), RAM + 0x202000);
    assert_int_equal(pool_paddr(&pool, take(14)), RAM);
}

static void device_memory_is_only_had_by_its_address(void **state)
{
    (void)state;
    add(DEVICE, 27, 0, true);
    refused(KAAL_ERR_MEMORY, 12);
    uint32_t node = take_at(DEVICE + 0x1000000, 12);
    assert_true(pool.nodes[node].device);
    struct pool_state now = pool_state(&pool);
    assert_int_equal(now.total, 0);
    assert_int_equal(now.device_total, UINT64_C(1) << 27);
    assert_int_equal(now.device_free, (UINT64_C(1) << 27) - 0x1000);
    give(node);
    refused(KAAL_ERR_MEMORY, 12);
}

static void a_place_is_had_once(void **state)
{
    (void)state;
    add(DEVICE, 27, 0, true);
    uint32_t node = take_at(DEVICE + 0x1000000, 14);
    refused_at(KAAL_ERR_BUSY, DEVICE + 0x1000000, 14);
    refused_at(KAAL_ERR_BUSY, DEVICE + 0x1003000, 12);
    refused_at(KAAL_ERR_BUSY, DEVICE + 0x1000000, 15);
    refused_at(KAAL_ERR_BUSY, DEVICE, 27);
    take_at(DEVICE + 0x1004000, 14);
    give(node);
    take_at(DEVICE + 0x1003000, 12);
}

static void what_was_given_back_is_taken_first(void **state)
{
    (void)state;
    add(RAM, 20, 0, false);
    uint32_t a = take(12);
    uint32_t b = take(12);
    uint32_t c = take(12);
    give(a);
    give(c);
    uint64_t retypes = kernel.retypes;
    assert_int_equal(take(12), c);
    assert_int_equal(take(12), a);
    give(b);
    assert_int_equal(take(12), b);
    assert_int_equal(kernel.retypes, retypes);
    assert_int_equal(kernel.removes, 0);
}

static void nothing_is_merged_while_there_is_something_free(void **state)
{
    (void)state;
    add(RAM, 16, 0, false);
    give(take(12));
    take(13);
    take(14);
    take(15);
    assert_int_equal(kernel.removes, 0);
    // The two pages are all that is left: they become one.
    take(13);
    assert_int_equal(kernel.removes, 2);
    assert_int_equal(pool_state(&pool).free, 0);
}

static void no_more_is_merged_than_is_needed(void **state)
{
    (void)state;
    add(RAM, 16, 0, false);
    uint32_t pages[16];
    for (unsigned i = 0; i < 16; i++) {
        pages[i] = take(12);
    }
    for (unsigned i = 0; i < 16; i++) {
        give(pages[i]);
    }
    assert_int_equal(pool_state(&pool).largest_bits, 16);
    take(13);
    assert_int_equal(kernel.removes, 2);
    take(15);
    assert_int_equal(kernel.removes, 2 + 14);
}

static void a_request_that_merging_cannot_serve_merges_nothing(void **state)
{
    (void)state;
    add(RAM, 14, 0, false);
    uint32_t a = take(12);
    uint32_t b = take(12);
    uint32_t c = take(12);
    give(a);
    give(b);
    refused(KAAL_ERR_MEMORY, 14);
    assert_int_equal(pool_state(&pool).largest_bits, 13);
    assert_int_equal(kernel.removes, 0);
    give(c);
    take(14);
    assert_int_equal(kernel.removes, 6);
}

static void a_place_that_is_free_in_parts_becomes_whole(void **state)
{
    (void)state;
    add(DEVICE, 16, 0, true);
    uint32_t a = take_at(DEVICE + 0x1000, 12);
    uint32_t b = take_at(DEVICE + 0x6000, 12);
    give(a);
    take_at(DEVICE, 14);
    refused_at(KAAL_ERR_BUSY, DEVICE + 0x4000, 14);
    give(b);
    take_at(DEVICE + 0x4000, 14);
}

static void used_memory_can_be_split_again_after_it_was_given_back(void **state)
{
    (void)state;
    add(RAM, 14, 0, false);
    uint32_t node = take(14);
    assert_true(kernel_use(&kernel, pool_slot(&pool, node), 11));
    give(node);
    take(12);
    take(13);
}

static void a_node_is_given_back_once(void **state)
{
    (void)state;
    add(RAM, 14, 0, false);
    uint32_t node = take(12);
    give(node);
    assert_false(pool_give(&pool, node));
    assert_false(pool_give(&pool, POOL_NODES));
    assert_false(pool_give(&pool, UINT32_MAX));
    for (uint32_t i = 0; i < POOL_NODES; i++) {
        assert_false(pool_give(&pool, i));
    }
    assert_true(pool_ok(&pool));
    assert_int_equal(pool_state(&pool).free, 1 << 14);
}

// --- shortage ------------------------------------------------------------------------------------

static void what_the_kernel_refuses_leaves_the_pool_as_it_was(void **state)
{
    (void)state;
    add(RAM, 20, 0, false);
    take(16);
    struct pool_state before = pool_state(&pool);
    for (uint32_t after = 0; after < 3; after++) {
        kernel.refuse_after = after;
        refused(KAAL_ERR_KERNEL, 13);
        kernel.refuse_after = after;
        refused_at(KAAL_ERR_KERNEL, RAM + 0x1f000, 12);
        struct pool_state now = pool_state(&pool);
        assert_int_equal(now.free, before.free);
        assert_int_equal(now.nodes, before.nodes);
        assert_int_equal(now.slots, before.slots);
        assert_int_equal(now.largest_bits, before.largest_bits);
        assert_int_equal(slots.free, KERNEL_SLOTS - FIRST_SLOT - now.slots);
    }
    take(13);
}

static void without_slots_nothing_is_split(void **state)
{
    (void)state;
    uint32_t first = 0;
    add(RAM, 20, 0, false);
    assert_true(slots_take(&slots, slots.free - 5, &first));
    refused(KAAL_ERR_SLOTS, 12);
    refused_at(KAAL_ERR_SLOTS, RAM + 0x1f000, 12);
    assert_int_equal(slots.free, 5);
    assert_int_equal(pool_state(&pool).nodes, 1);
    take(18);
    take(18);
    assert_int_equal(slots.free, 1);
    refused(KAAL_ERR_SLOTS, 18);
    take(19);
}

static void shortage_of_slots_merges_what_is_free(void **state)
{
    (void)state;
    uint32_t first = 0;
    add(DEVICE, 16, 0, true);
    add(RAM, 16, 0, false);
    give(take_at(DEVICE, 12));
    assert_true(slots_take(&slots, slots.free, &first));
    take(12);
    assert_int_equal(kernel.removes, 8);
    assert_int_equal(slots.free, 0);
}

static void shortage_of_nodes_is_told_and_passes(void **state)
{
    (void)state;
    add(RAM, 30, 0, false);
    uint32_t nodes[POOL_NODES];
    uint32_t count = 0;
    enum kaal_err err = KAAL_OK;
    while (count < POOL_NODES && (err = pool_take(&pool, 4, &nodes[count])) == KAAL_OK) {
        count++;
    }
    assert_int_equal(err, KAAL_ERR_SLOTS);
    assert_in_range(count, POOL_NODES / 2 - 40, POOL_NODES / 2);
    assert_true(pool_ok(&pool));
    for (uint32_t i = 0; i < count; i++) {
        give(nodes[i]);
    }
    take(30);
    assert_int_equal(pool_state(&pool).nodes, 1);
    assert_int_equal(slots.free, KERNEL_SLOTS - FIRST_SLOT);
}

// --- the checker ---------------------------------------------------------------------------------

static void the_checker_sees_damage(void **state)
{
    (void)state;
    add(RAM, 16, 0, false);
    add(RAM + 0x10000, 16, 0, false);
    uint32_t node = take(12);
    pool.kinds[0].free++;
    assert_false(pool_ok(&pool)); // P5
    pool.kinds[0].free--;
    pool.nodes[node].state = POOL_FREE;
    assert_false(pool_ok(&pool)); // P4
    pool.nodes[node].state = POOL_TAKEN;
    pool.nodes[pool.nodes[node].parent].whole = true;
    assert_false(pool_ok(&pool)); // P3
    pool.nodes[pool.nodes[node].parent].whole = false;
    pool.nodes[node].slot++;
    assert_false(pool_ok(&pool)); // P2
    pool.nodes[node].slot--;
    pool.nodes[pool.pieces[1]].paddr -= 0x8000;
    assert_false(pool_ok(&pool)); // P1
    pool.nodes[pool.pieces[1]].paddr += 0x8000;
    pool.free_pairs = pool.nodes[pool.free_pairs].next;
    assert_false(pool_ok(&pool)); // P6
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_empty_pool_has_nothing, setup),
        cmocka_unit_test_setup(an_unused_untyped_is_a_piece_as_it_is, setup),
        cmocka_unit_test_setup(the_rest_of_a_used_untyped_is_carved, setup),
        cmocka_unit_test_setup(any_rest_is_carved_to_the_last_page, setup),
        cmocka_unit_test_setup(what_has_no_free_page_adds_nothing, setup),
        cmocka_unit_test_setup(what_cannot_be_is_not_added, setup),
        cmocka_unit_test_setup(no_memory_is_added_twice, setup),
        cmocka_unit_test_setup(what_lies_in_the_used_part_is_a_piece_of_its_own, setup),
        cmocka_unit_test_setup(the_top_of_the_addresses_does_not_wrap, setup),
        cmocka_unit_test_setup(carving_that_is_refused_keeps_what_it_has, setup),
        cmocka_unit_test_setup(too_many_pieces_are_refused, setup),
        cmocka_unit_test_setup(sizes_that_no_untyped_has_are_refused, setup),
        cmocka_unit_test_setup(the_largest_is_split_down_to_the_smallest, setup),
        cmocka_unit_test_setup(the_smallest_that_fits_is_taken, setup),
        cmocka_unit_test_setup(device_memory_is_only_had_by_its_address, setup),
        cmocka_unit_test_setup(a_place_is_had_once, setup),
        cmocka_unit_test_setup(what_was_given_back_is_taken_first, setup),
        cmocka_unit_test_setup(nothing_is_merged_while_there_is_something_free, setup),
        cmocka_unit_test_setup(no_more_is_merged_than_is_needed, setup),
        cmocka_unit_test_setup(a_request_that_merging_cannot_serve_merges_nothing, setup),
        cmocka_unit_test_setup(a_place_that_is_free_in_parts_becomes_whole, setup),
        cmocka_unit_test_setup(used_memory_can_be_split_again_after_it_was_given_back, setup),
        cmocka_unit_test_setup(a_node_is_given_back_once, setup),
        cmocka_unit_test_setup(what_the_kernel_refuses_leaves_the_pool_as_it_was, setup),
        cmocka_unit_test_setup(without_slots_nothing_is_split, setup),
        cmocka_unit_test_setup(shortage_of_slots_merges_what_is_free, setup),
        cmocka_unit_test_setup(shortage_of_nodes_is_told_and_passes, setup),
        cmocka_unit_test_setup(the_checker_sees_damage, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
