// SPDX-License-Identifier: BSD-2-Clause
//
// Notifications: the word, the waiters, the thread and the scheduling context that are bound to
// one.
#include "case.h"

enum {
    ONE = 1,
    TWO = 2,
};

static seL4_Word wait_on(seL4_Word source)
{
    return wait(source).badge;
}

static struct {
    seL4_CPtr reply;
    struct got got;
} order;

static seL4_Word recv_on(seL4_Word source)
{
    order.got = recv(source, order.reply);
    return order.got.badge;
}

static seL4_Word call_on(seL4_Word dest)
{
    return call(dest, 5, NO_WORDS, NO_CAPS).label;
}

static seL4_Word send_on(seL4_Word dest)
{
    send(dest, 5, NO_WORDS, NO_CAPS);
    return 0;
}

static struct thread above(void)
{
    return thread_new(CASE_PRIORITY + 1);
}

static seL4_CPtr badged(seL4_CPtr notification, seL4_Word badge)
{
    return mint_new(notification, RIGHTS_ALL, badge);
}

static void bind(const struct thread *t, seL4_CPtr notification)
{
    EXPECT_SUCCESS(call(t->tcb, TCBBindNotification, NO_WORDS, CAPS(notification)));
}

// --- the word -----------------------------------------------------------------------------------

CASE(signals_are_joined_until_they_are_taken)
{
    seL4_CPtr notification = notification_new();
    signal(badged(notification, ONE));
    signal(badged(notification, TWO));
    EXPECT_EQUAL(nbwait(notification).badge, ONE | TWO);
    EXPECT_EQUAL(nbwait(notification).badge, 0);
}

CASE(a_signal_without_a_badge_wakes_with_0)
{
    seL4_CPtr notification = notification_new();
    signal(notification);
    EXPECT_EQUAL(wait(notification).badge, 0);
    struct thread t = above();
    EXPECT_EQUAL(thread_run(&t, wait_on, notification).label, THREAD_RUNS);
    signal(notification);
    EXPECT_ANSWER(thread_end(&t), THREAD_RETURNED, WORDS(0));
}

CASE(a_waiter_gets_the_badge_of_its_signal)
{
    seL4_CPtr notification = notification_new();
    struct thread t = above();
    EXPECT_EQUAL(thread_run(&t, wait_on, notification).label, THREAD_RUNS);
    signal(badged(notification, TWO));
    EXPECT_ANSWER(thread_end(&t), THREAD_RETURNED, WORDS(TWO));
    EXPECT_EQUAL(nbwait(notification).badge, 0);
}

CASE(a_signal_wakes_one_waiter_the_highest_first)
{
    seL4_CPtr notification = notification_new();
    const seL4_Word above_case[] = {2, 5, 2};
    const seL4_Word expected[] = {1, 0, 2};
    struct thread t[3];
    for (size_t i = 0; i < 3; i++) {
        t[i] = thread_new(CASE_PRIORITY + above_case[i]);
        EXPECT_EQUAL(thread_run(&t[i], wait_on, notification).label, THREAD_RUNS);
    }
    for (size_t i = 0; i < 3; i++) {
        signal(badged(notification, i + 1));
        EXPECT_ANSWER(thread_end(&t[expected[i]]), THREAD_RETURNED, WORDS(i + 1));
    }
}

// --- a bound thread -----------------------------------------------------------------------------

CASE(a_bound_thread_that_receives_is_woken_by_a_signal)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr notification = notification_new();
    struct thread t = above();
    bind(&t, notification);
    order.reply = reply_new();
    EXPECT_EQUAL(thread_run(&t, recv_on, endpoint).label, THREAD_RUNS);
    signal(badged(notification, TWO));
    EXPECT_ANSWER(thread_end(&t), THREAD_RETURNED, WORDS(TWO));
    EXPECT_EQUAL(order.got.info, 0);
    nbsend(endpoint, 1, NO_WORDS, NO_CAPS);
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
}

CASE(a_bound_thread_that_waits_on_an_endpoint_is_woken_as_well)
{
    seL4_CPtr notification = notification_new();
    struct thread t = above();
    bind(&t, notification);
    EXPECT_EQUAL(thread_run(&t, wait_on, endpoint_new()).label, THREAD_RUNS);
    signal(badged(notification, ONE));
    EXPECT_ANSWER(thread_end(&t), THREAD_RETURNED, WORDS(ONE));
}

CASE(a_receive_takes_the_bound_notification_before_a_message)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr notification = notification_new();
    struct thread sender = above();
    thread_start(&sender, send_on, badged(endpoint, 9));
    bind(thread_self(), notification);
    signal(badged(notification, ONE));
    EXPECT_EQUAL(recv(endpoint, reply_new()).badge, ONE);
    EXPECT_EQUAL(recv(endpoint, reply_new()).badge, 9);
    signal(badged(notification, ONE));
    EXPECT_EQUAL(nbwait(endpoint).badge, ONE);
}

static void expect_not_woken(thread_function *run, seL4_CPtr object)
{
    seL4_CPtr notification = notification_new();
    struct thread t = above();
    bind(&t, notification);
    EXPECT_EQUAL(thread_run(&t, run, object).label, THREAD_RUNS);
    signal(badged(notification, ONE));
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
    EXPECT_SUCCESS(call(t.tcb, TCBUnbindNotification, NO_WORDS, NO_CAPS));
    EXPECT_EQUAL(nbwait(notification).badge, ONE);
}

CASE(a_bound_thread_that_sends_calls_or_waits_elsewhere_is_not_woken)
{
    expect_not_woken(send_on, endpoint_new());
    expect_not_woken(call_on, endpoint_new());
    expect_not_woken(wait_on, notification_new());
}

CASE(an_unbound_notification_wakes_nobody)
{
    seL4_CPtr notification = notification_new();
    struct thread t = above();
    bind(&t, notification);
    EXPECT_EQUAL(thread_run(&t, wait_on, endpoint_new()).label, THREAD_RUNS);
    EXPECT_SUCCESS(call(t.tcb, TCBUnbindNotification, NO_WORDS, NO_CAPS));
    signal(badged(notification, ONE));
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
}

CASE(a_bound_notification_may_be_waited_on_by_its_thread)
{
    seL4_CPtr notification = notification_new();
    struct thread t = above();
    bind(&t, notification);
    EXPECT_EQUAL(thread_run(&t, wait_on, notification).label, THREAD_RUNS);
    signal(badged(notification, TWO));
    EXPECT_ANSWER(thread_end(&t), THREAD_RETURNED, WORDS(TWO));
}

// --- a bound scheduling context -----------------------------------------------------------------

// Is the context the thread's? It is taken from it if so.
static bool holds(seL4_CPtr sc, const struct thread *t)
{
    return call(sc, SchedContextUnbindObject, NO_WORDS, CAPS(t->tcb)).label == seL4_NoError;
}

static seL4_CPtr lent_by(seL4_CPtr notification)
{
    seL4_CPtr sc = sched_context_new(5000, 5000, 0);
    EXPECT_SUCCESS(call(sc, SchedContextBind, NO_WORDS, CAPS(notification)));
    return sc;
}

// A thread that waits, and then has no scheduling context.
static struct thread passive_waiter(thread_function *run, seL4_CPtr source)
{
    struct thread t = above();
    EXPECT_EQUAL(thread_run(&t, run, source).label, THREAD_RUNS);
    EXPECT_SUCCESS(call(t.sc, SchedContextUnbind, NO_WORDS, NO_CAPS));
    return t;
}

CASE(a_passive_waiter_runs_on_the_context_of_its_notification)
{
    seL4_CPtr notification = notification_new();
    seL4_CPtr sc = lent_by(notification);
    struct thread t = passive_waiter(wait_on, notification);
    signal(badged(notification, ONE));
    EXPECT_ANSWER(thread_end(&t), THREAD_RETURNED, WORDS(ONE));
    EXPECT(holds(sc, &t));
}

CASE(a_passive_waiter_without_a_lent_context_does_not_run)
{
    seL4_CPtr notification = notification_new();
    struct thread t = passive_waiter(wait_on, notification);
    signal(badged(notification, ONE));
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
    EXPECT_EQUAL(nbwait(notification).badge, 0); // it was woken nonetheless
}

static seL4_Word wait_twice(seL4_Word source)
{
    (void)wait(source);
    return wait(source).badge;
}

CASE(a_lent_context_goes_back_when_its_thread_waits_again)
{
    seL4_CPtr notification = notification_new();
    seL4_CPtr sc = lent_by(notification);
    struct thread t = passive_waiter(wait_twice, notification);
    signal(badged(notification, ONE));
    EXPECT(!holds(sc, &t));
    signal(badged(notification, TWO));
    EXPECT_ANSWER(thread_end(&t), THREAD_RETURNED, WORDS(TWO));
    EXPECT(holds(sc, &t));
}

CASE(an_active_waiter_keeps_its_own_context)
{
    seL4_CPtr notification = notification_new();
    seL4_CPtr sc = lent_by(notification);
    struct thread t = above();
    EXPECT_EQUAL(thread_run(&t, wait_on, notification).label, THREAD_RUNS);
    signal(badged(notification, ONE));
    EXPECT_ANSWER(thread_end(&t), THREAD_RETURNED, WORDS(ONE));
    EXPECT(!holds(sc, &t));
    EXPECT(holds(t.sc, &t));
}

CASE(a_passive_bound_thread_runs_on_the_context_of_its_notification)
{
    seL4_CPtr notification = notification_new();
    seL4_CPtr sc = lent_by(notification);
    struct thread t = passive_waiter(wait_on, endpoint_new());
    bind(&t, notification);
    signal(badged(notification, ONE));
    EXPECT_ANSWER(thread_end(&t), THREAD_RETURNED, WORDS(ONE));
    EXPECT(holds(sc, &t));
}

CASE(a_lent_context_goes_back_when_its_bound_thread_receives_again)
{
    seL4_CPtr notification = notification_new();
    seL4_CPtr sc = lent_by(notification);
    struct thread t = passive_waiter(wait_twice, endpoint_new());
    bind(&t, notification);
    signal(badged(notification, ONE));
    EXPECT(!holds(sc, &t));
    signal(badged(notification, TWO));
    EXPECT_ANSWER(thread_end(&t), THREAD_RETURNED, WORDS(TWO));
    EXPECT(holds(sc, &t));
}

static seL4_Word wait_and_send(seL4_Word source)
{
    (void)wait(source);
    return send_on(endpoint_new());
}

CASE(a_lent_context_stays_with_a_thread_that_waits_to_send)
{
    seL4_CPtr notification = notification_new();
    seL4_CPtr sc = lent_by(notification);
    struct thread t = passive_waiter(wait_and_send, notification);
    signal(badged(notification, ONE));
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
    EXPECT(holds(sc, &t));
}

static seL4_Word wait_elsewhere(seL4_Word source)
{
    (void)wait(source);
    return wait(notification_new()).badge;
}

CASE(a_lent_context_stays_with_a_thread_that_waits_elsewhere)
{
    seL4_CPtr notification = notification_new();
    seL4_CPtr sc = lent_by(notification);
    struct thread t = passive_waiter(wait_elsewhere, notification);
    signal(badged(notification, ONE));
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
    EXPECT(holds(sc, &t));
}
