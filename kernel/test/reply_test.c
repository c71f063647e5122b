// SPDX-License-Identifier: BSD-2-Clause
//
// Replies, and the scheduling context that travels along a chain of calls (seL4 ABI §9.3, §9.4).
//
//   t1 --calls--> t2 --calls--> t3       all on t1's context
//             reply 2       reply 3
#include "actors.h"
#include "fresh.h"

#include "kernel/reply.h"
#include "kernel/sched_context.h"
#include "kernel/tcb.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { PRIORITY = 100, SLICE = 5000, W = 1, GR = 8 };

static uint64_t endpoint2;
static uint64_t endpoint3;
static uint64_t reply2;
static uint64_t reply3;
static struct actor t1;
static struct actor t2;
static struct actor t3;
static struct actor master; // does to the others what a test is about
static struct sched_context *context;

static int fresh(void **state)
{
    (void)state;
    actors_begin();
    endpoint2 = actors_endpoint();
    endpoint3 = actors_endpoint();
    reply2 = actors_reply();
    reply3 = actors_reply();
    t1 = actors_thread(PRIORITY, SLICE, SLICE);
    t2 = actors_thread(PRIORITY, SLICE, SLICE);
    t3 = actors_thread(PRIORITY, SLICE, SLICE);
    master = actors_thread(PRIORITY, SLICE, SLICE);
    context = t1.tcb->sched_context;
    return 0;
}

static void make_passive(const struct actor *actor)
{
    actors_become(&master);
    assert_int_equal(actors_invoke(actor->context, sim_empty(SchedContextUnbind)), seL4_NoError);
    assert_null(actor->tcb->sched_context);
}

// t1 and t2 wait for answers, t3 runs on t1's context.
static void chain(void)
{
    actors_start(&t2);
    actors_recv(endpoint2, reply2);
    actors_become(&t3);
    actors_recv(endpoint3, reply3);
    make_passive(&t2);
    make_passive(&t3);
    actors_become(&t1);
    actors_call(endpoint2, SIM_MESSAGE(1, 1));
    assert_ptr_equal(kernel.current, t2.tcb);
    assert_ptr_equal(context->tcb, t2.tcb);
    actors_call(endpoint3, SIM_MESSAGE(2, 2));
    assert_ptr_equal(kernel.current, t3.tcb);
    assert_ptr_equal(context->tcb, t3.tcb);
    assert_ptr_equal(kernel.context, context);
}

static void normal_replies_carry_the_context_back(void **state)
{
    (void)state;
    chain();
    actors_send(reply3, SIM_MESSAGE(3, 33));
    assert_ptr_equal(kernel.current, t2.tcb);
    assert_ptr_equal(context->tcb, t2.tcb);
    assert_int_equal(actors_register(&t2, 2), 33);
    assert_int_equal(t3.tcb->state, THREAD_RUNNING);
    actors_send(reply2, SIM_MESSAGE(4, 44));
    assert_ptr_equal(kernel.current, t1.tcb);
    assert_ptr_equal(context->tcb, t1.tcb);
    assert_int_equal(actors_register(&t1, 1), 4 << 12 | 1);
    assert_int_equal(actors_register(&t1, 2), 44);
    assert_null(context->reply);
}

static void without_the_lower_reply_object_the_context_stays_with_the_middle(void **state)
{
    (void)state;
    chain();
    actors_become(&master);
    assert_int_equal(sim_delete(reply2), seL4_NoError);
    assert_ptr_equal(context->tcb, t3.tcb);
    assert_int_equal(t1.tcb->state, THREAD_INACTIVE);
    actors_become(&t3);
    actors_send(reply3, SIM_MESSAGE(0, 5));
    assert_ptr_equal(context->tcb, t2.tcb);
    assert_int_equal(actors_register(&t2, 2), 5);
    actors_become(&t2);
    actors_send(reply2, sim_empty(0)); // the slot is empty: nothing happens
    assert_ptr_equal(context->tcb, t2.tcb);
    assert_int_equal(t1.tcb->state, THREAD_INACTIVE);
}

static void without_the_top_reply_object_the_context_goes_back_at_once(void **state)
{
    (void)state;
    chain();
    actors_become(&master);
    assert_int_equal(sim_delete(reply3), seL4_NoError);
    assert_ptr_equal(context->tcb, t2.tcb);
    assert_int_equal(t2.tcb->state, THREAD_INACTIVE);
    assert_int_equal(t1.tcb->state, THREAD_BLOCKED_REPLY);
    assert_null(t3.tcb->sched_context);
    assert_int_equal(t3.tcb->state, THREAD_RUNNING);
}

static void without_both_reply_objects_the_middle_has_the_context(void **state)
{
    (void)state;
    chain();
    actors_become(&master);
    assert_int_equal(sim_delete(reply2), seL4_NoError);
    assert_int_equal(sim_delete(reply3), seL4_NoError);
    assert_ptr_equal(context->tcb, t2.tcb);
    assert_int_equal(t1.tcb->state, THREAD_INACTIVE);
    assert_int_equal(t2.tcb->state, THREAD_INACTIVE);
}

static void a_suspended_middle_leaves_the_context_with_the_last(void **state)
{
    (void)state;
    chain();
    actors_become(&master);
    assert_int_equal(actors_invoke(t2.cap, sim_empty(TCBSuspend)), seL4_NoError);
    assert_ptr_equal(context->tcb, t3.tcb);
    actors_become(&t3);
    actors_send(reply3, SIM_MESSAGE(0, 5));
    assert_ptr_equal(kernel.current, t3.tcb);
    assert_ptr_equal(context->tcb, t3.tcb);
    assert_int_equal(t2.tcb->state, THREAD_INACTIVE);
    assert_int_equal(t1.tcb->state, THREAD_BLOCKED_REPLY);
}

static void a_suspended_first_caller_leaves_the_context_with_the_middle(void **state)
{
    (void)state;
    chain();
    actors_become(&master);
    assert_int_equal(actors_invoke(t1.cap, sim_empty(TCBSuspend)), seL4_NoError);
    assert_ptr_equal(context->tcb, t3.tcb);
    actors_become(&t3);
    actors_send(reply3, sim_empty(0));
    assert_ptr_equal(context->tcb, t2.tcb);
    actors_become(&t2);
    actors_send(reply2, sim_empty(0));
    assert_ptr_equal(context->tcb, t2.tcb);
    assert_int_equal(t1.tcb->state, THREAD_INACTIVE);
}

static void a_suspended_holder_keeps_the_context(void **state)
{
    (void)state;
    chain();
    actors_become(&master);
    assert_int_equal(actors_invoke(t3.cap, sim_empty(TCBSuspend)), seL4_NoError);
    assert_ptr_equal(context->tcb, t3.tcb);
    assert_int_equal(t1.tcb->state, THREAD_BLOCKED_REPLY);
    assert_int_equal(t2.tcb->state, THREAD_BLOCKED_REPLY);
    // Another may answer for it: the chain is whole.
    actors_send(reply3, SIM_MESSAGE(0, 9));
    assert_ptr_equal(context->tcb, t2.tcb);
    assert_int_equal(actors_register(&t2, 2), 9);
}

static void a_context_that_disappears_leaves_the_calls_to_be_answered(void **state)
{
    (void)state;
    chain();
    actors_become(&master);
    assert_int_equal(sim_delete(t1.context), seL4_NoError);
    assert_null(t3.tcb->sched_context);
    actors_send(reply3, SIM_MESSAGE(0, 9));
    assert_int_equal(t2.tcb->state, THREAD_RUNNING);
    actors_send(reply2, SIM_MESSAGE(0, 9));
    assert_int_equal(t1.tcb->state, THREAD_RUNNING);
}

static void unbinding_the_context_takes_it_from_the_chain(void **state)
{
    (void)state;
    chain();
    actors_become(&master);
    assert_int_equal(actors_invoke(t1.context, sim_empty(SchedContextUnbind)), seL4_NoError);
    assert_null(context->reply);
    assert_null(context->tcb);
    actors_send(reply3, sim_empty(0));
    assert_null(t2.tcb->sched_context);
    assert_int_equal(t2.tcb->state, THREAD_RUNNING);
}

static void an_idle_reply_object_accepts_anything_and_does_nothing(void **state)
{
    (void)state;
    actors_start(&t1);
    actors_mark(&t1);
    actors_call(reply2, SIM_MESSAGE(3, 1));
    assert_int_equal(actors_register(&t1, 0), 0);
    assert_int_equal(actors_register(&t1, 1), 0);
    assert_true(actors_marked_from(&t1, 3));
}

static void a_reply_object_that_waits_ignores_answers(void **state)
{
    (void)state;
    actors_start(&t2);
    actors_recv(endpoint2, reply2);
    actors_become(&t1);
    actors_send(reply2, SIM_MESSAGE(3, 1));
    assert_ptr_equal(kernel.current, t1.tcb);
    assert_int_equal(t2.tcb->state, THREAD_BLOCKED_RECEIVE);
}

static void a_reply_is_good_once(void **state)
{
    (void)state;
    chain();
    actors_send(reply3, SIM_MESSAGE(0, 1));
    actors_become(&master);
    t2.tcb->context.x[2] = 7;
    actors_send(reply3, SIM_MESSAGE(0, 2));
    assert_int_equal(actors_register(&t2, 2), 7);
}

static void receiving_with_a_reply_object_that_another_waits_with_cancels_the_other(void **state)
{
    (void)state;
    actors_start(&t2);
    actors_recv(endpoint2, reply2);
    actors_become(&t3);
    actors_recv(endpoint3, reply2);
    assert_int_equal(t2.tcb->state, THREAD_INACTIVE);
    assert_int_equal(t3.tcb->state, THREAD_BLOCKED_RECEIVE);
    assert_ptr_equal(t3.tcb->reply->tcb, t3.tcb);
}

static void receiving_with_a_reply_object_that_owes_an_answer_cancels_the_caller(void **state)
{
    (void)state;
    actors_start(&t2);
    actors_recv(endpoint2, reply2);
    actors_become(&t1);
    actors_call(endpoint2, sim_empty(0));
    assert_int_equal(t1.tcb->state, THREAD_BLOCKED_REPLY);
    actors_become(&t2);
    actors_recv(endpoint2, reply2);
    assert_int_equal(t1.tcb->state, THREAD_INACTIVE);
}

static void deleting_the_reply_object_of_a_receiver_stops_it(void **state)
{
    (void)state;
    actors_start(&t2);
    actors_recv(endpoint2, reply2);
    actors_become(&master);
    assert_int_equal(sim_delete(reply2), seL4_NoError);
    assert_int_equal(t2.tcb->state, THREAD_INACTIVE);
    assert_null(t2.tcb->reply);
}

static void a_server_with_a_context_of_its_own_leaves_the_callers_alone(void **state)
{
    (void)state;
    actors_start(&t2);
    actors_recv(endpoint2, reply2);
    actors_become(&t1);
    actors_call(endpoint2, sim_empty(0));
    assert_ptr_equal(context->tcb, t1.tcb);
    assert_null(context->reply);
    actors_become(&t2);
    actors_send(reply2, sim_empty(0));
    assert_ptr_equal(context->tcb, t1.tcb);
    assert_int_equal(t1.tcb->state, THREAD_RUNNING);
}

// How a server becomes passive: it says so and waits, in one system call.
static void nbsend_recv_lends_the_context_for_good(void **state)
{
    (void)state;
    actors_start(&t2);
    actors_recv(endpoint2, reply2);
    make_passive(&t2);
    actors_become(&t1);
    actors_nbsend_recv(endpoint2, endpoint3, reply3, SIM_MESSAGE(0, 1));
    assert_int_equal(t1.tcb->state, THREAD_BLOCKED_RECEIVE);
    assert_ptr_equal(context->tcb, t2.tcb);
    assert_null(context->reply);
    assert_ptr_equal(kernel.current, t2.tcb);
}

static void a_plain_send_to_a_passive_receiver_lends_nothing(void **state)
{
    (void)state;
    actors_start(&t2);
    actors_recv(endpoint2, reply2);
    make_passive(&t2);
    actors_become(&t1);
    actors_send(endpoint2, SIM_MESSAGE(0, 6));
    assert_ptr_equal(context->tcb, t1.tcb);
    assert_int_equal(t2.tcb->state, THREAD_RUNNING);
    assert_int_equal(actors_register(&t2, 2), 6);
    assert_ptr_equal(kernel.current, t1.tcb);
}

static void reply_recv_answers_and_takes_the_next_call(void **state)
{
    (void)state;
    actors_start(&t2);
    actors_recv(endpoint2, reply2);
    make_passive(&t2);
    actors_become(&t1);
    actors_call(endpoint2, SIM_MESSAGE(0, 1));
    actors_become(&t3);
    actors_call(endpoint2, SIM_MESSAGE(0, 2)); // queues: t2 is busy with t1
    assert_int_equal(t3.tcb->state, THREAD_BLOCKED_SEND);
    actors_become(&t2);
    actors_reply_recv(endpoint2, reply2, SIM_MESSAGE(0, 3));
    assert_ptr_equal(context->tcb, t1.tcb);
    assert_int_equal(t1.tcb->state, THREAD_RUNNING);
    assert_int_equal(actors_register(&t1, 2), 3);
    assert_int_equal(t3.tcb->state, THREAD_BLOCKED_REPLY);
    assert_ptr_equal(t2.tcb->sched_context, sched_context_of(fresh_slot(t3.context)->cap));
    assert_int_equal(actors_register(&t2, 2), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(normal_replies_carry_the_context_back, fresh),
        cmocka_unit_test_setup(without_the_lower_reply_object_the_context_stays_with_the_middle,
                               fresh),
        cmocka_unit_test_setup(without_the_top_reply_object_the_context_goes_back_at_once, fresh),
        cmocka_unit_test_setup(without_both_reply_objects_the_middle_has_the_context, fresh),
        cmocka_unit_test_setup(a_suspended_middle_leaves_the_context_with_the_last, fresh),
        cmocka_unit_test_setup(a_suspended_first_caller_leaves_the_context_with_the_middle, fresh),
        cmocka_unit_test_setup(a_suspended_holder_keeps_the_context, fresh),
        cmocka_unit_test_setup(a_context_that_disappears_leaves_the_calls_to_be_answered, fresh),
        cmocka_unit_test_setup(unbinding_the_context_takes_it_from_the_chain, fresh),
        cmocka_unit_test_setup(an_idle_reply_object_accepts_anything_and_does_nothing, fresh),
        cmocka_unit_test_setup(a_reply_object_that_waits_ignores_answers, fresh),
        cmocka_unit_test_setup(a_reply_is_good_once, fresh),
        cmocka_unit_test_setup(
            receiving_with_a_reply_object_that_another_waits_with_cancels_the_other, fresh),
        cmocka_unit_test_setup(receiving_with_a_reply_object_that_owes_an_answer_cancels_the_caller,
                               fresh),
        cmocka_unit_test_setup(deleting_the_reply_object_of_a_receiver_stops_it, fresh),
        cmocka_unit_test_setup(a_server_with_a_context_of_its_own_leaves_the_callers_alone, fresh),
        cmocka_unit_test_setup(nbsend_recv_lends_the_context_for_good, fresh),
        cmocka_unit_test_setup(a_plain_send_to_a_passive_receiver_lends_nothing, fresh),
        cmocka_unit_test_setup(reply_recv_answers_and_takes_the_next_call, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
