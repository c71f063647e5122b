// SPDX-License-Identifier: BSD-2-Clause
//
// The derivation tree by itself: slots on the test's stack.
#include "kernel/slot.h"

#include "kernel/derive.h"
#include "kernel/object.h"
#include "kernel/untyped.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { SLOTS = 16, BASE = 0x40000000 };

static struct slot s[SLOTS];

static int fresh(void **state)
{
    (void)state;
    memset(s, 0, sizeof(s));
    return 0;
}

static struct cap memory(unsigned bits)
{
    return untyped_cap(paddr(BASE), bits, false, UINT64_C(1) << bits);
}

static struct cap endpoint(uint64_t offset, uint64_t badge)
{
    return cap_set(cap_new(CAP_ENDPOINT, paddr(BASE + offset)), CAP_BADGE, badge);
}

static void slot_keeps_links_depth_and_origin_apart(void **state)
{
    (void)state;
    slot_insert_root(&s[0], memory(12));
    slot_insert_child(&s[0], &s[1], endpoint(0, 0), true);
    slot_insert_derived(&s[1], &s[2], endpoint(0, 0));
    assert_ptr_equal(slot_next(&s[0]), &s[1]);
    assert_ptr_equal(slot_next(&s[1]), &s[2]);
    assert_ptr_equal(slot_prev(&s[2]), &s[1]);
    assert_null(slot_next(&s[2]));
    assert_int_equal(slot_depth(&s[0]), 0);
    assert_int_equal(slot_depth(&s[1]), 1);
    assert_int_equal(slot_depth(&s[2]), 2);
    assert_true(slot_is_original(&s[1]));
    assert_false(slot_is_original(&s[2]));
}

static void a_copy_of_a_copy_is_its_sibling(void **state)
{
    (void)state;
    slot_insert_root(&s[0], endpoint(0, 0));
    slot_insert_derived(&s[0], &s[1], endpoint(0, 0));
    slot_insert_derived(&s[1], &s[2], endpoint(0, 0));
    assert_int_equal(slot_depth(&s[2]), 1);
    assert_false(slot_has_children(&s[1]));
    assert_true(slot_has_children(&s[0]));
}

static void a_badge_makes_an_original(void **state)
{
    (void)state;
    slot_insert_root(&s[0], endpoint(0, 0));
    slot_insert_derived(&s[0], &s[1], endpoint(0, 7));
    slot_insert_derived(&s[1], &s[2], endpoint(0, 7));
    assert_true(slot_is_original(&s[1]));
    assert_false(slot_is_original(&s[2]));
    assert_ptr_equal(slot_first_child(&s[1]), &s[2]);
    assert_ptr_equal(slot_first_child(&s[0]), &s[1]);
}

static void orphans_of_a_deleted_original_fall_to_the_memory_they_lie_in(void **state)
{
    (void)state;
    slot_insert_root(&s[0], memory(12));
    slot_insert_child(&s[0], &s[1], endpoint(0, 0), true);
    slot_insert_derived(&s[1], &s[2], endpoint(0, 0));
    slot_clear(&s[1]);
    assert_ptr_equal(slot_first_child(&s[0]), &s[2]);
}

static void an_orphan_does_not_fall_to_an_unrelated_neighbour(void **state)
{
    (void)state;
    slot_insert_root(&s[0], memory(12));
    slot_insert_child(&s[0], &s[1], endpoint(0, 0), true);
    slot_insert_derived(&s[1], &s[2], endpoint(0, 0));
    slot_clear(&s[1]);
    slot_insert_child(&s[0], &s[3], endpoint(16, 0), true); // between the memory and the orphan
    assert_false(slot_has_children(&s[3]));
    slot_clear(&s[3]);
    assert_ptr_equal(slot_first_child(&s[0]), &s[2]);
}

static void two_originals_with_one_badge_are_not_each_others_children(void **state)
{
    (void)state;
    slot_insert_root(&s[0], endpoint(0, 0));
    slot_insert_derived(&s[0], &s[1], endpoint(0, 7));
    slot_insert_derived(&s[0], &s[2], endpoint(0, 7));
    slot_clear(&s[0]);                                 // s[2], s[1] are left, as deep as each other
    slot_insert_derived(&s[2], &s[3], endpoint(0, 7)); // s[2] comes first: its depth is 0 again
    assert_ptr_equal(slot_first_child(&s[2]), &s[3]);
    slot_clear(&s[3]);
    assert_false(slot_has_children(&s[2]));
}

static void a_copy_of_untyped_memory_leaves_its_source_full(void **state)
{
    (void)state;
    slot_insert_root(&s[0], untyped_set_free(memory(12), 256));
    slot_insert_derived(&s[0], &s[1], s[0].cap);
    assert_int_equal(untyped_free(s[0].cap), 4096);
    assert_int_equal(untyped_free(s[1].cap), 256);
    assert_true(slot_is_original(&s[1]));
    assert_true(slot_has_children(&s[0]));
}

static void a_chain_that_loses_its_head_starts_counting_again(void **state)
{
    (void)state;
    slot_insert_root(&s[0], memory(12));
    for (unsigned i = 0; i < 1000; i++) {
        struct slot *from = &s[i % 2];
        struct slot *to = &s[(i + 1) % 2];
        slot_insert_derived(from, to, from->cap);
        slot_clear(from);
    }
    assert_true(slot_depth(&s[0]) <= 1);
}

static void move_keeps_the_place_in_the_tree(void **state)
{
    (void)state;
    slot_insert_root(&s[0], memory(12));
    slot_insert_child(&s[0], &s[1], endpoint(0, 0), true);
    slot_insert_derived(&s[1], &s[2], endpoint(0, 0));
    slot_move(&s[1], &s[3], s[1].cap);
    assert_true(slot_is_empty(&s[1]));
    assert_ptr_equal(slot_first_child(&s[0]), &s[3]);
    assert_ptr_equal(slot_first_child(&s[3]), &s[2]);
}

static void swap_exchanges_neighbours(void **state)
{
    (void)state;
    slot_insert_root(&s[0], memory(12));
    slot_insert_child(&s[0], &s[1], endpoint(0, 0), true);
    slot_insert_derived(&s[1], &s[2], endpoint(0, 7));
    slot_swap(&s[1], s[1].cap, &s[2], s[2].cap);
    assert_ptr_equal(slot_next(&s[0]), &s[2]);
    assert_ptr_equal(slot_next(&s[2]), &s[1]);
    assert_null(slot_next(&s[1]));
    assert_ptr_equal(slot_prev(&s[1]), &s[2]);
    assert_int_equal(cap_badge(s[1].cap), 7);
    assert_ptr_equal(slot_first_child(&s[2]), &s[1]);
}

static void swap_exchanges_strangers_and_the_empty(void **state)
{
    (void)state;
    slot_insert_root(&s[0], memory(12));
    slot_insert_child(&s[0], &s[1], endpoint(0, 0), true);
    slot_insert_root(&s[5], endpoint(0x10000, 0));
    slot_swap(&s[1], s[1].cap, &s[5], s[5].cap);
    assert_ptr_equal(slot_next(&s[0]), &s[5]);
    assert_null(slot_prev(&s[1]));
    slot_swap(&s[5], s[5].cap, &s[6], cap_null());
    assert_true(slot_is_empty(&s[5]));
    assert_ptr_equal(slot_next(&s[0]), &s[6]);
    assert_int_equal(s[5].link[0] | s[5].link[1], 0);
}

static void the_last_capability_of_an_object_is_final(void **state)
{
    (void)state;
    slot_insert_root(&s[0], memory(12));
    slot_insert_child(&s[0], &s[1], endpoint(0, 0), true);
    slot_insert_child(&s[0], &s[2], endpoint(16, 0), true);
    assert_true(slot_is_final(&s[1]));
    slot_insert_derived(&s[1], &s[3], endpoint(0, 7));
    assert_false(slot_is_final(&s[1]));
    assert_false(slot_is_final(&s[3]));
    slot_clear(&s[1]);
    assert_true(slot_is_final(&s[3]));
    assert_true(slot_is_final(&s[0]));
}

static void a_link_holds_addresses_of_both_halves_of_the_address_space(void **state)
{
    (void)state;
    struct slot lone = {.cap = endpoint(0, 0)};
    lone.link[0] = UINT64_C(0x400000000020) >> 5 << 21;
    lone.link[1] = UINT64_C(0xffff800000000020) >> 5 << 21;
    assert_ptr_equal(slot_prev(&lone), (void *)0x400000000020);
    assert_ptr_equal(slot_next(&lone), (void *)0xffff800000000020);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(slot_keeps_links_depth_and_origin_apart, fresh),
        cmocka_unit_test_setup(a_copy_of_a_copy_is_its_sibling, fresh),
        cmocka_unit_test_setup(a_badge_makes_an_original, fresh),
        cmocka_unit_test_setup(orphans_of_a_deleted_original_fall_to_the_memory_they_lie_in, fresh),
        cmocka_unit_test_setup(an_orphan_does_not_fall_to_an_unrelated_neighbour, fresh),
        cmocka_unit_test_setup(two_originals_with_one_badge_are_not_each_others_children, fresh),
        cmocka_unit_test_setup(a_copy_of_untyped_memory_leaves_its_source_full, fresh),
        cmocka_unit_test_setup(a_chain_that_loses_its_head_starts_counting_again, fresh),
        cmocka_unit_test_setup(move_keeps_the_place_in_the_tree, fresh),
        cmocka_unit_test_setup(swap_exchanges_neighbours, fresh),
        cmocka_unit_test_setup(swap_exchanges_strangers_and_the_empty, fresh),
        cmocka_unit_test_setup(the_last_capability_of_an_object_is_final, fresh),
        cmocka_unit_test_setup(a_link_holds_addresses_of_both_halves_of_the_address_space, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
