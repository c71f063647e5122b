// SPDX-License-Identifier: BSD-2-Clause
//
// SchedContext_YieldTo: who runs then, and when and with what the caller's answer comes. Refusals
// are in sched_context.c.
#include "budget.h"

static struct got yield_to(seL4_CPtr sc)
{
    return call(sc, SchedContextYieldTo, NO_WORDS, NO_CAPS);
}

static seL4_Word count_once(seL4_Word ignored)
{
    counter++;
    return ignored;
}

CASE(yield_to_runs_a_thread_of_the_same_priority_first)
{
    struct thread other = thread_new(CASE_PRIORITY);
    struct thread t = thread_new(CASE_PRIORITY);
    stop = false;
    counter = 0;
    thread_start(&other, spin, 0);
    thread_start(&t, count_once, 0);
    struct got g = yield_to(t.sc);
    EXPECT_EQUAL(g.label, seL4_NoError);
    EXPECT_EQUAL(g.length, 1);
    EXPECT_EQUAL(counter, 1);
    stop = true;
}

CASE(yield_to_a_lower_thread_returns_at_once)
{
    struct thread t = thread_new(CASE_PRIORITY - 1);
    counter = 0;
    thread_start(&t, count_once, 0);
    EXPECT_RESULT(yield_to(t.sc), WORDS(0));
    EXPECT_EQUAL(counter, 0);
}

CASE(yield_to_puts_a_lower_thread_before_its_peers)
{
    struct thread a = thread_new(CASE_PRIORITY - 1);
    struct thread b = thread_new(CASE_PRIORITY - 1);
    stop = false;
    counter = 0;
    thread_start(&a, count_once, 0);
    thread_start(&b, spin, 0); // in front of a, for ever
    EXPECT_RESULT(yield_to(a.sc), WORDS(0));
    EXPECT_ANSWER(recv(a.end, thread_reply_object()), THREAD_RETURNED, WORDS(0));
    EXPECT_EQUAL(counter, 1);
    stop = true;
}

CASE(yield_to_a_blocked_thread_returns_at_once)
{
    struct thread t = thread_new(CASE_PRIORITY);
    thread_start(&t, call_empty, endpoint_new());
    yield();
    (void)consumed(t.sc);
    EXPECT_RESULT(yield_to(t.sc), WORDS(0));
}

CASE(yield_to_a_thread_that_waits_for_its_refill_returns_at_once)
{
    struct thread t = limited(CASE_PRIORITY);
    thread_start(&t, spin, 0);
    spend(PERIOD / 2);
    struct got g = yield_to(t.sc);
    EXPECT_EQUAL(g.label, seL4_NoError);
    EXPECT(g.mr[0] > BUDGET / 2 && g.mr[0] < 2 * BUDGET);
    EXPECT_RESULT(yield_to(t.sc), WORDS(0));
    stop = true;
}

CASE(yield_to_comes_back_when_the_budget_is_used_up)
{
    struct thread t = limited(CASE_PRIORITY);
    thread_start(&t, spin, 0);
    struct got g = yield_to(t.sc);
    EXPECT_EQUAL(g.label, seL4_NoError);
    EXPECT(counter > 0);
    EXPECT(g.mr[0] > BUDGET / 2 && g.mr[0] < 2 * BUDGET);
    stop = true;
}

CASE(yield_to_without_a_call_runs_the_thread_first_as_well)
{
    struct thread other = thread_new(CASE_PRIORITY);
    struct thread t = thread_new(CASE_PRIORITY);
    stop = false;
    counter = 0;
    thread_start(&other, spin, 0);
    thread_start(&t, count_once, 0);
    send(t.sc, SchedContextYieldTo, NO_WORDS, NO_CAPS);
    EXPECT_EQUAL(counter, 1);
    stop = true;
}

// --- while the caller waits for its answer ------------------------------------------------------

// The thread that is yielded to lets `upper`, above it, do something to the two, and then counts
// on.
static struct {
    struct thread upper;
    struct thread lower;
    seL4_CPtr up;
    struct got upper_got;
    void (*meddle)(void);
    volatile seL4_Word done_before; // by `lower` when the other was done
} pair;

static seL4_Word be_upper(seL4_Word ignored)
{
    (void)wait(pair.up);
    pair.meddle();
    pair.done_before = counter;
    return ignored;
}

static seL4_Word be_lower(seL4_Word ignored)
{
    counter = 1;
    signal(pair.up);
    counter = 2;
    return ignored;
}

static struct got yield_and(void (*meddle)(void))
{
    struct thread peer = thread_new(CASE_PRIORITY);
    pair.up = notification_new();
    pair.meddle = meddle;
    pair.upper = thread_new(CASE_PRIORITY + 1);
    pair.lower = thread_new(CASE_PRIORITY);
    thread_start(&pair.upper, be_upper, 0);
    stop = false;
    thread_start(&peer, spin, 0);
    thread_start(&pair.lower, be_lower, 0);
    counter = 0;
    struct got g = yield_to(pair.lower.sc);
    stop = true;
    return g;
}

static void do_nothing(void)
{
}

CASE(a_thread_above_comes_between_and_the_one_yielded_to_goes_on)
{
    struct got g = yield_and(do_nothing);
    EXPECT_EQUAL(pair.done_before, 1);
    EXPECT_EQUAL(counter, 2);
    EXPECT_EQUAL(g.label, seL4_NoError);
    EXPECT_EQUAL(g.length, 1);
}

static void yield_too(void)
{
    pair.upper_got = yield_to(pair.lower.sc);
}

CASE(another_yield_to_completes_the_first)
{
    struct got g = yield_and(yield_too);
    EXPECT_EQUAL(pair.done_before, 1);
    EXPECT_EQUAL(counter, 2);
    EXPECT_EQUAL(g.label, seL4_NoError);
    EXPECT_EQUAL(g.length, 1);
    EXPECT_RESULT(pair.upper_got, WORDS(0)); // the first caller was told
}

static void suspend_lower(void)
{
    EXPECT_SUCCESS(call(pair.lower.tcb, TCBSuspend, NO_WORDS, NO_CAPS));
}

CASE(suspending_the_thread_answers_the_caller)
{
    struct got g = yield_and(suspend_lower);
    EXPECT_EQUAL(pair.done_before, 1);
    EXPECT_EQUAL(counter, 1);
    EXPECT_EQUAL(g.label, seL4_NoError);
    EXPECT_EQUAL(g.length, 1);
}

static void delete_context(void)
{
    EXPECT_SUCCESS(delete (pair.lower.sc));
}

CASE(deleting_the_context_answers_the_caller)
{
    struct got g = yield_and(delete_context);
    EXPECT_EQUAL(counter, 1);
    EXPECT_EQUAL(g.label, seL4_NoError);
    EXPECT_EQUAL(g.length, 1);
}

static void unbind_context(void)
{
    EXPECT_SUCCESS(call(pair.lower.sc, SchedContextUnbind, NO_WORDS, NO_CAPS));
}

CASE(unbinding_the_context_answers_the_caller)
{
    struct got g = yield_and(unbind_context);
    EXPECT_EQUAL(counter, 1);
    EXPECT_EQUAL(g.label, seL4_NoError);
    EXPECT_EQUAL(g.length, 1);
}

static void delete_thread(void)
{
    EXPECT_SUCCESS(delete (pair.lower.tcb));
}

CASE(deleting_the_thread_answers_the_caller)
{
    struct got g = yield_and(delete_thread);
    EXPECT_EQUAL(counter, 1);
    EXPECT_EQUAL(g.label, seL4_NoError);
    EXPECT_EQUAL(g.length, 1);
}

static void read_caller(void)
{
    pair.upper_got = call(thread_self()->tcb, TCBReadRegisters, WORDS(0, 6), NO_CAPS);
}

CASE(meanwhile_the_caller_has_an_empty_answer)
{
    struct got g = yield_and(read_caller);
    EXPECT_EQUAL(g.length, 1);
    EXPECT_EQUAL(pair.upper_got.length, 6);
    EXPECT_EQUAL(pair.upper_got.mr[3], 0); // x0, the capability until then
    EXPECT_EQUAL(got_word(&pair.upper_got, 4), 0);
}

static void raise_caller(void)
{
    EXPECT_SUCCESS(
        call(thread_self()->tcb, TCBSetPriority, WORDS(CASE_PRIORITY + 1), CAPS(SELF_AUTHORITY)));
}

CASE(a_caller_that_is_raised_is_answered_first)
{
    struct got g = yield_and(raise_caller);
    EXPECT_EQUAL(counter, 1);
    EXPECT_EQUAL(g.label, seL4_NoError);
    EXPECT_EQUAL(g.length, 1);
}

static void restart_caller(void)
{
    EXPECT_SUCCESS(call(thread_self()->tcb, TCBSuspend, NO_WORDS, NO_CAPS));
    EXPECT_SUCCESS(call(thread_self()->tcb, TCBResume, NO_WORDS, NO_CAPS));
}

CASE(a_caller_that_is_suspended_keeps_the_empty_answer)
{
    EXPECT_SUCCESS(yield_and(restart_caller));
}

// --- chains -------------------------------------------------------------------------------------

static struct thread next_in_chain;

static seL4_Word yield_on(seL4_Word ignored)
{
    counter = counter * 10 + 1;
    (void)yield_to(next_in_chain.sc);
    counter = counter * 10 + 3;
    return ignored;
}

static seL4_Word end_chain(seL4_Word ignored)
{
    counter = counter * 10 + 2;
    return ignored;
}

CASE(a_thread_that_is_yielded_to_may_yield_on)
{
    struct thread t = thread_new(CASE_PRIORITY);
    next_in_chain = thread_new(CASE_PRIORITY);
    counter = 0;
    thread_start(&next_in_chain, end_chain, 0);
    thread_start(&t, yield_on, 0);
    EXPECT_EQUAL(yield_to(t.sc).label, seL4_NoError);
    EXPECT_EQUAL(counter, 123);
}
