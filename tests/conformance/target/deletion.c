// SPDX-License-Identifier: BSD-2-Clause
//
// Deletion: what the end of an object does to those who used it, and what stands in between when
// the deletion is long.
#include "case.h"

enum {
    BADGE = 0x55,
    VADDR = 0x5e0000, // a page that the image's page tables serve
};

// The other thread's arguments, as it takes but one word.
static struct {
    seL4_CPtr dest;
    seL4_CPtr reply;
    struct got got;
} order;

static seL4_Word send_it(seL4_Word dest)
{
    send(dest, 7, WORDS(1), NO_CAPS);
    return 1;
}

static seL4_Word call_it(seL4_Word dest)
{
    order.got = call(dest, 7, WORDS(1), NO_CAPS);
    return order.got.label;
}

static seL4_Word recv_it(seL4_Word reply)
{
    order.got = recv(order.dest, reply);
    return order.got.badge;
}

static seL4_Word wait_it(seL4_Word source)
{
    return wait(source).badge;
}

static void use_handler(const struct thread *t, seL4_CPtr handler)
{
    EXPECT_SUCCESS(
        call(t->tcb, TCBSetSpace, WORDS(0, 0), CAPS(handler, ROOT, seL4_CapInitThreadVSpace)));
}

// --- slots --------------------------------------------------------------------------------------

CASE(deleting_an_empty_slot_succeeds)
{
    EXPECT_SUCCESS(delete (slot_new()));
}

CASE(deleting_one_of_two_capabilities_keeps_the_object)
{
    seL4_CPtr notification = notification_new();
    seL4_CPtr copied = copy_new(notification, RIGHTS_ALL);
    signal(mint_new(notification, RIGHTS_ALL, BADGE));
    EXPECT_SUCCESS(delete (notification));
    EXPECT_EQUAL(nbwait(copied).badge, BADGE);
}

CASE(deleting_an_original_leaves_its_copies)
{
    seL4_CPtr original = endpoint_new();
    seL4_CPtr first = copy_new(original, RIGHTS_ALL);
    EXPECT_SUCCESS(delete (original));
    EXPECT(!slot_is_empty(first));
    EXPECT_SUCCESS(revoke(first));
    EXPECT(!slot_is_empty(first));
}

CASE(children_of_a_deleted_badged_capability_go_up_to_its_parent)
{
    seL4_CPtr original = endpoint_new();
    seL4_CPtr badged = mint_new(original, RIGHTS_ALL, BADGE);
    seL4_CPtr child = copy_new(badged, RIGHTS_ALL);
    EXPECT_SUCCESS(delete (badged));
    EXPECT(!slot_is_empty(child));
    EXPECT_SUCCESS(revoke(original));
    EXPECT(slot_is_empty(child));
}

// --- endpoints and notifications ----------------------------------------------------------------

CASE(the_end_of_an_endpoint_lets_a_sender_go_on)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_EQUAL(thread_run(&t, send_it, endpoint).label, THREAD_RUNS);
    EXPECT_SUCCESS(delete (endpoint));
    EXPECT_ANSWER(thread_end(&t), THREAD_RETURNED, WORDS(1));
}

CASE(the_end_of_an_endpoint_answers_a_caller_with_an_error)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_EQUAL(thread_run(&t, call_it, endpoint).label, THREAD_RUNS);
    EXPECT_SUCCESS(delete (endpoint));
    EXPECT_ANSWER(thread_end(&t), THREAD_RETURNED, WORDS(seL4_InvalidCapability));
    EXPECT_ANSWER(order.got, seL4_InvalidCapability, WORDS(0));
}

CASE(the_end_of_an_endpoint_faults_a_receiver)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = thread_new(CASE_PRIORITY + 1);
    order.dest = endpoint;
    EXPECT_EQUAL(thread_run(&t, recv_it, reply_new()).label, THREAD_RUNS);
    EXPECT_SUCCESS(delete (endpoint));
    struct got g = thread_end(&t);
    EXPECT_ANSWER(g, seL4_Fault_CapFault, WORDS(g.mr[0], endpoint, 1, seL4_MissingCapability, 0));
}

CASE(the_end_of_an_endpoint_makes_a_faulting_thread_inactive)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = thread_new(CASE_PRIORITY + 1);
    use_handler(&t, endpoint);
    thread_start(&t, peek, 8);
    EXPECT_SUCCESS(revoke(endpoint));
    EXPECT_SUCCESS(delete (endpoint));
    use_handler(&t, t.end);
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
    EXPECT_SUCCESS(call(t.tcb, TCBResume, NO_WORDS, NO_CAPS));
    EXPECT_EQUAL(thread_end(&t).label, seL4_Fault_VMFault);
}

CASE(the_end_of_a_notification_faults_a_waiter)
{
    seL4_CPtr notification = notification_new();
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_EQUAL(thread_run(&t, wait_it, notification).label, THREAD_RUNS);
    EXPECT_SUCCESS(delete (notification));
    struct got g = thread_end(&t);
    EXPECT_ANSWER(g, seL4_Fault_CapFault,
                  WORDS(g.mr[0], notification, 1, seL4_MissingCapability, 0));
}

CASE(the_end_of_a_notification_unbinds_it)
{
    seL4_CPtr notification = notification_new();
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_SUCCESS(call(t.tcb, TCBBindNotification, NO_WORDS, CAPS(notification)));
    EXPECT_SUCCESS(delete (notification));
    EXPECT_ILLEGAL(call(t.tcb, TCBUnbindNotification, NO_WORDS, NO_CAPS));
    EXPECT_SUCCESS(call(t.tcb, TCBBindNotification, NO_WORDS, CAPS(notification_new())));
}

CASE(the_end_of_a_notification_unbinds_its_scheduling_context)
{
    seL4_CPtr notification = notification_new();
    seL4_CPtr sc = sched_context_new(1000, 1000, 0);
    EXPECT_SUCCESS(call(sc, SchedContextBind, NO_WORDS, CAPS(notification)));
    EXPECT_SUCCESS(delete (notification));
    EXPECT_SUCCESS(call(sc, SchedContextBind, NO_WORDS, CAPS(notification_new())));
}

// --- reply objects, scheduling contexts, threads ------------------------------------------------

CASE(the_end_of_a_reply_object_leaves_its_caller_inactive)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr reply = reply_new();
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_EQUAL(thread_run(&t, call_it, endpoint).label, THREAD_RUNS);
    EXPECT_EQUAL(recv(endpoint, reply).label, 7);
    EXPECT_SUCCESS(delete (reply));
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
    EXPECT_SUCCESS(call(t.tcb, TCBResume, NO_WORDS, NO_CAPS));
    EXPECT_EQUAL(nbrecv(endpoint, reply_new()).label, 7);
}

CASE(the_end_of_a_reply_object_makes_its_receiver_inactive)
{
    seL4_CPtr reply = reply_new();
    struct thread t = thread_new(CASE_PRIORITY + 1);
    order.dest = endpoint_new();
    EXPECT_EQUAL(thread_run(&t, recv_it, reply).label, THREAD_RUNS);
    EXPECT_SUCCESS(delete (reply));
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
    nbsend(order.dest, 1, NO_WORDS, NO_CAPS);
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
}

CASE(the_end_of_a_scheduling_context_stops_its_thread)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    seL4_CPtr notification = notification_new();
    EXPECT_EQUAL(thread_run(&t, wait_it, notification).label, THREAD_RUNS);
    EXPECT_SUCCESS(delete (t.sc));
    signal(mint_new(notification, RIGHTS_ALL, BADGE));
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
    seL4_CPtr another = sched_context_new(5000, 5000, 0);
    EXPECT_SUCCESS(call(another, SchedContextBind, NO_WORDS, CAPS(t.tcb)));
    EXPECT_ANSWER(thread_end(&t), THREAD_RETURNED, WORDS(BADGE));
}

CASE(the_end_of_a_thread_frees_what_was_bound_to_it)
{
    seL4_CPtr notification = notification_new();
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_SUCCESS(call(t.tcb, TCBBindNotification, NO_WORDS, CAPS(notification)));
    EXPECT_SUCCESS(delete (t.tcb));
    seL4_CPtr tcb = tcb_new();
    EXPECT_SUCCESS(call(tcb, TCBBindNotification, NO_WORDS, CAPS(notification)));
    EXPECT_SUCCESS(call(t.sc, SchedContextBind, NO_WORDS, CAPS(tcb)));
}

CASE(the_end_of_a_thread_takes_it_out_of_a_queue)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_EQUAL(thread_run(&t, send_it, endpoint).label, THREAD_RUNS);
    EXPECT_SUCCESS(delete (t.tcb));
    EXPECT_EQUAL(nbwait(endpoint).label, 0);
}

static seL4_Word delete_self(seL4_Word tcb)
{
    (void)delete (tcb);
    return 0;
}

CASE(a_thread_that_deletes_itself_never_returns)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_EQUAL(thread_run(&t, delete_self, t.tcb).label, THREAD_RUNS);
    EXPECT(slot_is_empty(t.tcb));
    EXPECT_SUCCESS(call(t.sc, SchedContextBind, NO_WORDS, CAPS(tcb_new())));
}

// --- memory -------------------------------------------------------------------------------------

static seL4_CPtr mapped_frame(void)
{
    seL4_CPtr frame = frame_new();
    EXPECT_SUCCESS(
        call(frame, ARMPageMap, WORDS(VADDR, RIGHTS_RW, 3), CAPS(seL4_CapInitThreadVSpace)));
    (void)poke(VADDR);
    return frame;
}

static void expect_no_page(void)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    struct got g = thread_run(&t, peek, VADDR);
    EXPECT_EQUAL(g.label, seL4_Fault_VMFault);
    EXPECT_EQUAL(g.mr[1], VADDR);
}

CASE(the_end_of_a_frame_capability_unmaps_its_page)
{
    seL4_CPtr frame = mapped_frame();
    (void)copy_new(frame, RIGHTS_R);
    EXPECT_SUCCESS(delete (frame));
    expect_no_page();
}

CASE(the_end_of_another_capability_keeps_the_page)
{
    seL4_CPtr frame = mapped_frame();
    EXPECT_SUCCESS(delete (copy_new(frame, RIGHTS_R)));
    EXPECT_EQUAL(peek(VADDR), VADDR);
}

CASE(the_end_of_a_page_table_unmaps_it)
{
    seL4_CPtr vspace = vspace_new();
    seL4_CPtr table = page_table_new();
    EXPECT_SUCCESS(call(table, ARMPageTableMap, WORDS(0, 3), CAPS(vspace)));
    EXPECT_SUCCESS(delete (table));
    EXPECT_MISSING(call(frame_new(), ARMPageMap, WORDS(0, 3, 3), CAPS(vspace)), 0, 39);
}

CASE(the_end_of_a_vspace_faults_its_threads)
{
    // The thread runs in an address space with nothing in it: it faults at its first instruction. A
    // revoke takes the address space from it.
    seL4_CPtr vspace = vspace_new();
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_SUCCESS(call(t.tcb, TCBSetSpace, WORDS(0, 0), CAPS(t.end, ROOT, vspace)));
    thread_start(&t, peek, 0);
    struct got g = thread_end(&t);
    EXPECT_EQUAL(g.label, seL4_Fault_VMFault);
    EXPECT_EQUAL(g.mr[2], 1);
    EXPECT_SUCCESS(revoke(vspace));
    EXPECT_SUCCESS(delete (vspace));
    thread_reply(0, NO_WORDS);
    struct got again = thread_end(&t);
    EXPECT_EQUAL(again.label, seL4_Fault_VMFault);
    EXPECT_EQUAL(again.mr[0], g.mr[0]);
}

CASE(the_end_of_an_asid_pool_takes_the_address_spaces_in_it)
{
    seL4_CPtr pool = slot_new();
    EXPECT_SUCCESS(call(seL4_CapASIDControl, ARMASIDControlMakePool, WORDS(pool, DEPTH),
                        CAPS(untyped_new(12), ROOT)));
    seL4_CPtr vspace = object_new(seL4_ARM_VSpaceObject, 0);
    EXPECT_SUCCESS(call(pool, ARMASIDPoolAssign, NO_WORDS, CAPS(vspace)));
    EXPECT_SUCCESS(delete (pool));
    EXPECT_ANSWER(call(page_table_new(), ARMPageTableMap, WORDS(0, 3), CAPS(vspace)),
                  seL4_FailedLookup, WORDS(0, seL4_InvalidRoot));
}

CASE(the_end_of_an_interrupt_handler_makes_the_interrupt_free)
{
    seL4_CPtr handler = slot_new();
    struct words words = WORDS(42, handler, DEPTH);
    EXPECT_SUCCESS(call(seL4_CapIRQControl, IRQIssueIRQHandler, words, CAPS(ROOT)));
    EXPECT_REVOKE_FIRST(
        call(seL4_CapIRQControl, IRQIssueIRQHandler, WORDS(42, slot_new(), DEPTH), CAPS(ROOT)));
    EXPECT_SUCCESS(delete (handler));
    EXPECT_SUCCESS(call(seL4_CapIRQControl, IRQIssueIRQHandler, words, CAPS(ROOT)));
}

// --- CNodes, and what takes long ----------------------------------------------------------------

CASE(the_end_of_a_cnode_deletes_what_is_in_it)
{
    seL4_CPtr cnode = cnode_new(8);
    seL4_CPtr notification = notification_new();
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_EQUAL(thread_run(&t, wait_it, notification).label, THREAD_RUNS);
    EXPECT_SUCCESS(call(cnode, CNodeMove, WORDS(255, 8, notification, DEPTH), CAPS(ROOT)));
    EXPECT_SUCCESS(delete (cnode));
    EXPECT_EQUAL(thread_end(&t).label, seL4_Fault_CapFault);
}

CASE(revoking_a_cnode_keeps_what_is_in_it)
{
    seL4_CPtr cnode = cnode_new(2);
    seL4_CPtr copied = copy_new(cnode, RIGHTS_ALL);
    EXPECT_SUCCESS(call(cnode, CNodeCopy, WORDS(1, 2, ROOT, DEPTH, RIGHTS_ALL), CAPS(ROOT)));
    EXPECT_SUCCESS(revoke(cnode));
    EXPECT(slot_is_empty(copied));
    EXPECT_DELETE_FIRST(call(cnode, CNodeMove, WORDS(1, 2, 1, 2), CAPS(cnode)));
}

CASE(a_cnode_in_a_deleted_cnode_keeps_what_is_in_it)
{
    // The inner CNode is not destroyed: what it held cannot be reached, but lives on until the
    // untyped of the inner one is revoked.
    seL4_CPtr untyped = untyped_new(12);
    seL4_CPtr inner = slot_new();
    EXPECT_SUCCESS(retype(untyped, seL4_CapTableObject, 2, inner, 1));
    seL4_CPtr outer = cnode_new(2);
    seL4_CPtr notification = notification_new();
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_EQUAL(thread_run(&t, wait_it, notification).label, THREAD_RUNS);
    EXPECT_SUCCESS(call(inner, CNodeMove, WORDS(1, 2, notification, DEPTH), CAPS(ROOT)));
    EXPECT_SUCCESS(call(outer, CNodeMove, WORDS(1, 2, inner, DEPTH), CAPS(ROOT)));
    EXPECT_SUCCESS(delete (outer));
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
    EXPECT_SUCCESS(revoke(untyped));
    EXPECT_EQUAL(thread_end(&t).label, seL4_Fault_CapFault);
}

CASE(a_cnode_that_holds_itself_can_be_deleted)
{
    seL4_CPtr cnode = cnode_new(2);
    EXPECT_SUCCESS(call(cnode, CNodeCopy, WORDS(3, 2, cnode, DEPTH, RIGHTS_ALL), CAPS(ROOT)));
    EXPECT_SUCCESS(delete (cnode));
    EXPECT(slot_is_empty(cnode));
}

CASE(a_cnode_whose_only_capability_it_holds_is_revoked_with_its_untyped)
{
    seL4_CPtr untyped = untyped_new(12);
    seL4_CPtr cnode = slot_new();
    EXPECT_SUCCESS(retype(untyped, seL4_CapTableObject, 2, cnode, 1));
    EXPECT_SUCCESS(call(cnode, CNodeMove, WORDS(3, 2, cnode, DEPTH), CAPS(ROOT)));
    EXPECT_SUCCESS(revoke(untyped));
    EXPECT_SUCCESS(retype(untyped, seL4_UntypedObject, 12, slot_new(), 1));
}

CASE(revoking_a_thousand_capabilities_deletes_them_all)
{
    seL4_CPtr cnode = cnode_new(10);
    seL4_CPtr original = endpoint_new();
    for (seL4_Word i = 0; i < 1024; i++) {
        EXPECT_SUCCESS(
            call(cnode, CNodeCopy, WORDS(i, 10, original, DEPTH, RIGHTS_ALL), CAPS(ROOT)));
    }
    EXPECT_SUCCESS(revoke(original));
    for (seL4_Word i = 0; i < 1024; i++) {
        EXPECT_MISSING(call(cnode, CNodeMove, WORDS(i, 10, i, 10), CAPS(cnode)), 1, 10);
    }
}

// A thread above counts how often it has the processor while the one below makes its system call.
static struct {
    seL4_Word turns;
    volatile bool ended;
} meanwhile;

static seL4_Word count_turns(seL4_Word ignored)
{
    while (!meanwhile.ended) {
        meanwhile.turns++;
        yield();
    }
    return ignored;
}

static void start_counting(void)
{
    struct thread high = thread_new(CASE_PRIORITY + 1);
    meanwhile.turns = 0;
    meanwhile.ended = false;
    EXPECT_SUCCESS(
        call(sched_control(), SchedControlConfigureFlags, WORDS(100, 200, 0, 0, 0), CAPS(high.sc)));
    thread_start(&high, count_turns, 0);
}

CASE(clearing_a_large_untyped_can_be_interrupted)
{
    seL4_CPtr untyped = untyped_new(22);
    seL4_CPtr slot = slot_new();
    EXPECT_SUCCESS(retype(untyped, seL4_UntypedObject, 22, slot, 1));
    EXPECT_SUCCESS(delete (slot));
    start_counting();
    EXPECT_SUCCESS(retype(untyped, seL4_EndpointObject, 0, slot, 1));
    meanwhile.ended = true;
    EXPECT(meanwhile.turns > 4);
}

CASE(a_long_revoke_can_be_interrupted)
{
    seL4_CPtr cnode = cnode_new(13);
    seL4_CPtr original = endpoint_new();
    for (seL4_Word i = 0; i < 1 << 13; i++) {
        (void)call(cnode, CNodeCopy, WORDS(i, 13, original, DEPTH, RIGHTS_ALL), CAPS(ROOT));
    }
    start_counting();
    EXPECT_SUCCESS(revoke(original));
    meanwhile.ended = true;
    EXPECT(meanwhile.turns > 4);
}

static seL4_Word revoke_own_space(seL4_Word untyped)
{
    return call(1, CNodeRevoke, WORDS(untyped, 64), NO_CAPS).label;
}

// The thread's capability space lies in the memory that it revokes, and with it the slot that it
// names.
CASE(a_revoke_may_take_the_callers_own_capability_space)
{
    seL4_CPtr untyped = untyped_new(12);
    seL4_CPtr cnode = slot_new();
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_SUCCESS(retype(untyped, seL4_CapTableObject, 2, cnode, 1));
    seL4_CPtr guarded = mint_new(cnode, RIGHTS_ALL, 62);
    EXPECT_SUCCESS(call(cnode, CNodeCopy, WORDS(1, 2, guarded, DEPTH, RIGHTS_ALL), CAPS(ROOT)));
    EXPECT_SUCCESS(call(cnode, CNodeMove, WORDS(2, 2, untyped, DEPTH), CAPS(ROOT)));
    EXPECT_SUCCESS(
        call(t.tcb, TCBSetSpace, WORDS(0, 0), CAPS(t.end, guarded, seL4_CapInitThreadVSpace)));
    struct got g = thread_run(&t, revoke_own_space, 2);
    EXPECT(slot_is_empty(cnode));
    EXPECT(slot_is_empty(guarded));
    EXPECT_ANSWER(g, seL4_Fault_CapFault, WORDS(g.mr[0], t.end, 0, seL4_InvalidRoot));
}

// A thread of low priority deletes a CNode of 2^14 slots; a thread above it, which has half of the
// time, looks at the slot meanwhile.
static struct {
    seL4_Word call; // label of the answer to a call
    seL4_Word copy; // and to a copy
    bool seen;      // both, with the slot still occupied afterwards
    volatile bool ended;
} between;

static seL4_Word delete_long(seL4_Word slot)
{
    seL4_Word label = delete (slot).label;
    between.ended = true;
    return label;
}

static seL4_Word look_between(seL4_Word slot)
{
    seL4_CPtr place = slot_new();
    while (!between.ended) {
        yield();
        seL4_Word called = call(slot, CNodeDelete, WORDS(0, 14), NO_CAPS).label;
        seL4_Word copied = copy(place, slot, RIGHTS_ALL).label;
        (void)delete (place);
        if (called != seL4_NoError && !slot_is_empty(slot)) {
            between.seen = true;
            between.call = called;
            between.copy = copied;
        }
    }
    return 0;
}

CASE(a_long_deletion_can_be_interrupted_and_leaves_a_zombie_meanwhile)
{
    seL4_CPtr cnode = cnode_new(14);
    seL4_CPtr filled = endpoint_new();
    for (seL4_Word i = 0; i < 1 << 14; i++) {
        (void)call(cnode, CNodeCopy, WORDS(i, 14, filled, DEPTH, RIGHTS_ALL), CAPS(ROOT));
    }
    between.seen = false;
    between.ended = false;
    struct thread low = thread_new(CASE_PRIORITY - 1);
    struct thread high = thread_new(CASE_PRIORITY + 1);
    EXPECT_SUCCESS(
        call(sched_control(), SchedControlConfigureFlags, WORDS(100, 200, 0, 0, 0), CAPS(high.sc)));
    thread_start(&low, delete_long, cnode);
    thread_start(&high, look_between, cnode);
    struct got first = recv(low.end, thread_reply_object());
    struct got second = recv(low.end, thread_reply_object());
    EXPECT_ANSWER(first, THREAD_RETURNED, WORDS(0));
    EXPECT_ANSWER(second, THREAD_RETURNED, WORDS(0));
    EXPECT(between.seen);
    EXPECT_EQUAL(between.call, seL4_InvalidCapability);
    EXPECT_EQUAL(between.copy, seL4_IllegalOperation);
    EXPECT(slot_is_empty(cnode));
}
