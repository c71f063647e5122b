// SPDX-License-Identifier: BSD-2-Clause
//
// Capability spaces: guards, radixes and depths, on the way through several CNodes.
#include "fresh.h"
#include "sim.h"

#include "kernel/cspace.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { ALL = 15, ROOT = seL4_CapInitThreadCNode, DEPTH = 64, GUARD_SHIFT = 6 };

static uint64_t base; // slots behind those that boot used

// Two levels: a CNode of 4 slots with guard 2 of 3 bits, whose slot 1 holds one of 8 slots without.
static int two_levels(void **state)
{
    (void)state;
    fresh_kernel();
    base = fresh_empty();
    const uint64_t ram = fresh_untyped(12);
    assert_int_equal(sim_retype(ram, seL4_CapTableObject, 2, base, 1), seL4_NoError);
    assert_int_equal(sim_retype(ram, seL4_CapTableObject, 3, base + 1, 1), seL4_NoError);
    assert_int_equal(sim_mint(base + 2, base, ALL, 2 << GUARD_SHIFT | 3), seL4_NoError);
    assert_int_equal(
        sim_call(base, sim_with_cap(SIM_MESSAGE(CNodeCopy, 1, 2, base + 1, DEPTH, ALL), ROOT)),
        seL4_NoError);
    return 0;
}

static struct cap outer(void)
{
    return fresh_slot(base + 2)->cap;
}

static struct slot *outer_slots(void)
{
    return cnode_slots(outer());
}

static struct slot *inner_slots(void)
{
    return cnode_slots(fresh_slot(base + 1)->cap);
}

static void an_address_leads_through_cnodes(void **state)
{
    (void)state;
    struct slot *slot = NULL;
    struct lookup_failure failure = {.kind = LOOKUP_OK};
    // guard 010, index 01, index 110
    assert_true(cspace_lookup_exact(outer(), cptr(0x4e), 8, &slot, &failure));
    assert_ptr_equal(slot, inner_slots() + 6);
}

static void an_exact_depth_ends_at_the_slot_of_a_cnode(void **state)
{
    (void)state;
    struct slot *slot = NULL;
    struct lookup_failure failure = {.kind = LOOKUP_OK};
    assert_true(cspace_lookup_exact(outer(), cptr(0x9), 5, &slot, &failure)); // 010 01
    assert_ptr_equal(slot, outer_slots() + 1);
}

static void a_wrong_guard_is_told_with_the_right_one(void **state)
{
    (void)state;
    struct slot *slot = NULL;
    struct lookup_failure failure = {.kind = LOOKUP_OK};
    assert_false(cspace_lookup_exact(outer(), cptr(0x6e), 8, &slot, &failure)); // 011
    assert_int_equal(failure.kind, LOOKUP_GUARD_MISMATCH);
    assert_int_equal(failure.bits_left, 8);
    assert_int_equal(failure.guard_found, 2);
    assert_int_equal(failure.bits_found, 3);
}

static void too_few_bits_are_a_depth_mismatch(void **state)
{
    (void)state;
    struct slot *slot = NULL;
    struct lookup_failure failure = {.kind = LOOKUP_OK};
    assert_false(cspace_lookup_exact(outer(), cptr(0x4), 4, &slot, &failure)); // 010 0
    assert_int_equal(failure.kind, LOOKUP_DEPTH_MISMATCH);
    assert_int_equal(failure.bits_left, 4);
    assert_int_equal(failure.bits_found, 5);
}

static void bits_that_nothing_takes_are_a_depth_mismatch(void **state)
{
    (void)state;
    struct slot *slot = NULL;
    struct lookup_failure failure = {.kind = LOOKUP_OK};
    assert_false(cspace_lookup_exact(outer(), cptr(0x48), 7, &slot, &failure)); // 010 .. too short
    assert_int_equal(failure.kind, LOOKUP_GUARD_MISMATCH);
    assert_false(cspace_lookup_exact(outer(), cptr(0x40), 8, &slot, &failure)); // slot 0 is empty
    assert_int_equal(failure.kind, LOOKUP_DEPTH_MISMATCH);
    assert_int_equal(failure.bits_left, 3);
}

static void for_invocations_what_is_left_over_does_not_matter(void **state)
{
    (void)state;
    struct slot *slot = NULL;
    struct lookup_failure failure = {.kind = LOOKUP_OK};
    const uint64_t address = UINT64_C(0x40) << 56 | 0x1234; // 010 00, an empty slot
    assert_true(cspace_lookup_steps(outer(), cptr(address), &slot, &failure));
    assert_ptr_equal(slot, outer_slots());
    assert_true(slot_is_empty(slot));
}

static void a_root_that_is_no_cnode_is_told(void **state)
{
    (void)state;
    struct slot *slot = NULL;
    struct lookup_failure failure = {.kind = LOOKUP_OK};
    const struct cap tcb = fresh_slot(seL4_CapInitThreadTCB)->cap;
    assert_false(cspace_lookup_steps(tcb, cptr(0), &slot, &failure));
    assert_int_equal(failure.kind, LOOKUP_INVALID_ROOT);
}

static void an_invocation_names_depths_from_1_to_64(void **state)
{
    (void)state;
    struct syscall sys = {0};
    struct slot *slot = NULL;
    assert_int_equal(cspace_lookup_slot(&sys, outer(), cptr(0), 0, true, &slot), seL4_RangeError);
    assert_int_equal(sys.range_min, 1);
    assert_int_equal(sys.range_max, 64);
    assert_int_equal(cspace_lookup_slot(&sys, outer(), cptr(0), 65, true, &slot), seL4_RangeError);
    assert_int_equal(cspace_lookup_slot(&sys, cap_null(), cptr(0), 65, true, &slot),
                     seL4_FailedLookup);
    assert_true(sys.lookup_is_source);
    assert_int_equal(sys.lookup.kind, LOOKUP_INVALID_ROOT);
    assert_int_equal(cspace_lookup_slot(&sys, outer(), cptr(0x4e), 8, false, &slot), seL4_NoError);
    assert_ptr_equal(slot, inner_slots() + 6);
}

static void a_slot_number_is_an_address_where_the_guard_is_zero(void **state)
{
    (void)state;
    struct slot *slot = NULL;
    struct lookup_failure failure = {.kind = LOOKUP_OK};
    assert_true(cspace_lookup(kernel.current, cptr(base + 1), &slot, &failure));
    assert_ptr_equal(slot, fresh_slot(base + 1));
    const uint64_t beyond = UINT64_C(1) << KCFG_ROOT_CNODE_BITS;
    assert_false(cspace_lookup(kernel.current, cptr(beyond), &slot, &failure));
    assert_int_equal(failure.kind, LOOKUP_GUARD_MISMATCH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_address_leads_through_cnodes, two_levels),
        cmocka_unit_test_setup(an_exact_depth_ends_at_the_slot_of_a_cnode, two_levels),
        cmocka_unit_test_setup(a_wrong_guard_is_told_with_the_right_one, two_levels),
        cmocka_unit_test_setup(too_few_bits_are_a_depth_mismatch, two_levels),
        cmocka_unit_test_setup(bits_that_nothing_takes_are_a_depth_mismatch, two_levels),
        cmocka_unit_test_setup(for_invocations_what_is_left_over_does_not_matter, two_levels),
        cmocka_unit_test_setup(a_root_that_is_no_cnode_is_told, two_levels),
        cmocka_unit_test_setup(an_invocation_names_depths_from_1_to_64, two_levels),
        cmocka_unit_test_setup(a_slot_number_is_an_address_where_the_guard_is_zero, two_levels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
