// SPDX-License-Identifier: BSD-2-Clause
//
// Endpoints: who meets whom, and what every register holds afterwards (seL4 ABI §1.3, §9.1).
#include "actors.h"
#include "fresh.h"

#include "kernel/arch.h"
#include "kernel/ipc.h"
#include "kernel/schedule.h"
#include "kernel/tcb.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { PRIORITY = 100, SLICE = 5000, W = 1, R = 2, G = 4, GR = 8, ALL = 15 };

static uint64_t endpoint;
static uint64_t badged; // W, grant-reply; badge 77
static uint64_t reply;
static struct actor a;
static struct actor b;
static struct actor c;

static int fresh(void **state)
{
    (void)state;
    actors_begin();
    endpoint = actors_endpoint();
    badged = actors_mint(endpoint, W | GR, 77);
    reply = actors_reply();
    a = actors_thread(PRIORITY, SLICE, SLICE);
    b = actors_thread(PRIORITY, SLICE, SLICE);
    c = actors_thread(PRIORITY + 1, SLICE, SLICE);
    thread_suspend(c.tcb); // until a test needs it
    return 0;
}

// The actor waits to receive on the endpoint.
static void receiving(const struct actor *actor)
{
    actors_become(actor);
    actors_mark(actor);
    actors_recv(endpoint, reply);
    assert_int_equal(actor->tcb->state, THREAD_BLOCKED_RECEIVE);
}

static uint64_t info(const struct actor *actor)
{
    return actors_register(actor, 1);
}

static void a_message_of_four_words_arrives_in_registers_and_no_other_changes(void **state)
{
    (void)state;
    actors_start(&b);
    receiving(&b);
    actors_become(&a);
    actors_mark(&a);
    actors_send(badged, SIM_MESSAGE(5, 10, 11, 12, 13));

    assert_int_equal(actors_register(&b, 0), 77);
    assert_int_equal(info(&b), 5 << 12 | 4);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(actors_register(&b, 2 + i), 10 + i);
    }
    assert_true(actors_goes_on(&b));
    assert_int_equal(actors_register(&b, 6), reply);
    actors_become(&b);
    b.tcb->context.x[6] = actors_mark_of(6);
    assert_true(actors_marked_from(&b, 6));

    assert_int_equal(actors_register(&a, 0), badged);
    assert_int_equal(info(&a), 5 << 12 | 4);
    assert_true(actors_marked_from(&a, 6));
    assert_true(actors_goes_on(&a));
}

static void words_beyond_the_length_stay_as_they_were(void **state)
{
    (void)state;
    actors_start(&b);
    receiving(&b);
    actors_become(&a);
    actors_send(badged, SIM_MESSAGE(0, 10));
    assert_int_equal(info(&b), 1);
    assert_int_equal(actors_register(&b, 2), 10);
    assert_int_equal(actors_register(&b, 3), actors_mark_of(3));
}

static struct sim_message long_message(void)
{
    struct sim_message message = {.label = 9, .length = SIM_WORDS};
    for (unsigned i = 0; i < SIM_WORDS; i++) {
        message.word[i] = 1000 + i;
    }
    return message;
}

static void words_beyond_four_travel_through_the_buffers(void **state)
{
    (void)state;
    actors_start(&b);
    receiving(&b);
    sim_buffer(b.tcb)[BUFFER_MESSAGE + 3] = 333;
    actors_become(&a);
    actors_send(badged, long_message());
    const struct sim_message got = sim_received(b.tcb);
    assert_int_equal(got.label, 9);
    assert_int_equal(got.length, 120);
    for (unsigned i = 0; i < 120; i++) {
        assert_int_equal(got.word[i], 1000 + i);
    }
    // The kernel leaves the buffer's copies of register words alone.
    assert_int_equal(sim_buffer(b.tcb)[BUFFER_MESSAGE + 3], 333);
}

static void a_message_is_cut_to_four_words_if_the_receiver_has_no_buffer(void **state)
{
    (void)state;
    assert_int_equal(sim_call(b.cap, sim_with_cap(SIM_MESSAGE(TCBSetIPCBuffer, 0), b.frame)), 0);
    actors_start(&b);
    receiving(&b);
    actors_become(&a);
    actors_send(badged, long_message());
    assert_int_equal(info(&b), 9 << 12 | 4);
    assert_int_equal(actors_register(&b, 5), 1003);
}

static void a_message_is_cut_to_four_words_if_the_sender_has_no_buffer(void **state)
{
    (void)state;
    assert_int_equal(sim_call(a.cap, sim_with_cap(SIM_MESSAGE(TCBSetIPCBuffer, 0), a.frame)), 0);
    actors_start(&b);
    receiving(&b);
    actors_become(&a);
    actors_send(badged, long_message());
    assert_int_equal(info(&b), 9 << 12 | 4);
}

static void a_read_only_buffer_serves_to_send_but_not_to_receive(void **state)
{
    (void)state;
    const uint64_t frame = actors_mint(a.frame, R, 0);
    assert_int_equal(
        sim_call(a.cap, sim_with_cap(SIM_MESSAGE(TCBSetIPCBuffer, FRESH_IMAGE), frame)), 0);
    uint64_t *words;
    assert_true(thread_buffer(a.tcb, false, &words));
    assert_false(thread_buffer(a.tcb, true, &words));
}

static void a_length_above_120_counts_as_120(void **state)
{
    (void)state;
    actors_start(&b);
    receiving(&b);
    actors_become(&a);
    const struct sim_message message = long_message();
    sim_put(badged, &message);
    a.tcb->context.x[1] = 127;
    sim_trap(seL4_SysSend);
    assert_int_equal(info(&b) & 0x7f, 120);
}

static void a_sender_waits_for_a_receiver(void **state)
{
    (void)state;
    actors_start(&a);
    actors_send(badged, SIM_MESSAGE(5, 10));
    assert_int_equal(a.tcb->state, THREAD_BLOCKED_SEND);
    actors_become(&b);
    actors_recv(endpoint, reply);
    assert_ptr_equal(kernel.current, b.tcb); // an equal waits its turn
    assert_int_equal(actors_register(&b, 0), 77);
    assert_int_equal(info(&b), 5 << 12 | 1);
    assert_true(actors_goes_on(&a));
    assert_true(a.tcb->in_ready);
}

static void senders_queue_by_priority_and_then_in_order(void **state)
{
    (void)state;
    const uint64_t two = actors_mint(endpoint, W, 2);
    const uint64_t three = actors_mint(endpoint, W, 3);
    struct actor d = actors_thread(PRIORITY + 1, SLICE, SLICE);
    thread_suspend(d.tcb);
    actors_start(&a);
    actors_send(badged, sim_empty(0));
    actors_become(&b);
    actors_send(two, sim_empty(0));
    actors_become(&c);
    actors_send(three, sim_empty(0));
    assert_int_equal(c.tcb->state, THREAD_BLOCKED_SEND);
    actors_become(&d);
    const uint64_t expected[] = {3, 77, 2};
    for (unsigned i = 0; i < 3; i++) {
        actors_recv(endpoint, reply);
        assert_int_equal(actors_register(&d, 0), expected[i]);
    }
}

static void a_change_of_priority_sorts_the_queue_again(void **state)
{
    (void)state;
    const uint64_t two = actors_mint(endpoint, W, 2);
    struct actor d = actors_thread(PRIORITY, SLICE, SLICE);
    actors_start(&a);
    actors_send(badged, sim_empty(0));
    actors_become(&b);
    actors_send(two, sim_empty(0));
    actors_become(&d);
    struct sim_message up =
        sim_with_cap(SIM_MESSAGE(TCBSetPriority, PRIORITY + 9), seL4_CapInitThreadTCB);
    assert_int_equal(actors_invoke(b.cap, up), seL4_NoError);
    actors_recv(endpoint, reply);
    assert_int_equal(actors_register(&d, 0), 2);
}

static void a_nonblocking_send_without_a_receiver_is_dropped(void **state)
{
    (void)state;
    actors_start(&a);
    actors_mark(&a);
    actors_nbsend(badged, SIM_MESSAGE(5, 10, 11, 12, 13));
    assert_ptr_equal(kernel.current, a.tcb);
    assert_int_equal(actors_register(&a, 0), badged);
    assert_int_equal(info(&a), 5 << 12 | 4);
    actors_become(&b);
    actors_nbrecv(endpoint, reply);
    assert_int_equal(actors_register(&b, 0), 0);
}

static void polling_an_idle_endpoint_changes_only_the_badge(void **state)
{
    (void)state;
    actors_start(&a);
    actors_mark(&a);
    actors_nbrecv(endpoint, reply);
    assert_int_equal(actors_register(&a, 0), 0);
    a.tcb->context.x[6] = actors_mark_of(6);
    assert_true(actors_marked_from(&a, 1));
    actors_mark(&a);
    actors_nbwait(endpoint);
    assert_int_equal(actors_register(&a, 0), 0);
    assert_true(actors_marked_from(&a, 1));
}

static void a_call_waits_for_its_reply(void **state)
{
    (void)state;
    actors_start(&b);
    receiving(&b);
    actors_become(&a);
    actors_mark(&a);
    actors_call(badged, SIM_MESSAGE(1, 2));
    assert_int_equal(a.tcb->state, THREAD_BLOCKED_REPLY);
    actors_become(&b);
    actors_reply_recv(endpoint, reply, SIM_MESSAGE(8, 21, 22));
    assert_int_equal(b.tcb->state, THREAD_BLOCKED_RECEIVE);
    assert_ptr_equal(kernel.current, a.tcb);
    assert_int_equal(actors_register(&a, 0), 0);
    assert_int_equal(info(&a), 8 << 12 | 2);
    assert_int_equal(actors_register(&a, 2), 21);
    assert_int_equal(actors_register(&a, 3), 22);
    assert_true(actors_marked_from(&a, 4));
    assert_true(actors_goes_on(&a));
}

static void a_call_through_a_capability_without_grant_rights_strands_the_caller(void **state)
{
    (void)state;
    const uint64_t write_only = actors_mint(endpoint, W, 3);
    actors_start(&b);
    receiving(&b);
    actors_become(&a);
    actors_call(write_only, sim_empty(0));
    assert_int_equal(a.tcb->state, THREAD_INACTIVE);
    assert_int_equal(actors_register(&b, 0), 3);
    assert_null(b.tcb->reply);
}

static void a_call_that_is_received_by_wait_strands_the_caller(void **state)
{
    (void)state;
    actors_start(&b);
    actors_wait(endpoint);
    actors_become(&a);
    actors_call(badged, sim_empty(0));
    assert_int_equal(a.tcb->state, THREAD_INACTIVE);
    assert_true(actors_goes_on(&b));
}

static void a_queued_call_is_linked_to_the_reply_object_of_its_receiver(void **state)
{
    (void)state;
    actors_start(&a);
    actors_call(badged, sim_empty(4));
    assert_int_equal(a.tcb->state, THREAD_BLOCKED_SEND);
    actors_become(&b);
    actors_recv(endpoint, reply);
    assert_int_equal(a.tcb->state, THREAD_BLOCKED_REPLY);
    assert_int_equal(info(&b), 4 << 12);
    actors_send(reply, SIM_MESSAGE(6, 1));
    assert_int_equal(info(&a), 6 << 12 | 1);
}

static void sending_without_write_is_an_invalid_capability_and_not_a_fault(void **state)
{
    (void)state;
    const uint64_t read_only = actors_mint(endpoint, R, 0);
    actors_start(&a);
    actors_mark(&a);
    actors_call(read_only, sim_empty(0));
    assert_int_equal(actors_register(&a, 0), 0);
    assert_int_equal(info(&a), seL4_InvalidCapability << 12 | 1);
    assert_int_equal(actors_register(&a, 2), 0);
    assert_true(actors_marked_from(&a, 3));
    actors_mark(&a);
    actors_send(read_only, sim_empty(0));
    assert_int_equal(actors_register(&a, 0), read_only);
    assert_int_equal(info(&a), 0);
    assert_true(actors_marked_from(&a, 2));
    assert_true(actors_goes_on(&a));
}

static void receiving_without_read_is_a_capability_fault(void **state)
{
    (void)state;
    actors_start(&a);
    actors_recv(badged, reply);
    assert_int_equal(a.tcb->state, THREAD_INACTIVE); // there is no handler
}

static void cancelling_a_badge_makes_its_senders_try_again(void **state)
{
    (void)state;
    const uint64_t minted = actors_mint(endpoint, ALL, 5);
    struct actor d = actors_thread(PRIORITY, SLICE, SLICE);
    actors_start(&a);
    actors_send(badged, sim_empty(0));
    actors_become(&b);
    actors_send(minted, sim_empty(0));
    actors_become(&d);
    assert_int_equal(
        actors_invoke(seL4_CapInitThreadCNode, SIM_MESSAGE(CNodeCancelBadgedSends, minted, 64)),
        seL4_NoError);
    assert_int_equal(a.tcb->state, THREAD_BLOCKED_SEND);
    assert_true(actors_retries(&b));
}

static void the_end_of_an_endpoint_makes_those_who_wait_try_again(void **state)
{
    (void)state;
    actors_start(&a);
    actors_send(badged, sim_empty(0));
    actors_become(&b);
    assert_int_equal(sim_revoke(endpoint), seL4_NoError);
    assert_int_equal(a.tcb->state, THREAD_BLOCKED_SEND);
    assert_int_equal(sim_delete(endpoint), seL4_NoError);
    assert_true(actors_retries(&a));
    // Sending to an empty slot: nothing happens, and the thread goes on.
    actors_become(&a);
    sim_trap(seL4_SysSend);
    assert_ptr_equal(kernel.current, a.tcb);
    assert_true(actors_goes_on(&a));
}

static void the_end_of_an_endpoint_frees_the_reply_object_of_a_receiver(void **state)
{
    (void)state;
    actors_start(&b);
    receiving(&b);
    actors_become(&a);
    assert_int_equal(sim_revoke(endpoint), seL4_NoError);
    assert_int_equal(sim_delete(endpoint), seL4_NoError);
    assert_true(actors_retries(&b));
    assert_null(b.tcb->reply);
}

static void a_woken_thread_of_higher_priority_preempts(void **state)
{
    (void)state;
    actors_start(&c);
    receiving(&c);
    actors_become(&a);
    actors_send(badged, sim_empty(0));
    assert_ptr_equal(kernel.current, c.tcb);
    assert_true(a.tcb->in_ready);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_message_of_four_words_arrives_in_registers_and_no_other_changes,
                               fresh),
        cmocka_unit_test_setup(words_beyond_the_length_stay_as_they_were, fresh),
        cmocka_unit_test_setup(words_beyond_four_travel_through_the_buffers, fresh),
        cmocka_unit_test_setup(a_message_is_cut_to_four_words_if_the_receiver_has_no_buffer, fresh),
        cmocka_unit_test_setup(a_message_is_cut_to_four_words_if_the_sender_has_no_buffer, fresh),
        cmocka_unit_test_setup(a_read_only_buffer_serves_to_send_but_not_to_receive, fresh),
        cmocka_unit_test_setup(a_length_above_120_counts_as_120, fresh),
        cmocka_unit_test_setup(a_sender_waits_for_a_receiver, fresh),
        cmocka_unit_test_setup(senders_queue_by_priority_and_then_in_order, fresh),
        cmocka_unit_test_setup(a_change_of_priority_sorts_the_queue_again, fresh),
        cmocka_unit_test_setup(a_nonblocking_send_without_a_receiver_is_dropped, fresh),
        cmocka_unit_test_setup(polling_an_idle_endpoint_changes_only_the_badge, fresh),
        cmocka_unit_test_setup(a_call_waits_for_its_reply, fresh),
        cmocka_unit_test_setup(a_call_through_a_capability_without_grant_rights_strands_the_caller,
                               fresh),
        cmocka_unit_test_setup(a_call_that_is_received_by_wait_strands_the_caller, fresh),
        cmocka_unit_test_setup(a_queued_call_is_linked_to_the_reply_object_of_its_receiver, fresh),
        cmocka_unit_test_setup(sending_without_write_is_an_invalid_capability_and_not_a_fault,
                               fresh),
        cmocka_unit_test_setup(receiving_without_read_is_a_capability_fault, fresh),
        cmocka_unit_test_setup(cancelling_a_badge_makes_its_senders_try_again, fresh),
        cmocka_unit_test_setup(the_end_of_an_endpoint_makes_those_who_wait_try_again, fresh),
        cmocka_unit_test_setup(the_end_of_an_endpoint_frees_the_reply_object_of_a_receiver, fresh),
        cmocka_unit_test_setup(a_woken_thread_of_higher_priority_preempts, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
