// SPDX-License-Identifier: BSD-2-Clause
#include "grants.h"

#include "ok.h"

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
    A = 3, // components
    B = 9,
    C = KAAL_COMPONENT_MAX - 1,
};

static struct grants grants;

static struct grant_walk grants_derived(const struct grant *parent)
{
    return (struct grant_walk){.list = GRANT_BY_PARENT, .next = parent->child};
}

static int setup(void **state)
{
    (void)state;
    memset(&grants, 0, sizeof(grants));
    grants_open(&grants);
    return 0;
}

static struct grant *add(uint32_t holder, uint32_t giver, struct grant *parent)
{
    struct grant *grant = NULL;
    assert_int_equal(grant_add(&grants, KAAL_GRANT_MEMORY, holder, giver, parent, &grant), KAAL_OK);
    assert_true(grants_ok(&grants));
    return grant;
}

static void take_out(struct grant *grant)
{
    assert_int_equal(grant_remove(&grants, grant), KAAL_OK);
    assert_true(grants_ok(&grants));
}

static uint32_t length_of(struct grant_walk walk)
{
    uint32_t length = 0;
    while (grant_next(&grants, &walk) != NULL) {
        length++;
    }
    return length;
}

// --- records -------------------------------------------------------------------------------------

static void an_empty_book_has_nothing(void **state)
{
    (void)state;
    uint32_t index = 0;
    struct grant *grant = NULL;
    assert_true(grants_ok(&grants));
    assert_int_equal(grants.count, 0);
    assert_null(grant_scan(&grants, &index));
    assert_int_equal(length_of(grants_of_holder(&grants, A)), 0);
    assert_int_equal(length_of(grants_of_giver(&grants, C)), 0);
    assert_int_equal(grant_find(&grants, 0, &grant), KAAL_ERR_NOTFOUND);
    assert_int_equal(grant_find(&grants, UINT64_C(1) << 32, &grant), KAAL_ERR_NOTFOUND);
    assert_null(grant);
}

static void a_grant_is_found_by_its_id(void **state)
{
    (void)state;
    struct grant *grant = add(A, B, NULL);
    struct grant *found = NULL;
    assert_int_equal(grant->kind, KAAL_GRANT_MEMORY);
    assert_int_equal(grant->holder, A);
    assert_int_equal(grant->giver, B);
    assert_null(grant_parent(&grants, grant));
    assert_int_equal(grant_find(&grants, grant_id(grant), &found), KAAL_OK);
    assert_ptr_equal(found, grant);
    assert_int_not_equal(grant_id(grant), 0);
}

static void a_new_grant_knows_nothing_of_the_last_one(void **state)
{
    (void)state;
    struct grant *grant = NULL;
    for (unsigned i = 0; i <= GRANTS_MAX; i++) {
        grant = add(A, B, NULL);
        assert_int_equal(grant->cptr | grant->address | grant->size | grant->badge, 0);
        assert_int_equal(grant->slot | grant->slot_count | grant->rights, 0);
        assert_true(grant->node == (uint32_t)GRANTS_NODE_NONE && grant->payer == GRANTS_NONE);
        assert_true(grant->entry == GRANTS_NONE && grant->peer_entry == GRANTS_NONE);
        grant->cptr = grant->address = grant->size = grant->badge = UINT64_MAX;
        grant->slot = grant->slot_count = grant->node = UINT32_MAX;
        grant->rights = 15;
        take_out(grant);
    }
}

static void an_id_is_for_its_holder(void **state)
{
    (void)state;
    struct grant *grant = add(A, B, NULL);
    struct grant *found = NULL;
    uint64_t id = grant_id(grant);
    assert_int_equal(grant_find_held(&grants, id, B, &found), KAAL_ERR_DENIED);
    assert_null(found);
    assert_int_equal(grant_find_held(&grants, id, A, &found), KAAL_OK);
    assert_ptr_equal(found, grant);
    take_out(grant);
    assert_int_equal(grant_find_held(&grants, id, A, &found), KAAL_ERR_STALE);
}

static void an_old_id_is_refused_for_ever(void **state)
{
    (void)state;
    struct grant *found = NULL;
    struct grant *grant = add(A, B, NULL);
    uint64_t old = grant_id(grant);
    take_out(grant);
    for (unsigned i = 0; i < 3 * GRANTS_MAX; i++) {
        assert_int_equal(grant_find(&grants, old, &found), KAAL_ERR_STALE);
        grant = add(A, B, NULL);
        assert_true(grant_id(grant) != old);
        take_out(grant);
    }
    assert_null(found);
}

static void ids_that_never_were_are_not_found(void **state)
{
    (void)state;
    struct grant *found = NULL;
    uint64_t id = grant_id(add(A, B, NULL));
    assert_int_equal(grant_find(&grants, id + (UINT64_C(1) << 32), &found), KAAL_ERR_NOTFOUND);
    assert_int_equal(grant_find(&grants, id + 1, &found), KAAL_ERR_NOTFOUND);
    assert_int_equal(grant_find(&grants, id + GRANTS_MAX, &found), KAAL_ERR_NOTFOUND);
    assert_int_equal(grant_find(&grants, id & UINT32_MAX, &found), KAAL_ERR_NOTFOUND);
    assert_int_equal(grant_find(&grants, id | UINT32_MAX, &found), KAAL_ERR_NOTFOUND);
    assert_int_equal(grant_find(&grants, UINT64_MAX, &found), KAAL_ERR_NOTFOUND);
    assert_null(found);
}

static void the_serial_after_the_last_one_is_1(void **state)
{
    (void)state;
    grants.records[grants.free_first].serial = UINT32_MAX;
    assert_int_equal(add(A, B, NULL)->serial, 1);
}

static void a_record_rests_before_it_is_used_again(void **state)
{
    (void)state;
    struct grant *first = add(A, B, NULL);
    take_out(first);
    for (unsigned i = 1; i < GRANTS_MAX; i++) {
        assert_true(add(A, B, NULL) != first);
    }
    assert_ptr_equal(add(A, B, NULL), first);
}

static void a_full_book_takes_no_more(void **state)
{
    (void)state;
    struct grant *grant = NULL;
    for (unsigned i = 0; i < GRANTS_MAX; i++) {
        assert_int_equal(grant_add(&grants, KAAL_GRANT_IRQ, A, B, NULL, &grant), KAAL_OK);
    }
    struct grant *none = NULL;
    assert_int_equal(grant_add(&grants, KAAL_GRANT_IRQ, A, B, NULL, &none), KAAL_ERR_SLOTS);
    assert_null(none);
    assert_true(grants_ok(&grants));
    take_out(grant);
    assert_ptr_equal(add(C, A, NULL), grant);
    assert_int_equal(grants.count, GRANTS_MAX);
}

static void what_makes_no_sense_is_not_added(void **state)
{
    (void)state;
    struct grant *grant = NULL;
    struct grant *parent = add(A, B, NULL);
    enum kaal_grant_kind beyond = (enum kaal_grant_kind)(KAAL_GRANT_CHANNEL + 1);
    assert_int_equal(grant_add(&grants, KAAL_GRANT_NONE, A, B, NULL, &grant), KAAL_ERR_ARGUMENT);
    assert_int_equal(grant_add(&grants, beyond, A, B, NULL, &grant), KAAL_ERR_ARGUMENT);
    assert_int_equal(grant_add(&grants, KAAL_GRANT_IRQ, C + 1, B, NULL, &grant), KAAL_ERR_ARGUMENT);
    assert_int_equal(grant_add(&grants, KAAL_GRANT_IRQ, A, C + 1, NULL, &grant), KAAL_ERR_ARGUMENT);
    assert_int_equal(grant_add(&grants, KAAL_GRANT_IRQ, C, B, parent, &grant), KAAL_ERR_ARGUMENT);
    assert_null(grant);
    assert_int_equal(grants.count, 1);
}

// --- lists ---------------------------------------------------------------------------------------

static void lists_have_the_newest_first(void **state)
{
    (void)state;
    struct grant *first = add(A, B, NULL);
    struct grant *second = add(A, C, NULL);
    struct grant *other = add(B, B, NULL);
    struct grant_walk walk = grants_of_holder(&grants, A);
    assert_ptr_equal(grant_next(&grants, &walk), second);
    assert_ptr_equal(grant_next(&grants, &walk), first);
    assert_null(grant_next(&grants, &walk));
    assert_null(grant_next(&grants, &walk));
    walk = grants_of_giver(&grants, B);
    assert_ptr_equal(grant_next(&grants, &walk), other);
    assert_ptr_equal(grant_next(&grants, &walk), first);
    assert_null(grant_next(&grants, &walk));
}

static void no_component_no_list(void **state)
{
    (void)state;
    (void)add(C, 0, NULL);
    assert_int_equal(length_of(grants_of_holder(&grants, C + 1)), 0);
    assert_int_equal(length_of(grants_of_giver(&grants, UINT32_MAX)), 0);
}

static void a_walk_survives_the_removal_of_where_it_is(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 10; i++) {
        (void)add(A, B, NULL);
        (void)add(B, A, NULL);
    }
    struct grant_walk walk = grants_of_holder(&grants, A);
    uint32_t removed = 0;
    for (struct grant *grant = NULL; (grant = grant_next(&grants, &walk)) != NULL;) {
        if (removed % 3 != 2) {
            take_out(grant);
        }
        removed++;
    }
    assert_int_equal(removed, 10);
    assert_int_equal(length_of(grants_of_holder(&grants, A)), 3);
    assert_int_equal(length_of(grants_of_holder(&grants, B)), 10);
}

static void a_scan_goes_on_after_changes(void **state)
{
    (void)state;
    struct grant *first = add(A, B, NULL);
    struct grant *second = add(A, B, NULL);
    struct grant *third = add(A, B, NULL);
    uint32_t index = 0;
    assert_ptr_equal(grant_scan(&grants, &index), first);
    take_out(first);
    take_out(second);
    assert_ptr_equal(grant_scan(&grants, &index), third);
    assert_null(grant_scan(&grants, &index));
    assert_null(grant_scan(&grants, &index));
    index = UINT32_MAX;
    assert_null(grant_scan(&grants, &index));
}

// --- derivation ----------------------------------------------------------------------------------

static void a_parent_stays_until_its_children_are_gone(void **state)
{
    (void)state;
    struct grant *top = add(A, B, NULL);
    struct grant *middle = add(C, A, top);
    struct grant *leaf = add(B, C, middle);
    assert_int_equal(grant_remove(&grants, top), KAAL_ERR_STATE);
    assert_int_equal(grant_remove(&grants, middle), KAAL_ERR_STATE);
    assert_ptr_equal(grant_parent(&grants, leaf), middle);
    assert_ptr_equal(grant_leaf(&grants, top), leaf);
    assert_ptr_equal(grant_leaf(&grants, leaf), leaf);
    take_out(leaf);
    assert_int_equal(grant_remove(&grants, leaf), KAAL_ERR_STATE);
    assert_ptr_equal(grant_leaf(&grants, top), middle);
    take_out(middle);
    assert_ptr_equal(grant_leaf(&grants, top), top);
    take_out(top);
    assert_int_equal(grants.count, 0);
}

static void all_that_was_derived_comes_back_leaf_by_leaf(void **state)
{
    (void)state;
    struct grant *beside = add(A, A, NULL);
    struct grant *top = add(A, A, NULL);
    for (unsigned i = 0; i < 100; i++) {
        struct grant *child = add(B, A, top);
        (void)add(C, B, child);
        (void)add(A, B, child);
    }
    assert_int_equal(length_of(grants_derived(top)), 100);
    assert_int_equal(grants.count, 302);
    for (struct grant *leaf = NULL; leaf != top;) {
        leaf = grant_leaf(&grants, top);
        take_out(leaf);
    }
    assert_int_equal(grants.count, 1);
    assert_int_equal(beside->kind, KAAL_GRANT_MEMORY);
}

static void the_longest_chain_is_walked_without_recursion(void **state)
{
    (void)state;
    struct grant *last = NULL;
    struct grant *top = NULL;
    for (unsigned i = 0; i < GRANTS_MAX; i++) {
        assert_int_equal(grant_add(&grants, KAAL_GRANT_CALL, A, A, last, &last), KAAL_OK);
        top = i == 0 ? last : top;
    }
    assert_true(grants_ok(&grants));
    assert_ptr_equal(grant_leaf(&grants, top), last);
}

// --- the checker ---------------------------------------------------------------------------------

static void the_checker_sees_damage(void **state)
{
    (void)state;
    struct grant *top = add(A, B, NULL);
    struct grant *other = add(A, B, NULL);
    struct grant *child = add(C, A, top);

    grants.count++; // G1
    assert_false(grants_ok(&grants));
    grants.count--;
    uint16_t first = grants.free_first;
    grants.free_first = GRANTS_NONE; // G1
    assert_false(grants_ok(&grants));
    grants.free_first = first;
    other->holder = B; // G2
    assert_false(grants_ok(&grants));
    other->holder = A;
    other->links[GRANT_BY_GIVER].prev = 0; // G2
    assert_false(grants_ok(&grants));
    other->links[GRANT_BY_GIVER].prev = GRANTS_NONE;
    top->links[GRANT_BY_HOLDER].next = 1; // G2: a ring
    assert_false(grants_ok(&grants));
    top->links[GRANT_BY_HOLDER].next = GRANTS_NONE;
    child->parent = 1; // G3
    assert_false(grants_ok(&grants));
    child->parent = 2; // G4
    assert_false(grants_ok(&grants));
    child->parent = 0;
    top->child = GRANTS_NONE; // G3
    assert_false(grants_ok(&grants));
    top->child = 2;
    top->serial = 0; // G5
    assert_false(grants_ok(&grants));
    top->serial = 1;
    assert_true(grants_ok(&grants));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_empty_book_has_nothing, setup),
        cmocka_unit_test_setup(a_grant_is_found_by_its_id, setup),
        cmocka_unit_test_setup(a_new_grant_knows_nothing_of_the_last_one, setup),
        cmocka_unit_test_setup(an_id_is_for_its_holder, setup),
        cmocka_unit_test_setup(an_old_id_is_refused_for_ever, setup),
        cmocka_unit_test_setup(ids_that_never_were_are_not_found, setup),
        cmocka_unit_test_setup(the_serial_after_the_last_one_is_1, setup),
        cmocka_unit_test_setup(a_record_rests_before_it_is_used_again, setup),
        cmocka_unit_test_setup(a_full_book_takes_no_more, setup),
        cmocka_unit_test_setup(what_makes_no_sense_is_not_added, setup),
        cmocka_unit_test_setup(lists_have_the_newest_first, setup),
        cmocka_unit_test_setup(no_component_no_list, setup),
        cmocka_unit_test_setup(a_walk_survives_the_removal_of_where_it_is, setup),
        cmocka_unit_test_setup(a_scan_goes_on_after_changes, setup),
        cmocka_unit_test_setup(a_parent_stays_until_its_children_are_gone, setup),
        cmocka_unit_test_setup(all_that_was_derived_comes_back_leaf_by_leaf, setup),
        cmocka_unit_test_setup(the_longest_chain_is_walked_without_recursion, setup),
        cmocka_unit_test_setup(the_checker_sees_damage, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
