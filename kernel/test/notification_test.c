// SPDX-License-Identifier: BSD-2-Clause
//
// Notifications: signals, waiting, binding, lent scheduling contexts (seL4 ABI §9.4, §9.5).
#include "actors.h"
#include "fresh.h"

#include "kernel/notification.h"
#include "kernel/sched_context.h"
#include "kernel/tcb.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { PRIORITY = 100, SLICE = 5000, W = 1, R = 2, ALL = 15 };

static uint64_t notification;
static uint64_t one; // W, badge 1
static uint64_t two; // W, badge 2
static uint64_t endpoint;
static uint64_t reply;
static struct actor a;
static struct actor b;
static struct actor c;

static int fresh(void **state)
{
    (void)state;
    actors_begin();
    notification = actors_notification();
    one = actors_mint(notification, W, 1);
    two = actors_mint(notification, W, 2);
    endpoint = actors_endpoint();
    reply = actors_reply();
    a = actors_thread(PRIORITY, SLICE, SLICE);
    b = actors_thread(PRIORITY, SLICE, SLICE);
    c = actors_thread(PRIORITY + 1, SLICE, SLICE);
    thread_suspend(c.tcb);
    return 0;
}

static uint64_t bind(const struct actor *actor)
{
    return sim_call(actor->cap, sim_with_cap(sim_empty(TCBBindNotification), notification));
}

static void signals_add_up_until_someone_waits(void **state)
{
    (void)state;
    actors_start(&a);
    actors_mark(&a);
    actors_send(one, sim_empty(0));
    assert_int_equal(actors_register(&a, 0), one);
    assert_true(actors_marked_from(&a, 2));
    actors_send(two, sim_empty(0));
    actors_become(&b);
    actors_mark(&b);
    actors_wait(notification);
    assert_int_equal(actors_register(&b, 0), 3);
    assert_true(actors_marked_from(&b, 1));
    actors_mark(&b);
    actors_nbwait(notification);
    assert_int_equal(actors_register(&b, 0), 0);
    assert_true(actors_marked_from(&b, 1));
}

static void a_waiter_gets_the_badge_and_nothing_else_changes(void **state)
{
    (void)state;
    actors_start(&b);
    actors_mark(&b);
    actors_wait(notification);
    assert_int_equal(b.tcb->state, THREAD_BLOCKED_NOTIFICATION);
    actors_become(&a);
    actors_send(two, SIM_MESSAGE(7, 1, 2, 3));
    assert_ptr_equal(kernel.current, a.tcb);
    assert_int_equal(actors_register(&b, 0), 2);
    assert_true(actors_marked_from(&b, 1));
    assert_true(actors_goes_on(&b));
    actors_nbwait(notification);
    assert_int_equal(actors_register(&a, 0), 0); // the word was not left behind
}

static void recv_on_a_notification_ignores_the_reply_register(void **state)
{
    (void)state;
    actors_start(&a);
    actors_send(one, sim_empty(0));
    a.tcb->context.x[6] = 12345;
    a.tcb->context.x[0] = notification;
    sim_trap(seL4_SysRecv);
    assert_int_equal(actors_register(&a, 0), 1);
}

static void a_signal_with_badge_0_wakes_with_word_0(void **state)
{
    (void)state;
    actors_start(&a);
    actors_send(notification, sim_empty(0));
    actors_mark(&a);
    actors_wait(notification);
    assert_ptr_equal(kernel.current, a.tcb);
    assert_int_equal(actors_register(&a, 0), 0);
    assert_true(actors_marked_from(&a, 1));
}

static void a_call_on_a_notification_succeeds_without_result(void **state)
{
    (void)state;
    actors_start(&a);
    actors_mark(&a);
    actors_call(one, SIM_MESSAGE(9, 1));
    assert_int_equal(actors_register(&a, 0), 0);
    assert_int_equal(actors_register(&a, 1), 0);
    assert_int_equal(actors_register(&a, 2), 1);
    assert_true(actors_marked_from(&a, 3));
}

static void signalling_without_write_is_an_invalid_capability(void **state)
{
    (void)state;
    const uint64_t read_only = actors_mint(notification, R, 0);
    actors_start(&a);
    actors_call(read_only, sim_empty(0));
    assert_int_equal(actors_register(&a, 1), seL4_InvalidCapability << 12 | 1);
    assert_int_equal(actors_register(&a, 2), 0);
}

static void waiters_are_served_by_priority(void **state)
{
    (void)state;
    actors_start(&a);
    actors_wait(notification);
    actors_become(&c);
    actors_wait(notification);
    actors_become(&b);
    actors_send(one, sim_empty(0));
    assert_ptr_equal(kernel.current, c.tcb);
    assert_int_equal(a.tcb->state, THREAD_BLOCKED_NOTIFICATION);
}

static void a_bound_thread_hears_of_it_while_it_receives_on_an_endpoint(void **state)
{
    (void)state;
    assert_int_equal(bind(&a), seL4_NoError);
    actors_start(&a);
    actors_mark(&a);
    actors_recv(endpoint, reply);
    actors_become(&b);
    actors_send(two, sim_empty(0));
    assert_int_equal(actors_register(&a, 0), 2);
    a.tcb->context.x[6] = actors_mark_of(6);
    assert_true(actors_marked_from(&a, 1));
    assert_true(actors_goes_on(&a));
    assert_null(a.tcb->reply);
}

static void a_signal_that_was_there_before_the_binding_is_not_taken_by_the_next(void **state)
{
    (void)state;
    actors_start(&a);
    actors_recv(endpoint, reply);
    actors_become(&b);
    actors_send(one, sim_empty(0));
    assert_int_equal(bind(&a), seL4_NoError);
    actors_send(two, sim_empty(0));
    assert_int_equal(a.tcb->state, THREAD_BLOCKED_RECEIVE);
    assert_int_equal(a.tcb->notification->word, 3);
}

static void an_active_bound_notification_comes_before_the_endpoint(void **state)
{
    (void)state;
    const uint64_t badged = actors_mint(endpoint, W, 50);
    assert_int_equal(bind(&a), seL4_NoError);
    actors_start(&b);
    actors_send(one, sim_empty(0));
    actors_send(badged, sim_empty(0));
    actors_become(&a);
    actors_recv(endpoint, reply);
    assert_int_equal(actors_register(&a, 0), 1);
    actors_recv(endpoint, reply);
    assert_int_equal(actors_register(&a, 0), 50);
}

static void a_bound_thread_that_sends_is_not_disturbed(void **state)
{
    (void)state;
    assert_int_equal(bind(&a), seL4_NoError);
    actors_start(&a);
    actors_send(endpoint, sim_empty(0));
    assert_int_equal(a.tcb->state, THREAD_BLOCKED_SEND);
    actors_become(&b);
    actors_send(one, sim_empty(0));
    assert_int_equal(a.tcb->state, THREAD_BLOCKED_SEND);
}

static void only_the_bound_thread_may_wait(void **state)
{
    (void)state;
    assert_int_equal(bind(&a), seL4_NoError);
    actors_start(&b);
    actors_wait(notification);
    assert_int_equal(b.tcb->state, THREAD_INACTIVE); // a fault without a handler
    actors_become(&a);
    actors_wait(notification);
    assert_int_equal(a.tcb->state, THREAD_BLOCKED_NOTIFICATION);
}

static void binding_refuses_what_is_bound_waited_for_or_unreadable(void **state)
{
    (void)state;
    const struct sim_message unbind = sim_empty(TCBUnbindNotification);
    assert_int_equal(sim_call(a.cap, sim_empty(TCBBindNotification)), seL4_TruncatedMessage);
    assert_int_equal(sim_call(a.cap, sim_with_cap(sim_empty(TCBBindNotification), endpoint)),
                     seL4_IllegalOperation);
    assert_int_equal(sim_call(a.cap, sim_with_cap(sim_empty(TCBBindNotification), one)),
                     seL4_IllegalOperation);
    assert_int_equal(sim_call(a.cap, unbind), seL4_IllegalOperation);
    assert_int_equal(bind(&a), seL4_NoError);
    assert_int_equal(bind(&a), seL4_IllegalOperation);
    assert_int_equal(bind(&b), seL4_IllegalOperation);
    assert_int_equal(sim_call(a.cap, unbind), seL4_NoError);
    assert_int_equal(bind(&b), seL4_NoError);
    assert_int_equal(sim_call(b.cap, unbind), seL4_NoError);
    actors_start(&b);
    actors_wait(notification);
    actors_become(&a);
    assert_int_equal(bind(&a), seL4_IllegalOperation);
}

static void the_end_of_a_notification_makes_waiters_try_again(void **state)
{
    (void)state;
    actors_start(&b);
    actors_wait(notification);
    actors_become(&a);
    assert_int_equal(sim_revoke(notification), seL4_NoError);
    assert_int_equal(sim_delete(notification), seL4_NoError);
    assert_true(actors_retries(&b));
}

static void the_end_of_a_notification_unbinds_it(void **state)
{
    (void)state;
    assert_int_equal(bind(&a), seL4_NoError);
    assert_int_equal(sim_call(b.context, sim_empty(SchedContextUnbind)), seL4_NoError);
    assert_int_equal(sim_call(b.context, sim_with_cap(sim_empty(SchedContextBind), notification)),
                     seL4_NoError);
    assert_int_equal(sim_revoke(notification), seL4_NoError);
    assert_int_equal(sim_delete(notification), seL4_NoError);
    assert_null(a.tcb->notification);
    assert_null(sched_context_of(fresh_slot(b.context)->cap)->notification);
}

// A passive waiter: it runs on the notification's context from the signal until it waits again.
static void a_notification_lends_its_context_and_gets_it_back(void **state)
{
    (void)state;
    struct sched_context *context = sched_context_of(fresh_slot(b.context)->cap);
    actors_start(&b);
    actors_wait(notification);
    actors_become(&a);
    assert_int_equal(actors_invoke(b.context, sim_empty(SchedContextUnbind)), seL4_NoError);
    assert_int_equal(
        actors_invoke(b.context, sim_with_cap(sim_empty(SchedContextBind), notification)),
        seL4_NoError);
    assert_null(b.tcb->sched_context);
    actors_send(one, sim_empty(0));
    assert_ptr_equal(b.tcb->sched_context, context);
    actors_become(&b);
    actors_wait(notification);
    assert_null(b.tcb->sched_context);
    assert_null(context->tcb);
    assert_ptr_equal(kernel.current, a.tcb);
}

static void a_passive_waiter_without_a_lent_context_does_not_run(void **state)
{
    (void)state;
    actors_start(&b);
    actors_wait(notification);
    actors_become(&a);
    assert_int_equal(actors_invoke(b.context, sim_empty(SchedContextUnbind)), seL4_NoError);
    actors_send(two, sim_empty(0));
    assert_int_equal(b.tcb->state, THREAD_RUNNING);
    assert_int_equal(actors_register(&b, 0), 2);
    assert_false(b.tcb->in_ready);
    // It goes on as soon as it has a context.
    assert_int_equal(actors_invoke(b.context, sim_with_cap(sim_empty(SchedContextBind), b.cap)),
                     seL4_NoError);
    assert_true(b.tcb->in_ready);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(signals_add_up_until_someone_waits, fresh),
        cmocka_unit_test_setup(a_waiter_gets_the_badge_and_nothing_else_changes, fresh),
        cmocka_unit_test_setup(recv_on_a_notification_ignores_the_reply_register, fresh),
        cmocka_unit_test_setup(a_signal_with_badge_0_wakes_with_word_0, fresh),
        cmocka_unit_test_setup(a_call_on_a_notification_succeeds_without_result, fresh),
        cmocka_unit_test_setup(signalling_without_write_is_an_invalid_capability, fresh),
        cmocka_unit_test_setup(waiters_are_served_by_priority, fresh),
        cmocka_unit_test_setup(a_bound_thread_hears_of_it_while_it_receives_on_an_endpoint, fresh),
        cmocka_unit_test_setup(a_signal_that_was_there_before_the_binding_is_not_taken_by_the_next,
                               fresh),
        cmocka_unit_test_setup(an_active_bound_notification_comes_before_the_endpoint, fresh),
        cmocka_unit_test_setup(a_bound_thread_that_sends_is_not_disturbed, fresh),
        cmocka_unit_test_setup(only_the_bound_thread_may_wait, fresh),
        cmocka_unit_test_setup(binding_refuses_what_is_bound_waited_for_or_unreadable, fresh),
        cmocka_unit_test_setup(the_end_of_a_notification_makes_waiters_try_again, fresh),
        cmocka_unit_test_setup(the_end_of_a_notification_unbinds_it, fresh),
        cmocka_unit_test_setup(a_notification_lends_its_context_and_gets_it_back, fresh),
        cmocka_unit_test_setup(a_passive_waiter_without_a_lent_context_does_not_run, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
