// SPDX-License-Identifier: BSD-2-Clause
//
// Invocations of a CNode: their arguments, and the order in which they are looked at.
#include "case.h"

static struct got cnode(seL4_Word label, struct words words, struct words caps)
{
    return call(ROOT, label, words, caps);
}

static const seL4_Word two_slots[] = {CNodeRevoke, CNodeDelete, CNodeCancelBadgedSends};
static const seL4_Word copying[] = {CNodeCopy, CNodeMint, CNodeMove, CNodeMutate};
enum { TWO_SLOTS = 3, COPYING = 4 };

// --- all of them --------------------------------------------------------------------------------

CASE(labels_of_other_objects_are_refused)
{
    EXPECT_ILLEGAL(cnode(0, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(cnode(CNodeRevoke - 1, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(cnode(CNodeRotate + 1, NO_WORDS, NO_CAPS));
}

CASE(a_message_of_one_word_is_too_short)
{
    for (seL4_Word label = CNodeRevoke; label <= CNodeRotate; label++) {
        EXPECT_TRUNCATED(cnode(label, WORDS(~0UL), CAPS(ROOT, ROOT)));
    }
}

CASE(the_slot_is_looked_up_before_all_else)
{
    for (seL4_Word label = CNodeRevoke; label <= CNodeRotate; label++) {
        EXPECT_RANGE(cnode(label, WORDS(0, 65), NO_CAPS), 1, 64);
    }
}

CASE(more_words_and_capabilities_than_needed_are_ignored)
{
    EXPECT_SUCCESS(cnode(CNodeDelete, WORDS(slot_new(), DEPTH, 1, 2, 3, 4, 5), CAPS(1, 2, 3)));
}

CASE(revoke_delete_and_cancel_want_no_capability)
{
    for (size_t i = 0; i < 2; i++) {
        EXPECT_SUCCESS(cnode(two_slots[i], WORDS(slot_new(), DEPTH), NO_CAPS));
    }
    EXPECT_ILLEGAL(cnode(CNodeCancelBadgedSends, WORDS(slot_new(), DEPTH), NO_CAPS));
}

// --- copy, mint, move, mutate -------------------------------------------------------------------

CASE(copying_with_three_words_is_refused)
{
    for (size_t i = 0; i < COPYING; i++) {
        EXPECT_TRUNCATED(cnode(copying[i], WORDS(slot_new(), DEPTH, 1), CAPS(ROOT)));
    }
}

CASE(copying_without_a_source_root_is_refused)
{
    for (size_t i = 0; i < COPYING; i++) {
        EXPECT_TRUNCATED(cnode(copying[i], WORDS(slot_new(), DEPTH, 1, DEPTH, 0, 0), NO_CAPS));
    }
}

CASE(copying_to_an_occupied_slot_is_refused_before_the_source_is_looked_up)
{
    seL4_CPtr occupied = endpoint_new();
    for (size_t i = 0; i < COPYING; i++) {
        EXPECT_DELETE_FIRST(cnode(copying[i], WORDS(occupied, DEPTH, 1, 65), CAPS(0)));
    }
}

CASE(copying_from_a_slot_that_is_not_there_is_refused)
{
    for (size_t i = 0; i < COPYING; i++) {
        EXPECT_RANGE(cnode(copying[i], WORDS(slot_new(), DEPTH, 1, 65), CAPS(ROOT)), 1, 64);
        EXPECT_NO_ROOT(cnode(copying[i], WORDS(slot_new(), DEPTH, 1, 64), CAPS(0)), 1);
        EXPECT_DEPTH_MISMATCH(cnode(copying[i], WORDS(slot_new(), DEPTH, 1, 2), CAPS(cnode_new(1))),
                              1, 1, 0);
    }
}

CASE(copying_from_an_empty_slot_is_refused_before_the_length_is_counted)
{
    seL4_CPtr empty = cnode_new(3);
    for (size_t i = 0; i < COPYING; i++) {
        EXPECT_MISSING(cnode(copying[i], WORDS(slot_new(), DEPTH, 1, 3), CAPS(empty)), 1, 3);
    }
}

CASE(each_copying_invocation_wants_its_words)
{
    seL4_CPtr from = endpoint_new();
    seL4_CPtr to = slot_new();
    EXPECT_TRUNCATED(cnode(CNodeCopy, WORDS(to, DEPTH, from, DEPTH), CAPS(ROOT)));
    EXPECT_TRUNCATED(cnode(CNodeMint, WORDS(to, DEPTH, from, DEPTH), CAPS(ROOT)));
    EXPECT_TRUNCATED(cnode(CNodeMint, WORDS(to, DEPTH, from, DEPTH, RIGHTS_ALL), CAPS(ROOT)));
    EXPECT_TRUNCATED(cnode(CNodeMutate, WORDS(to, DEPTH, from, DEPTH), CAPS(ROOT)));
    EXPECT_SUCCESS(cnode(CNodeMove, WORDS(to, DEPTH, from, DEPTH), CAPS(ROOT)));
}

CASE(a_refused_copy_leaves_the_slot_empty)
{
    seL4_CPtr to = slot_new();
    EXPECT_ILLEGAL(copy(to, seL4_CapIRQControl, RIGHTS_ALL));
    EXPECT(slot_is_empty(to));
}

CASE(move_empties_the_source)
{
    seL4_CPtr from = endpoint_new();
    seL4_CPtr to = slot_new();
    EXPECT_SUCCESS(cnode(CNodeMove, WORDS(to, DEPTH, from, DEPTH), CAPS(ROOT)));
    EXPECT(slot_is_empty(from));
    EXPECT(!slot_is_empty(to));
}

CASE(copies_go_between_cnodes)
{
    seL4_CPtr a = cnode_new(2);
    seL4_CPtr b = cnode_new(3);
    EXPECT_SUCCESS(call(a, CNodeCopy, WORDS(1, 2, endpoint_new(), DEPTH, RIGHTS_ALL), CAPS(ROOT)));
    EXPECT_SUCCESS(call(b, CNodeMove, WORDS(7, 3, 1, 2), CAPS(a)));
    EXPECT_MISSING(call(a, CNodeMove, WORDS(1, 2, 1, 2), CAPS(a)), 1, 2);
    EXPECT_DELETE_FIRST(call(b, CNodeMove, WORDS(7, 3, 7, 3), CAPS(b)));
}

// --- rotate -------------------------------------------------------------------------------------

static struct got rotate(seL4_CPtr to, seL4_Word to_data, seL4_CPtr pivot, seL4_Word pivot_data,
                         seL4_CPtr from)
{
    return cnode(CNodeRotate, WORDS(to, DEPTH, to_data, pivot, DEPTH, pivot_data, from, DEPTH),
                 CAPS(ROOT, ROOT));
}

CASE(rotate_moves_two_capabilities)
{
    seL4_CPtr to = slot_new();
    seL4_CPtr pivot = tcb_new();
    seL4_CPtr from = frame_new();
    EXPECT_SUCCESS(rotate(to, 0, pivot, 0, from));
    EXPECT_SUCCESS(call(to, TCBSetTLSBase, WORDS(0), NO_CAPS));
    EXPECT_EQUAL(call(pivot, ARMPageGetAddress, NO_WORDS, NO_CAPS).length, 1);
    EXPECT(slot_is_empty(from));
}

CASE(rotate_onto_the_source_swaps)
{
    seL4_CPtr pivot = tcb_new();
    seL4_CPtr from = frame_new();
    EXPECT_SUCCESS(rotate(from, 0, pivot, 0, from));
    EXPECT_SUCCESS(call(from, TCBSetTLSBase, WORDS(0), NO_CAPS));
    EXPECT_EQUAL(call(pivot, ARMPageGetAddress, NO_WORDS, NO_CAPS).length, 1);
}

CASE(rotate_sets_guards)
{
    seL4_CPtr to = slot_new();
    seL4_CPtr pivot = cnode_new(3);
    seL4_CPtr from = cnode_new(4);
    EXPECT_SUCCESS(rotate(to, 1 << 6 | 1, pivot, 2 << 6 | 2, from));
    EXPECT_MISSING(call(to, CNodeMove, WORDS(8, 4, 8, 4), CAPS(to)), 1, 4);
    EXPECT_MISSING(call(pivot, CNodeMove, WORDS(32, 6, 32, 6), CAPS(pivot)), 1, 6);
}

CASE(rotate_wants_eight_words_and_two_roots)
{
    seL4_CPtr to = slot_new();
    EXPECT_TRUNCATED(cnode(CNodeRotate, WORDS(to, DEPTH, 0, 1, 65, 0, 1), CAPS(ROOT, ROOT)));
    EXPECT_TRUNCATED(cnode(CNodeRotate, WORDS(to, DEPTH, 0, 1, 65, 0, 1, 65), CAPS(ROOT)));
    EXPECT_TRUNCATED(cnode(CNodeRotate, WORDS(to, DEPTH, 0, 1, 65, 0, 1, 65), NO_CAPS));
}

CASE(rotate_looks_up_the_source_before_the_pivot)
{
    seL4_CPtr to = slot_new();
    struct words both = WORDS(to, DEPTH, 0, 1, 66, 0, 1, 65);
    EXPECT_NO_ROOT(cnode(CNodeRotate, both, CAPS(0, frame_new())), 1);
    EXPECT_RANGE(cnode(CNodeRotate, both, CAPS(0, ROOT)), 1, 64);
    EXPECT_NO_ROOT(cnode(CNodeRotate, WORDS(to, DEPTH, 0, 1, 66, 0, to, DEPTH), CAPS(0, ROOT)), 1);
    EXPECT_RANGE(cnode(CNodeRotate, WORDS(to, DEPTH, 0, 1, 66, 0, to, DEPTH), CAPS(ROOT, ROOT)), 1,
                 64);
}

CASE(rotate_refuses_a_pivot_that_is_source_or_destination)
{
    seL4_CPtr a = frame_new();
    seL4_CPtr b = frame_new();
    EXPECT_ILLEGAL(rotate(a, 0, a, 0, b));
    EXPECT_ILLEGAL(rotate(b, 0, a, 0, a));
    EXPECT_ILLEGAL(rotate(a, 0, a, 0, a));
}

CASE(rotate_refuses_an_occupied_destination)
{
    EXPECT_DELETE_FIRST(rotate(frame_new(), 0, slot_new(), 0, slot_new()));
}

CASE(rotate_refuses_an_empty_source_and_then_an_empty_pivot)
{
    EXPECT_MISSING(rotate(slot_new(), 0, slot_new(), 0, slot_new()), 1, DEPTH);
    EXPECT_MISSING(rotate(slot_new(), 0, slot_new(), 0, frame_new()), 0, DEPTH);
}

CASE(rotate_refuses_data_that_does_not_fit_the_capability)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr frame = frame_new();
    EXPECT_ILLEGAL(rotate(slot_new(), 0, endpoint, 0, frame));
    EXPECT_ILLEGAL(rotate(slot_new(), 0, frame, 0, endpoint));
    EXPECT_ILLEGAL(rotate(slot_new(), 62, cnode_new(3), 0, frame));
    EXPECT_ILLEGAL(rotate(slot_new(), 0, frame, 62, cnode_new(3)));
}

// --- cancelling badged sends --------------------------------------------------------------------

static seL4_Word send_one(seL4_Word dest)
{
    send(dest, 7, WORDS(1), NO_CAPS);
    return 0;
}

CASE(cancel_wants_an_endpoint_with_all_rights)
{
    seL4_CPtr endpoint = endpoint_new();
    EXPECT_ILLEGAL(cnode(CNodeCancelBadgedSends, WORDS(notification_new(), DEPTH), NO_CAPS));
    for (seL4_Word right = 1; right <= 8; right *= 2) {
        EXPECT_ILLEGAL(cnode(CNodeCancelBadgedSends,
                             WORDS(copy_new(endpoint, RIGHTS_ALL & ~right), DEPTH), NO_CAPS));
    }
    EXPECT_SUCCESS(cnode(CNodeCancelBadgedSends, WORDS(endpoint, DEPTH), NO_CAPS));
}

CASE(cancel_restarts_sends_of_the_badge_which_queue_again)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr badged = mint_new(endpoint, RIGHTS_ALL, 5);
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_EQUAL(thread_run(&t, send_one, badged).label, THREAD_RUNS);
    EXPECT_SUCCESS(cnode(CNodeCancelBadgedSends, WORDS(badged, DEPTH), NO_CAPS));
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
    EXPECT_EQUAL(nbwait(endpoint).badge, 5);
    EXPECT_ANSWER(thread_end(&t), THREAD_RETURNED, WORDS(0));
}

CASE(cancel_after_delete_of_the_senders_capability_sets_it_free)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr badged = mint_new(endpoint, RIGHTS_ALL, 5);
    seL4_CPtr used = copy_new(badged, RIGHTS_ALL);
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_EQUAL(thread_run(&t, send_one, used).label, THREAD_RUNS);
    EXPECT_SUCCESS(delete (used));
    EXPECT_SUCCESS(cnode(CNodeCancelBadgedSends, WORDS(badged, DEPTH), NO_CAPS));
    EXPECT_ANSWER(thread_end(&t), THREAD_RETURNED, WORDS(0));
    EXPECT_EQUAL(nbwait(endpoint).badge, 0);
}

CASE(cancel_leaves_other_badges_and_the_unbadged_alone)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr used = mint_new(endpoint, RIGHTS_ALL, 6);
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_EQUAL(thread_run(&t, send_one, used).label, THREAD_RUNS);
    EXPECT_SUCCESS(delete (used));
    EXPECT_SUCCESS(
        cnode(CNodeCancelBadgedSends, WORDS(mint_new(endpoint, RIGHTS_ALL, 5), DEPTH), NO_CAPS));
    EXPECT_SUCCESS(cnode(CNodeCancelBadgedSends, WORDS(endpoint, DEPTH), NO_CAPS));
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
    EXPECT_EQUAL(nbwait(endpoint).badge, 6);
}

CASE(cancel_makes_a_faulting_thread_inactive)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr badged = mint_new(endpoint, RIGHTS_ALL, 5);
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_SUCCESS(
        call(t.tcb, TCBSetSpace, WORDS(0, 0), CAPS(badged, ROOT, seL4_CapInitThreadVSpace)));
    thread_start(&t, peek, 8);
    EXPECT_SUCCESS(cnode(CNodeCancelBadgedSends, WORDS(badged, DEPTH), NO_CAPS));
    EXPECT_EQUAL(nbwait(endpoint).badge, 0);
}
