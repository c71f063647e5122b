// SPDX-License-Identifier: BSD-2-Clause
//
// Invocations of CNodes through the system call, with the errors and their details (seL4 ABI §7,
// §8.3).
#include "fresh.h"
#include "kernel_ok.h"
#include "sim.h"

#include "kernel/arch.h"
#include "kernel/cspace.h"
#include "kernel/derive.h"
#include "kernel/tcb.h"
#include "kernel/untyped.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { ALL = 15, READ = 2, WRITE = 1, GRANT = 4, ROOT = seL4_CapInitThreadCNode, DEPTH = 64 };

static uint64_t untyped;   // RAM
static uint64_t free_slot; // the first of many

static int fresh(void **state)
{
    (void)state;
    fresh_kernel();
    untyped = fresh_untyped(16);
    free_slot = fresh_empty();
    return 0;
}

static uint64_t slot(unsigned index)
{
    return free_slot + index;
}

static struct cap cap_in(unsigned index)
{
    return fresh_slot(slot(index))->cap;
}

// An object of `type` in slot `index`.
static void make(uint64_t type, uint64_t size_bits, unsigned index)
{
    assert_int_equal(sim_retype(untyped, type, size_bits, slot(index), 1), seL4_NoError);
}

static void assert_answer(const uint64_t *words, unsigned count)
{
    assert_int_equal(sim_received(kernel.current).length, count);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(sim_answer(i), words[i]);
    }
}

#define ASSERT_ANSWER(...)                                                                         \
    assert_answer((const uint64_t[]){__VA_ARGS__},                                                 \
                  (unsigned)(sizeof((const uint64_t[]){__VA_ARGS__}) / sizeof(uint64_t)))

// --- decoding ------------------------------------------------------------------------------------

static void an_unknown_label_is_illegal(void **state)
{
    (void)state;
    assert_int_equal(sim_call(ROOT, SIM_MESSAGE(UntypedRetype, 0, DEPTH)), seL4_IllegalOperation);
    assert_int_equal(sim_call(ROOT, SIM_MESSAGE(IRQIssueIRQHandler, 0, DEPTH)),
                     seL4_IllegalOperation);
}

static void a_short_message_is_truncated(void **state)
{
    (void)state;
    assert_int_equal(sim_call(ROOT, SIM_MESSAGE(CNodeDelete, 0)), seL4_TruncatedMessage);
    assert_int_equal(sim_call(ROOT, SIM_MESSAGE(CNodeCopy, slot(0), DEPTH, 0, DEPTH, ALL)),
                     seL4_TruncatedMessage); // no capability
    assert_int_equal(sim_call(ROOT, sim_with_cap(SIM_MESSAGE(CNodeCopy, slot(0), DEPTH, 1), ROOT)),
                     seL4_TruncatedMessage);
    assert_int_equal(
        sim_call(ROOT, sim_with_cap(SIM_MESSAGE(CNodeCopy, slot(0), DEPTH, 1, DEPTH), ROOT)),
        seL4_TruncatedMessage); // no rights: noticed after the source
    assert_int_equal(
        sim_call(ROOT, sim_with_cap(SIM_MESSAGE(CNodeMint, slot(0), DEPTH, 1, DEPTH, ALL), ROOT)),
        seL4_TruncatedMessage);
    assert_int_equal(
        sim_call(ROOT, sim_with_cap(SIM_MESSAGE(CNodeMutate, slot(0), DEPTH, 1, DEPTH), ROOT)),
        seL4_TruncatedMessage);
}

static void a_depth_out_of_range_names_the_range(void **state)
{
    (void)state;
    assert_int_equal(sim_call(ROOT, SIM_MESSAGE(CNodeDelete, 0, 0)), seL4_RangeError);
    ASSERT_ANSWER(1, 64);
    assert_int_equal(sim_call(ROOT, SIM_MESSAGE(CNodeDelete, 0, 65)), seL4_RangeError);
    ASSERT_ANSWER(1, 64);
}

static void a_guard_mismatch_tells_the_guard(void **state)
{
    (void)state;
    assert_int_equal(sim_call(ROOT, SIM_MESSAGE(CNodeDelete, 0x3fffffff, DEPTH)),
                     seL4_FailedLookup);
    ASSERT_ANSWER(0, seL4_GuardMismatch, 64, 0, 64 - KCFG_ROOT_CNODE_BITS);
}

static void left_over_bits_are_a_depth_mismatch(void **state)
{
    (void)state;
    make(seL4_CapTableObject, 4, 0);
    make(seL4_EndpointObject, 0, 1);
    assert_int_equal(
        sim_call(slot(0), sim_with_cap(SIM_MESSAGE(CNodeCopy, 3, 4, slot(1), DEPTH, ALL), ROOT)),
        seL4_NoError);
    assert_int_equal(sim_call(slot(0), SIM_MESSAGE(CNodeDelete, 3, 10)), seL4_FailedLookup);
    ASSERT_ANSWER(0, seL4_DepthMismatch, 6, 0);
    assert_int_equal(sim_call(slot(0), SIM_MESSAGE(CNodeDelete, 3, 3)), seL4_FailedLookup);
    ASSERT_ANSWER(0, seL4_DepthMismatch, 3, 4);
}

static void an_empty_source_is_missing(void **state)
{
    (void)state;
    assert_int_equal(sim_copy(slot(0), slot(1), ALL), seL4_FailedLookup);
    ASSERT_ANSWER(1, seL4_MissingCapability, 64);
    assert_int_equal(sim_move(slot(0), slot(1)), seL4_FailedLookup);
    ASSERT_ANSWER(1, seL4_MissingCapability, 64);
}

static void a_source_root_that_is_no_cnode_is_invalid(void **state)
{
    (void)state;
    assert_int_equal(
        sim_call(ROOT, sim_with_cap(SIM_MESSAGE(CNodeCopy, slot(0), DEPTH, 1, DEPTH, ALL),
                                    seL4_CapInitThreadTCB)),
        seL4_FailedLookup);
    ASSERT_ANSWER(1, seL4_InvalidRoot);
}

static void an_occupied_destination_comes_before_a_bad_source(void **state)
{
    (void)state;
    assert_int_equal(sim_copy(seL4_CapInitThreadTCB, slot(1), ALL), seL4_DeleteFirst);
}

// --- copy, mint, move, mutate --------------------------------------------------------------------

static void copy_reduces_rights(void **state)
{
    (void)state;
    make(seL4_EndpointObject, 0, 0);
    assert_int_equal(sim_copy(slot(1), slot(0), READ), seL4_NoError);
    assert_int_equal(cap_get(cap_in(1), CAP_READ), 1);
    assert_int_equal(cap_get(cap_in(1), CAP_WRITE), 0);
    assert_int_equal(cap_get(cap_in(1), CAP_GRANT), 0);
    assert_int_equal(sim_copy(slot(2), slot(1), ALL), seL4_NoError);
    assert_int_equal(cap_get(cap_in(2), CAP_WRITE), 0);
}

static void a_frame_that_can_be_written_only_cannot_be_accessed(void **state)
{
    (void)state;
    make(seL4_ARM_SmallPageObject, 0, 0);
    assert_int_equal(sim_copy(slot(1), slot(0), WRITE), seL4_NoError);
    assert_int_equal(cap_get(cap_in(1), CAP_WRITE) | cap_get(cap_in(1), CAP_READ), 0);
}

static void rights_of_other_objects_stay(void **state)
{
    (void)state;
    make(seL4_TCBObject, 0, 0);
    make(seL4_ReplyObject, 0, 1);
    assert_int_equal(sim_copy(slot(2), slot(0), 0), seL4_NoError);
    assert_memory_equal(&fresh_slot(slot(2))->cap, &fresh_slot(slot(0))->cap, sizeof(struct cap));
    assert_int_equal(sim_copy(slot(3), slot(1), ALL & ~GRANT), seL4_NoError);
    assert_int_equal(cap_get(cap_in(3), CAP_GRANT), 0);
}

static void a_badge_is_given_once(void **state)
{
    (void)state;
    make(seL4_EndpointObject, 0, 0);
    assert_int_equal(sim_mint(slot(1), slot(0), ALL, 0), seL4_NoError); // still unbadged
    assert_int_equal(sim_mint(slot(2), slot(1), ALL, 99), seL4_NoError);
    assert_int_equal(cap_badge(cap_in(2)), 99);
    assert_int_equal(sim_mint(slot(3), slot(2), ALL, 99), seL4_IllegalOperation);
    assert_int_equal(sim_mint(slot(3), slot(2), ALL, 0), seL4_IllegalOperation);
    assert_int_equal(sim_copy(slot(3), slot(2), ALL), seL4_NoError);
}

static void mint_of_a_cnode_always_sets_the_guard(void **state)
{
    (void)state;
    make(seL4_CapTableObject, 4, 0);
    assert_int_equal(sim_mint(slot(1), slot(0), ALL, 5 << 6 | 8), seL4_NoError);
    assert_int_equal(cap_get(cap_in(1), CAP_GUARD_SIZE), 8);
    assert_int_equal(cap_get(cap_in(1), CAP_GUARD), 5);
    assert_int_equal(sim_mint(slot(2), slot(1), ALL, 0), seL4_NoError);
    assert_int_equal(cap_get(cap_in(2), CAP_GUARD_SIZE), 0);
    assert_int_equal(sim_mint(slot(3), slot(0), ALL, 61), seL4_IllegalOperation);
    assert_int_equal(sim_mint(slot(3), slot(0), ALL, 60), seL4_NoError);
}

static void a_guard_is_cut_to_its_size(void **state)
{
    (void)state;
    make(seL4_CapTableObject, 4, 0);
    assert_int_equal(sim_mint(slot(1), slot(0), ALL, 0xff << 6 | 3), seL4_NoError);
    assert_int_equal(cap_get(cap_in(1), CAP_GUARD), 7);
}

static void mutate_refuses_endpoints_and_sets_guards(void **state)
{
    (void)state;
    make(seL4_EndpointObject, 0, 0);
    make(seL4_CapTableObject, 4, 1);
    assert_int_equal(sim_mutate(slot(2), slot(0), 0), seL4_IllegalOperation);
    assert_int_equal(sim_mutate(slot(2), slot(1), 3 << 6 | 4), seL4_NoError);
    assert_true(cap_is_null(cap_in(1)));
    assert_int_equal(cap_get(cap_in(2), CAP_GUARD), 3);
}

static void move_takes_children_along(void **state)
{
    (void)state;
    make(seL4_EndpointObject, 0, 0);
    assert_int_equal(sim_copy(slot(1), slot(0), ALL), seL4_NoError);
    assert_int_equal(sim_move(slot(2), slot(0)), seL4_NoError);
    assert_int_equal(sim_revoke(slot(2)), seL4_NoError);
    assert_true(cap_is_null(cap_in(1)));
    assert_false(cap_is_null(cap_in(2)));
}

static void what_cannot_be_derived_is_illegal_to_copy_but_moves(void **state)
{
    (void)state;
    assert_int_equal(sim_copy(slot(0), seL4_CapIRQControl, ALL), seL4_IllegalOperation);
    assert_int_equal(sim_move(slot(0), seL4_CapIRQControl), seL4_NoError);
    make(seL4_ARM_PageTableObject, 0, 1);
    make(seL4_ARM_VSpaceObject, 0, 2);
    assert_int_equal(sim_copy(slot(3), slot(1), ALL), seL4_IllegalOperation);
    assert_int_equal(sim_copy(slot(3), slot(2), ALL), seL4_IllegalOperation);
}

static void untyped_memory_with_children_is_to_be_revoked_before_a_copy(void **state)
{
    (void)state;
    make(seL4_EndpointObject, 0, 0);
    assert_int_equal(sim_copy(slot(1), untyped, ALL), seL4_RevokeFirst);
    assert_int_equal(sim_delete(slot(0)), seL4_NoError);
    assert_int_equal(sim_copy(slot(1), untyped, ALL), seL4_NoError);
    assert_int_equal(sim_copy(slot(2), untyped, ALL), seL4_RevokeFirst);
    assert_int_equal(sim_retype(untyped, seL4_EndpointObject, 0, slot(2), 1),
                     seL4_NotEnoughMemory); // full
    assert_int_equal(sim_retype(slot(1), seL4_EndpointObject, 0, slot(2), 1), seL4_NoError);
}

// --- rotate --------------------------------------------------------------------------------------

static seL4_Error rotate(uint64_t dest, uint64_t dest_data, uint64_t pivot, uint64_t pivot_data,
                         uint64_t source)
{
    struct sim_message m =
        SIM_MESSAGE(CNodeRotate, dest, DEPTH, dest_data, pivot, DEPTH, pivot_data, source, DEPTH);
    return sim_call(ROOT, sim_with_cap(sim_with_cap(m, ROOT), ROOT));
}

static void rotate_moves_two_capabilities_at_once(void **state)
{
    (void)state;
    make(seL4_CapTableObject, 1, 0);
    make(seL4_CapTableObject, 2, 1);
    assert_int_equal(rotate(slot(2), 0, slot(1), 3 << 6 | 2, slot(0)), seL4_NoError);
    assert_true(cap_is_null(cap_in(0)));
    assert_int_equal(cap_size_bits(cap_in(1)), 1);
    assert_int_equal(cap_get(cap_in(1), CAP_GUARD), 3);
    assert_int_equal(cap_size_bits(cap_in(2)), 2);
}

static void rotate_to_the_source_exchanges(void **state)
{
    (void)state;
    make(seL4_CapTableObject, 1, 0);
    make(seL4_CapTableObject, 2, 1);
    assert_int_equal(rotate(slot(0), 0, slot(1), 0, slot(0)), seL4_NoError);
    assert_int_equal(cap_size_bits(cap_in(0)), 2);
    assert_int_equal(cap_size_bits(cap_in(1)), 1);
}

static void rotate_checks_in_order(void **state)
{
    (void)state;
    make(seL4_CapTableObject, 1, 0);
    make(seL4_CapTableObject, 2, 1);
    make(seL4_EndpointObject, 0, 4);
    assert_int_equal(rotate(slot(0), 0, slot(0), 0, slot(1)), seL4_IllegalOperation);
    assert_int_equal(rotate(slot(2), 0, slot(1), 0, slot(1)), seL4_IllegalOperation);
    assert_int_equal(rotate(slot(4), 0, slot(2), 0, slot(3)), seL4_DeleteFirst);
    assert_int_equal(rotate(slot(5), 0, slot(2), 0, slot(3)), seL4_FailedLookup);
    ASSERT_ANSWER(1, seL4_MissingCapability, 64);
    assert_int_equal(rotate(slot(5), 0, slot(2), 0, slot(1)), seL4_FailedLookup);
    ASSERT_ANSWER(0, seL4_MissingCapability, 64);
    assert_int_equal(rotate(slot(5), 0, slot(4), 0, slot(1)), seL4_IllegalOperation);
}

// --- cancel badged sends -------------------------------------------------------------------------

static void cancel_needs_every_right(void **state)
{
    (void)state;
    make(seL4_EndpointObject, 0, 0);
    assert_int_equal(sim_mint(slot(1), slot(0), ALL & ~GRANT, 3), seL4_NoError);
    assert_int_equal(sim_mint(slot(2), slot(0), ALL, 3), seL4_NoError);
    const uint64_t label = CNodeCancelBadgedSends;
    assert_int_equal(sim_call(ROOT, SIM_MESSAGE(label, slot(1), DEPTH)), seL4_IllegalOperation);
    assert_int_equal(sim_call(ROOT, SIM_MESSAGE(label, slot(9), DEPTH)), seL4_IllegalOperation);
    assert_int_equal(sim_call(ROOT, SIM_MESSAGE(label, slot(0), DEPTH)), seL4_NoError);
    assert_int_equal(sim_call(ROOT, SIM_MESSAGE(label, slot(2), DEPTH)), seL4_NoError);
}

// --- lookup for invocation -----------------------------------------------------------------------

static void bits_left_over_are_ignored_when_invoking(void **state)
{
    (void)state;
    make(seL4_CapTableObject, 4, 0);
    make(seL4_TCBObject, 0, 1);
    // A CSpace of two levels: guard of 56 bits, 4 bits index, then 4 that nothing resolves.
    assert_int_equal(sim_mint(slot(2), slot(0), ALL, 56), seL4_NoError);
    assert_int_equal(
        sim_call(slot(0), sim_with_cap(SIM_MESSAGE(CNodeCopy, 3, 4, slot(1), DEPTH, ALL), ROOT)),
        seL4_NoError);
    struct tcb *tcb = tcb_of(cap_in(1));
    const struct cap saved = tcb->slots[TCB_SLOT_CSPACE].cap;
    tcb->slots[TCB_SLOT_CSPACE].cap = cap_in(2); // only for the lookup: not in the tree
    struct slot *found;
    struct lookup_failure failure;
    assert_true(cspace_lookup(tcb, cptr(0x3f), &found, &failure));
    assert_int_equal(cap_type(found->cap), CAP_TCB);
    tcb->slots[TCB_SLOT_CSPACE].cap = saved;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_unknown_label_is_illegal, fresh),
        cmocka_unit_test_setup(a_short_message_is_truncated, fresh),
        cmocka_unit_test_setup(a_depth_out_of_range_names_the_range, fresh),
        cmocka_unit_test_setup(a_guard_mismatch_tells_the_guard, fresh),
        cmocka_unit_test_setup(left_over_bits_are_a_depth_mismatch, fresh),
        cmocka_unit_test_setup(an_empty_source_is_missing, fresh),
        cmocka_unit_test_setup(a_source_root_that_is_no_cnode_is_invalid, fresh),
        cmocka_unit_test_setup(an_occupied_destination_comes_before_a_bad_source, fresh),
        cmocka_unit_test_setup(copy_reduces_rights, fresh),
        cmocka_unit_test_setup(a_frame_that_can_be_written_only_cannot_be_accessed, fresh),
        cmocka_unit_test_setup(rights_of_other_objects_stay, fresh),
        cmocka_unit_test_setup(a_badge_is_given_once, fresh),
        cmocka_unit_test_setup(mint_of_a_cnode_always_sets_the_guard, fresh),
        cmocka_unit_test_setup(a_guard_is_cut_to_its_size, fresh),
        cmocka_unit_test_setup(mutate_refuses_endpoints_and_sets_guards, fresh),
        cmocka_unit_test_setup(move_takes_children_along, fresh),
        cmocka_unit_test_setup(what_cannot_be_derived_is_illegal_to_copy_but_moves, fresh),
        cmocka_unit_test_setup(untyped_memory_with_children_is_to_be_revoked_before_a_copy, fresh),
        cmocka_unit_test_setup(rotate_moves_two_capabilities_at_once, fresh),
        cmocka_unit_test_setup(rotate_to_the_source_exchanges, fresh),
        cmocka_unit_test_setup(rotate_checks_in_order, fresh),
        cmocka_unit_test_setup(cancel_needs_every_right, fresh),
        cmocka_unit_test_setup(bits_left_over_are_ignored_when_invoking, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
