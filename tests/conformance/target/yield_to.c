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
