// SPDX-License-Identifier: BSD-2-Clause
//
// How capability addresses are resolved: guards, depths, leftover bits; and the slot arguments of
// invocations.
//
//   outer, radix 4      slot 3: inner with guard 0b101, radix 2      slot 1: an endpoint
#include "case.h"

enum {
    OUTER_RADIX = 4,
    INNER_RADIX = 2,
    GUARD = 5,
    GUARD_SIZE = 3,
    INNER_SLOT = 3,
    DEEP_BITS = OUTER_RADIX + GUARD_SIZE + INNER_RADIX,
    DEEP = INNER_SLOT << (GUARD_SIZE + INNER_RADIX) | GUARD << INNER_RADIX | 1, // the endpoint
};

static seL4_Word guard_data(seL4_Word guard, seL4_Word size)
{
    return guard << 6 | size;
}

// A new outer CNode with all that is in it.
static seL4_CPtr two_levels(void)
{
    seL4_CPtr outer = cnode_new(OUTER_RADIX);
    seL4_CPtr inner = cnode_new(INNER_RADIX);
    EXPECT_SUCCESS(call(inner, CNodeCopy, WORDS(1, INNER_RADIX, endpoint_new(), DEPTH, RIGHTS_ALL),
                        CAPS(ROOT)));
    EXPECT_SUCCESS(call(
        outer, CNodeMint,
        WORDS(INNER_SLOT, OUTER_RADIX, inner, DEPTH, RIGHTS_ALL, guard_data(GUARD, GUARD_SIZE)),
        CAPS(ROOT)));
    return outer;
}

// Is (root, index, depth) an occupied slot? The answer of a move of the slot to itself.
static struct got look(seL4_CPtr root, seL4_Word index, seL4_Word depth)
{
    return call(root, CNodeMove, WORDS(index, depth, index, depth), CAPS(root));
}

// As the source of a copy to a slot of the root CNode.
static struct got look_source(seL4_CPtr root, seL4_Word index, seL4_Word depth)
{
    return call(ROOT, CNodeCopy, WORDS(slot_new(), DEPTH, index, depth, RIGHTS_ALL), CAPS(root));
}

// --- resolution ---------------------------------------------------------------------------------

CASE(resolution_goes_through_guards_and_levels)
{
    EXPECT_DELETE_FIRST(look(two_levels(), DEEP, DEEP_BITS));
    EXPECT_SUCCESS(look_source(two_levels(), DEEP, DEEP_BITS));
}

CASE(resolution_ignores_bits_above_the_depth)
{
    EXPECT_DELETE_FIRST(look(two_levels(), DEEP | 1UL << DEEP_BITS | 1UL << 63, DEEP_BITS));
}

CASE(resolution_can_end_at_the_outer_level)
{
    EXPECT_DELETE_FIRST(look(two_levels(), INNER_SLOT, OUTER_RADIX));
    EXPECT_MISSING(look(two_levels(), 2, OUTER_RADIX), 1, OUTER_RADIX);
}

CASE(resolution_refuses_a_wrong_guard)
{
    seL4_Word wrong = DEEP ^ 1 << INNER_RADIX;
    EXPECT_GUARD_MISMATCH(look(two_levels(), wrong, DEEP_BITS), 0, DEEP_BITS - OUTER_RADIX, GUARD,
                          GUARD_SIZE);
    EXPECT_GUARD_MISMATCH(look_source(two_levels(), wrong, DEEP_BITS), 1, DEEP_BITS - OUTER_RADIX,
                          GUARD, GUARD_SIZE);
}

CASE(resolution_refuses_too_few_bits_for_the_guard)
{
    EXPECT_GUARD_MISMATCH(look(two_levels(), INNER_SLOT << 2, OUTER_RADIX + 2), 0, 2, GUARD,
                          GUARD_SIZE);
}

CASE(resolution_refuses_too_few_bits_for_the_slot)
{
    EXPECT_DEPTH_MISMATCH(look(two_levels(), DEEP >> 1, DEEP_BITS - 1), 0,
                          DEEP_BITS - 1 - OUTER_RADIX, GUARD_SIZE + INNER_RADIX);
    EXPECT_DEPTH_MISMATCH(look(two_levels(), 1, 1), 0, 1, OUTER_RADIX);
}

CASE(resolution_refuses_bits_left_over)
{
    EXPECT_DEPTH_MISMATCH(look(two_levels(), DEEP << 3, DEEP_BITS + 3), 0, 3, 0);
    EXPECT_DEPTH_MISMATCH(look_source(two_levels(), 2UL << 6, OUTER_RADIX + 6), 1, 6, 0);
}

CASE(an_invocation_ignores_bits_left_over)
{
    // The guard of the new root fills the address up to 7 leftover bits.
    seL4_CPtr root = slot_new();
    seL4_Word leftover = 7;
    EXPECT_SUCCESS(mint(root, two_levels(), RIGHTS_ALL, guard_data(0, 64 - DEEP_BITS - leftover)));
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_SUCCESS(
        call(t.tcb, TCBSetSpace, WORDS(0, 0), CAPS(t.end, root, seL4_CapInitThreadVSpace)));
    EXPECT_EQUAL(thread_run(&t, call_empty, (seL4_Word)DEEP << leftover | 0x55).label, THREAD_RUNS);
}

CASE(a_call_through_a_wrong_guard_faults)
{
    seL4_CPtr root = slot_new();
    EXPECT_SUCCESS(mint(root, two_levels(), RIGHTS_ALL, guard_data(1, 60)));
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_SUCCESS(
        call(t.tcb, TCBSetSpace, WORDS(0, 0), CAPS(t.end, root, seL4_CapInitThreadVSpace)));
    struct got g = thread_run(&t, call_empty, 3);
    EXPECT_ANSWER(g, seL4_Fault_CapFault, WORDS(g.mr[0], 3, 0, seL4_GuardMismatch, 64, 1, 60));
}

CASE(a_call_through_an_address_that_is_too_short_faults)
{
    seL4_CPtr root = slot_new();
    EXPECT_SUCCESS(mint(root, two_levels(), RIGHTS_ALL, guard_data(0, 57)));
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_SUCCESS(
        call(t.tcb, TCBSetSpace, WORDS(0, 0), CAPS(t.end, root, seL4_CapInitThreadVSpace)));
    // 57 bits of guard, 4 of radix: the inner CNode needs 5, and 3 are left. Its guard is right.
    struct got g = thread_run(&t, call_empty, INNER_SLOT << 3 | GUARD);
    EXPECT_ANSWER(g, seL4_Fault_CapFault,
                  WORDS(g.mr[0], INNER_SLOT << 3 | GUARD, 0, seL4_DepthMismatch, 3, 5));
}

CASE(a_call_without_a_capability_space_faults)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    seL4_CPtr root = cnode_new(1);
    EXPECT_SUCCESS(
        call(t.tcb, TCBSetSpace, WORDS(0, 0), CAPS(t.end, root, seL4_CapInitThreadVSpace)));
    EXPECT_SUCCESS(revoke(root));
    EXPECT_SUCCESS(delete (root));
    struct got g = thread_run(&t, call_empty, 1);
    EXPECT_ANSWER(g, seL4_Fault_CapFault, WORDS(g.mr[0], 1, 0, seL4_InvalidRoot));
}

CASE(the_initial_cnode_has_a_guard_of_zeroes)
{
    seL4_Word bits = boot_info()->initThreadCNodeSizeBits;
    struct thread t = thread_new(CASE_PRIORITY + 1);
    struct got g = thread_run(&t, call_empty, 0x3fffffff);
    EXPECT_ANSWER(g, seL4_Fault_CapFault,
                  WORDS(g.mr[0], 0x3fffffff, 0, seL4_GuardMismatch, 64, 0, 64 - bits));
}

// --- slot arguments -----------------------------------------------------------------------------

CASE(slot_arguments_refuse_a_root_that_is_no_cnode)
{
    seL4_CPtr slot = slot_new();
    seL4_CPtr endpoint = endpoint_new();
    EXPECT_NO_ROOT(look_source(endpoint, 1, 64), 1);
    EXPECT_NO_ROOT(look_source(0, 1, 0), 1);
    EXPECT_NO_ROOT(
        call(seL4_CapIRQControl, IRQIssueIRQHandler, WORDS(40, slot, DEPTH), CAPS(endpoint)), 0);
}

CASE(slot_arguments_refuse_depths_outside_1_to_64)
{
    EXPECT_RANGE(look(ROOT, 1, 0), 1, 64);
    EXPECT_RANGE(look(ROOT, 1, 65), 1, 64);
    EXPECT_RANGE(look(ROOT, 1, ~0UL), 1, 64);
    EXPECT_RANGE(look_source(ROOT, 1, 0), 1, 64);
    EXPECT_RANGE(look_source(ROOT, 1, 65), 1, 64);
}

CASE(slot_arguments_of_the_initial_cnode_want_depth_64)
{
    seL4_Word bits = boot_info()->initThreadCNodeSizeBits;
    EXPECT_GUARD_MISMATCH(look(ROOT, 1, bits), 0, bits, 0, 64 - bits);
    EXPECT_DEPTH_MISMATCH(look(ROOT, 1, 63), 0, 63, 64);
}

CASE(a_cnode_fresh_from_retype_has_no_guard)
{
    seL4_CPtr cnode = cnode_new(6);
    EXPECT_MISSING(look(cnode, 63, 6), 1, 6);
    EXPECT_DEPTH_MISMATCH(look(cnode, 63, 5), 0, 5, 6);
    EXPECT_DEPTH_MISMATCH(look(cnode, 63, 7), 0, 1, 0);
}
