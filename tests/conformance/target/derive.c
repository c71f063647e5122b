// SPDX-License-Identifier: BSD-2-Clause
//
// Derivation: where a new capability stands in the tree, as revoking shows; which capabilities can
// be derived; what becomes of rights, badges and guards.
#include "case.h"

enum { BADGE = 0x55 };

static bool revoking_deletes(seL4_CPtr parent, seL4_CPtr child)
{
    EXPECT(!slot_is_empty(child));
    EXPECT_SUCCESS(revoke(parent));
    EXPECT(!slot_is_empty(parent));
    return slot_is_empty(child);
}

// --- the tree -----------------------------------------------------------------------------------

CASE(an_object_is_a_child_of_its_untyped)
{
    seL4_CPtr untyped = untyped_new(12);
    seL4_CPtr slot = slot_new();
    EXPECT_SUCCESS(retype(untyped, seL4_EndpointObject, 0, slot, 1));
    EXPECT(revoking_deletes(untyped, slot));
}

CASE(a_copy_of_an_original_is_its_child)
{
    seL4_CPtr original = endpoint_new();
    EXPECT(revoking_deletes(original, copy_new(original, RIGHTS_ALL)));
}

CASE(a_copy_cannot_be_revoked)
{
    seL4_CPtr original = endpoint_new();
    seL4_CPtr first = copy_new(original, RIGHTS_ALL);
    EXPECT(!revoking_deletes(first, original));
    EXPECT(!revoking_deletes(first, copy_new(original, RIGHTS_ALL)));
}

CASE(a_copy_of_a_copy_is_its_sibling)
{
    seL4_CPtr original = endpoint_new();
    seL4_CPtr first = copy_new(original, RIGHTS_ALL);
    seL4_CPtr second = copy_new(first, RIGHTS_ALL);
    EXPECT(!revoking_deletes(first, second));
    EXPECT_SUCCESS(delete (first));
    EXPECT(revoking_deletes(original, second));
}

CASE(a_badged_capability_is_an_original_below_the_unbadged_one)
{
    seL4_CPtr original = endpoint_new();
    seL4_CPtr badged = mint_new(original, RIGHTS_ALL, BADGE);
    seL4_CPtr copied = copy_new(badged, RIGHTS_ALL);
    EXPECT(revoking_deletes(badged, copied));
    EXPECT_SUCCESS(copy(copied, badged, RIGHTS_ALL));
    EXPECT(revoking_deletes(original, badged));
    EXPECT(slot_is_empty(copied));
}

CASE(a_copy_of_a_badged_copy_is_its_sibling)
{
    seL4_CPtr badged = mint_new(endpoint_new(), RIGHTS_ALL, BADGE);
    seL4_CPtr first = copy_new(badged, RIGHTS_ALL);
    seL4_CPtr second = copy_new(first, RIGHTS_ALL);
    EXPECT(!revoking_deletes(first, second));
    EXPECT(revoking_deletes(badged, second));
}

CASE(capabilities_with_other_badges_are_not_revoked)
{
    seL4_CPtr original = notification_new();
    seL4_CPtr five = mint_new(original, RIGHTS_ALL, 5);
    seL4_CPtr six = mint_new(original, RIGHTS_ALL, 6);
    EXPECT(!revoking_deletes(five, six));
    EXPECT(!revoking_deletes(six, five));
}

CASE(the_same_badge_minted_twice_makes_two_originals)
{
    seL4_CPtr original = endpoint_new();
    seL4_CPtr first = mint_new(original, RIGHTS_ALL, BADGE);
    seL4_CPtr second = mint_new(original, RIGHTS_ALL, BADGE);
    EXPECT(!revoking_deletes(first, second));
}

CASE(a_badged_mint_of_a_copy_is_revoked_with_the_original)
{
    seL4_CPtr original = endpoint_new();
    seL4_CPtr copied = copy_new(original, RIGHTS_ALL);
    seL4_CPtr badged = mint_new(copied, RIGHTS_ALL, BADGE);
    EXPECT(!revoking_deletes(copied, badged));
    EXPECT(revoking_deletes(original, badged));
}

CASE(a_mint_with_badge_0_is_a_copy)
{
    seL4_CPtr original = endpoint_new();
    seL4_CPtr minted = mint_new(original, RIGHTS_ALL, 0);
    EXPECT(!revoking_deletes(minted, copy_new(minted, RIGHTS_ALL)));
    EXPECT(revoking_deletes(original, minted));
}

CASE(interrupt_handlers_are_children_of_irq_control)
{
    seL4_CPtr handler = slot_new();
    EXPECT_SUCCESS(
        call(seL4_CapIRQControl, IRQIssueIRQHandler, WORDS(40, handler, DEPTH), CAPS(ROOT)));
    seL4_CPtr copied = copy_new(handler, RIGHTS_ALL);
    EXPECT(!revoking_deletes(copied, handler));
    EXPECT(revoking_deletes(seL4_CapIRQControl, handler));
    EXPECT(slot_is_empty(copied));
}

CASE(sgi_capabilities_are_children_of_irq_control)
{
    seL4_CPtr sgi = slot_new();
    EXPECT_SUCCESS(
        call(seL4_CapIRQControl, ARMIRQIssueSGISignal, WORDS(3, 0, sgi, DEPTH), CAPS(ROOT)));
    seL4_CPtr copied = copy_new(sgi, RIGHTS_ALL);
    EXPECT(revoking_deletes(sgi, copied));
    EXPECT_SUCCESS(copy(copied, sgi, RIGHTS_ALL));
    EXPECT(revoking_deletes(seL4_CapIRQControl, sgi));
    EXPECT(slot_is_empty(copied));
}

CASE(an_asid_pool_is_a_child_of_the_untyped_it_took)
{
    seL4_CPtr untyped = untyped_new(12);
    seL4_CPtr pool = slot_new();
    EXPECT_SUCCESS(
        call(seL4_CapASIDControl, ARMASIDControlMakePool, WORDS(pool, DEPTH), CAPS(untyped, ROOT)));
    EXPECT_NO_MEMORY(retype(untyped, seL4_EndpointObject, 0, slot_new(), 1), 0);
    EXPECT(!revoking_deletes(seL4_CapASIDControl, pool));
    EXPECT(revoking_deletes(untyped, pool));
}

CASE(copies_of_initial_capabilities_are_their_children)
{
    EXPECT(revoking_deletes(seL4_CapInitThreadTCB, copy_new(seL4_CapInitThreadTCB, RIGHTS_ALL)));
    EXPECT(revoking_deletes(seL4_CapDomain, copy_new(seL4_CapDomain, RIGHTS_ALL)));
    EXPECT(revoking_deletes(sched_control(), copy_new(sched_control(), RIGHTS_ALL)));
    EXPECT(revoking_deletes(seL4_CapASIDControl, copy_new(seL4_CapASIDControl, RIGHTS_ALL)));
    EXPECT(revoking_deletes(seL4_CapInitThreadSC, copy_new(seL4_CapInitThreadSC, RIGHTS_ALL)));
}

CASE(moving_keeps_the_place_in_the_tree)
{
    seL4_CPtr original = endpoint_new();
    seL4_CPtr child = copy_new(original, RIGHTS_ALL);
    seL4_CPtr place = slot_new();
    EXPECT_SUCCESS(call(ROOT, CNodeMove, WORDS(place, DEPTH, original, DEPTH), CAPS(ROOT)));
    EXPECT(slot_is_empty(original));
    EXPECT_SUCCESS(call(ROOT, CNodeMove, WORDS(original, DEPTH, child, DEPTH), CAPS(ROOT)));
    EXPECT(revoking_deletes(place, original));
}

CASE(mutating_keeps_the_place_in_the_tree)
{
    seL4_CPtr original = cnode_new(2);
    seL4_CPtr child = copy_new(original, RIGHTS_ALL);
    seL4_CPtr place = slot_new();
    EXPECT_SUCCESS(call(ROOT, CNodeMutate, WORDS(place, DEPTH, original, DEPTH, 8), CAPS(ROOT)));
    EXPECT(revoking_deletes(place, child));
}

CASE(revoking_an_empty_slot_does_nothing)
{
    EXPECT_SUCCESS(revoke(slot_new()));
}

CASE(a_fault_handler_in_a_thread_is_a_copy)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    seL4_CPtr handler = endpoint_new();
    EXPECT_SUCCESS(
        call(t.tcb, TCBSetSpace, WORDS(0, 0), CAPS(handler, ROOT, seL4_CapInitThreadVSpace)));
    EXPECT_SUCCESS(revoke(handler));
    thread_start(&t, peek, 8);
    EXPECT_EQUAL(nbrecv(handler, reply_new()).badge, 0);
}

static seL4_Word send_six(seL4_Word dest)
{
    send(dest, 1, WORDS(1, 2, 3, 4, 5, 6), NO_CAPS);
    return 0;
}

CASE(a_buffer_in_a_thread_is_a_copy)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    seL4_CPtr endpoint = endpoint_new();
    EXPECT_SUCCESS(revoke(image_frame(t.block)));
    thread_start(&t, send_six, endpoint);
    EXPECT_ANSWER(wait(endpoint), 1, WORDS(1, 2, 3, 4));
}

CASE(a_capability_space_in_a_thread_is_a_copy)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    seL4_CPtr cnode = cnode_new(4);
    EXPECT_SUCCESS(
        call(t.tcb, TCBSetSpace, WORDS(0, 0), CAPS(t.end, cnode, seL4_CapInitThreadVSpace)));
    EXPECT_SUCCESS(revoke(cnode));
    EXPECT_ANSWER(thread_run(&t, call_empty, 5), seL4_Fault_CapFault,
                  WORDS((seL4_Word)call_empty_svc, 5, 0, seL4_InvalidRoot));
}

// --- what can be derived ------------------------------------------------------------------------

static void expect_copies(seL4_CPtr from)
{
    seL4_CPtr slot = slot_new();
    EXPECT_SUCCESS(copy(slot, from, 0));
    EXPECT_SUCCESS(delete (slot));
    EXPECT_SUCCESS(mint(slot, from, 0, 0));
}

static void expect_not_derivable(seL4_CPtr from)
{
    EXPECT_ILLEGAL(copy(slot_new(), from, RIGHTS_ALL));
    EXPECT_ILLEGAL(mint(slot_new(), from, RIGHTS_ALL, 0));
}

CASE(most_capabilities_can_be_copied)
{
    seL4_CPtr pool = slot_new();
    seL4_CPtr handler = slot_new();
    EXPECT_SUCCESS(call(seL4_CapASIDControl, ARMASIDControlMakePool, WORDS(pool, DEPTH),
                        CAPS(untyped_new(12), ROOT)));
    EXPECT_SUCCESS(
        call(seL4_CapIRQControl, IRQIssueIRQHandler, WORDS(41, handler, DEPTH), CAPS(ROOT)));
    expect_copies(endpoint_new());
    expect_copies(notification_new());
    expect_copies(reply_new());
    expect_copies(tcb_new());
    expect_copies(cnode_new(1));
    expect_copies(sched_context_new(1000, 1000, 0));
    expect_copies(frame_new());
    expect_copies(vspace_new());
    expect_copies(handler);
    expect_copies(pool);
    expect_copies(sched_control());
    expect_copies(seL4_CapDomain);
    expect_copies(seL4_CapASIDControl);
}

CASE_IF(KCFG_ALLOW_SMC, the_smc_capability_can_be_copied)
{
    expect_copies(seL4_CapSMC);
}

CASE(irq_control_cannot_be_copied)
{
    expect_not_derivable(seL4_CapIRQControl);
}

CASE(irq_control_can_be_moved)
{
    seL4_CPtr place = slot_new();
    EXPECT_SUCCESS(
        call(ROOT, CNodeMove, WORDS(place, DEPTH, seL4_CapIRQControl, DEPTH), CAPS(ROOT)));
    EXPECT_SUCCESS(
        call(ROOT, CNodeMove, WORDS(seL4_CapIRQControl, DEPTH, place, DEPTH), CAPS(ROOT)));
}

CASE(a_vspace_without_an_asid_cannot_be_copied)
{
    expect_not_derivable(object_new(seL4_ARM_VSpaceObject, 0));
}

CASE(a_page_table_that_is_not_mapped_cannot_be_copied)
{
    seL4_CPtr table = page_table_new();
    expect_not_derivable(table);
    EXPECT_SUCCESS(call(table, ARMPageTableMap, WORDS(0, 3), CAPS(vspace_new())));
    expect_copies(table);
}

// --- rights -------------------------------------------------------------------------------------

static seL4_Word wait_on(seL4_Word cptr)
{
    return wait(cptr).badge;
}

static seL4_Word recv_on(seL4_Word cptr)
{
    return recv(cptr, thread_reply_object()).badge;
}

// Waiting raises a CapFault in its receive phase, for want of the right.
static void expect_unreadable(seL4_CPtr cptr, thread_function *receive)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    struct got g = thread_run(&t, receive, cptr);
    EXPECT_ANSWER(g, seL4_Fault_CapFault, WORDS(g.mr[0], cptr, 1, seL4_MissingCapability, 0));
}

CASE(an_endpoint_without_write_cannot_be_sent_to)
{
    EXPECT_INVALID_CAPABILITY(
        call(copy_new(endpoint_new(), RIGHTS_ALL & ~RIGHTS_W), 0, NO_WORDS, NO_CAPS), 0);
}

CASE(an_endpoint_without_read_cannot_be_received_from)
{
    seL4_CPtr endpoint = copy_new(endpoint_new(), RIGHTS_ALL & ~RIGHTS_R);
    expect_unreadable(endpoint, wait_on);
    expect_unreadable(endpoint, recv_on);
}

CASE(a_notification_without_write_cannot_be_signalled)
{
    seL4_CPtr notification = notification_new();
    EXPECT_INVALID_CAPABILITY(call(copy_new(notification, RIGHTS_R), 0, NO_WORDS, NO_CAPS), 0);
    EXPECT_SUCCESS(call(copy_new(notification, RIGHTS_W), 0, NO_WORDS, NO_CAPS));
}

CASE(a_notification_without_read_cannot_be_waited_on)
{
    seL4_CPtr notification = copy_new(notification_new(), RIGHTS_W);
    expect_unreadable(notification, wait_on);
    expect_unreadable(notification, recv_on);
}

CASE(rights_never_come_back)
{
    seL4_CPtr endpoint = copy_new(copy_new(endpoint_new(), RIGHTS_R), RIGHTS_ALL);
    EXPECT_INVALID_CAPABILITY(call(endpoint, 0, NO_WORDS, NO_CAPS), 0);
}

CASE(rights_beyond_the_four_are_ignored)
{
    seL4_CPtr notification = copy_new(notification_new(), ~0UL & ~(seL4_Word)RIGHTS_R);
    EXPECT_SUCCESS(call(notification, 0, NO_WORDS, NO_CAPS));
    expect_unreadable(notification, wait_on);
}

CASE(rights_mean_nothing_to_other_objects)
{
    EXPECT_SUCCESS(call(copy_new(tcb_new(), 0), TCBSetTLSBase, WORDS(0), NO_CAPS));
    EXPECT_SUCCESS(call(copy_new(cnode_new(1), 0), CNodeDelete, WORDS(0, 1), NO_CAPS));
}

// --- badges and guards --------------------------------------------------------------------------

CASE(a_badge_has_64_bits)
{
    seL4_CPtr notification = notification_new();
    signal(mint_new(notification, RIGHTS_ALL, 0x8000000000000001));
    signal(mint_new(notification, RIGHTS_ALL, 0x4000000000000000));
    EXPECT_EQUAL(nbwait(notification).badge, 0xc000000000000001);
}

CASE(a_badge_is_set_once)
{
    seL4_CPtr of[] = {endpoint_new(), notification_new()};
    for (size_t i = 0; i < 2; i++) {
        seL4_CPtr badged = mint_new(of[i], RIGHTS_ALL, BADGE);
        EXPECT_ILLEGAL(mint(slot_new(), badged, RIGHTS_ALL, 0));
        EXPECT_ILLEGAL(mint(slot_new(), badged, RIGHTS_ALL, BADGE));
        EXPECT_ILLEGAL(mint(slot_new(), badged, RIGHTS_ALL, 1));
        seL4_CPtr unbadged = mint_new(of[i], RIGHTS_ALL, 0);
        EXPECT_SUCCESS(mint(slot_new(), unbadged, RIGHTS_ALL, 1));
    }
}

CASE(copying_keeps_the_badge)
{
    seL4_CPtr notification = notification_new();
    signal(copy_new(mint_new(notification, RIGHTS_ALL, BADGE), RIGHTS_W));
    EXPECT_EQUAL(nbwait(notification).badge, BADGE);
}

static struct got mutate(seL4_CPtr to, seL4_CPtr from, seL4_Word data)
{
    return call(ROOT, CNodeMutate, WORDS(to, DEPTH, from, DEPTH, data), CAPS(ROOT));
}

CASE(mutating_an_endpoint_or_notification_is_refused)
{
    seL4_CPtr of[] = {endpoint_new(), notification_new()};
    for (size_t i = 0; i < 2; i++) {
        EXPECT_ILLEGAL(mutate(slot_new(), of[i], 0));
        EXPECT_ILLEGAL(mutate(slot_new(), of[i], BADGE));
        EXPECT_ILLEGAL(mutate(slot_new(), mint_new(of[i], RIGHTS_ALL, BADGE), 0));
        EXPECT(!slot_is_empty(of[i]));
    }
}

CASE(mutating_other_capabilities_ignores_the_data)
{
    seL4_CPtr slot = slot_new();
    EXPECT_SUCCESS(mutate(slot, tcb_new(), ~0UL));
    EXPECT_SUCCESS(call(slot, TCBSetTLSBase, WORDS(0), NO_CAPS));
    EXPECT_SUCCESS(mutate(slot_new(), frame_new(), ~0UL));
}

static seL4_Word guard_data(seL4_Word guard, seL4_Word size)
{
    return guard << 6 | size;
}

static void expect_guard(seL4_CPtr cnode, seL4_Word radix, seL4_Word guard, seL4_Word size)
{
    seL4_Word index = guard << radix;
    EXPECT_MISSING(
        call(cnode, CNodeMove, WORDS(index, radix + size, index, radix + size), CAPS(cnode)), 1,
        radix + size);
}

CASE(minting_a_cnode_sets_its_guard)
{
    seL4_CPtr cnode = cnode_new(3);
    seL4_CPtr guarded = mint_new(cnode, RIGHTS_ALL, guard_data(5, 4));
    expect_guard(cnode, 3, 0, 0);
    expect_guard(guarded, 3, 5, 4);
    expect_guard(mint_new(guarded, RIGHTS_ALL, guard_data(1, 1)), 3, 1, 1);
    expect_guard(copy_new(guarded, RIGHTS_ALL), 3, 5, 4);
}

CASE(minting_a_cnode_with_0_takes_the_guard_away)
{
    seL4_CPtr guarded = mint_new(cnode_new(3), RIGHTS_ALL, guard_data(5, 4));
    expect_guard(mint_new(guarded, RIGHTS_ALL, 0), 3, 0, 0);
}

CASE(a_guard_is_cut_to_its_size)
{
    expect_guard(mint_new(cnode_new(3), RIGHTS_ALL, guard_data(0xff, 4)), 3, 0xf, 4);
}

CASE(mutating_a_cnode_sets_its_guard)
{
    seL4_CPtr slot = slot_new();
    EXPECT_SUCCESS(mutate(slot, cnode_new(3), guard_data(2, 2)));
    expect_guard(slot, 3, 2, 2);
}

CASE(a_guard_that_is_too_large_is_refused)
{
    seL4_CPtr cnode = cnode_new(4);
    EXPECT_ILLEGAL(mint(slot_new(), cnode, RIGHTS_ALL, guard_data(0, 61)));
    EXPECT_ILLEGAL(mutate(slot_new(), cnode, guard_data(0, 61)));
    EXPECT_SUCCESS(mint(slot_new(), cnode, RIGHTS_ALL, guard_data(0, 60)));
}
