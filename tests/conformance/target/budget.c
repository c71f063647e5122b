// SPDX-License-Identifier: BSD-2-Clause
//
// Time that a scheduling context gives and takes: budgets that run out, timeout faults, what
// yielding and yielding to another thread do. Times are compared with each other, never with a
// clock of the host.
#include "case.h"

enum {
    BADGE = 0x5a5a,
    SPORADIC = 1,
};

#define BUDGET 1000UL
#define PERIOD 10000UL

static volatile seL4_Word counter;
static volatile bool stop;

static seL4_Word spin(seL4_Word ignored)
{
    while (!stop) {
        counter++;
    }
    return ignored;
}

static struct got configure(seL4_CPtr sc, seL4_Word budget, seL4_Word period, seL4_Word flags)
{
    return call(sched_control(), SchedControlConfigureFlags, WORDS(budget, period, 0, BADGE, flags),
                CAPS(sc));
}

// A thread above the case with a budget of its own.
static struct thread limited(seL4_Word budget, seL4_Word period)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_SUCCESS(configure(t.sc, budget, period, 0));
    counter = 0;
    stop = false;
    return t;
}

static seL4_Word consumed(seL4_CPtr sc)
{
    struct got g = call(sc, SchedContextConsumed, NO_WORDS, NO_CAPS);
    EXPECT_EQUAL(g.label, seL4_NoError);
    return g.mr[0];
}

// Spends about this many microseconds of the case's own time.
static void spend(seL4_Word us)
{
    (void)consumed(thread_self()->sc);
    for (seL4_Word spent = 0; spent < us;) {
        for (volatile int i = 0; i < 1000; i++) {
        }
        yield();
        spent += consumed(thread_self()->sc);
    }
}

// --- budgets ------------------------------------------------------------------------------------

CASE(a_budget_is_a_share_of_the_time)
{
    struct thread t = limited(BUDGET, PERIOD);
    thread_start(&t, spin, 0);
    (void)consumed(t.sc);
    spend(9 * PERIOD);
    seL4_Word got = consumed(t.sc);
    EXPECT(got > 8 * BUDGET && got < 12 * BUDGET);
    stop = true;
}

CASE(a_sporadic_budget_is_a_share_of_the_time)
{
    struct thread t = limited(BUDGET, PERIOD);
    EXPECT_SUCCESS(configure(t.sc, BUDGET, PERIOD, SPORADIC));
    thread_start(&t, spin, 0);
    (void)consumed(t.sc);
    spend(9 * PERIOD);
    seL4_Word got = consumed(t.sc);
    EXPECT(got > 8 * BUDGET && got < 12 * BUDGET);
    stop = true;
}

CASE(a_budget_can_be_changed_while_it_is_in_use)
{
    struct thread t = limited(BUDGET, PERIOD);
    thread_start(&t, spin, 0);
    spend(2 * PERIOD);
    EXPECT_SUCCESS(configure(t.sc, 4 * BUDGET, PERIOD, 0));
    (void)consumed(t.sc);
    spend(6 * PERIOD);
    seL4_Word got = consumed(t.sc);
    EXPECT(got > 32 * BUDGET && got < 48 * BUDGET);
    stop = true;
}

static seL4_Word yield_often(seL4_Word ignored)
{
    while (!stop) {
        counter++;
        yield();
    }
    return ignored;
}

CASE(yield_gives_up_the_budget_until_the_next_period)
{
    struct thread t = limited(BUDGET, PERIOD);
    thread_start(&t, yield_often, 0);
    (void)consumed(t.sc);
    spend(10 * PERIOD);
    EXPECT(counter >= 9 && counter <= 13);
    EXPECT(consumed(t.sc) < BUDGET); // it counts what was used
    stop = true;
}

CASE(threads_of_one_priority_share_the_time_evenly)
{
    static volatile seL4_Word counts[2];
    struct thread t = thread_new(CASE_PRIORITY);
    counter = 0;
    stop = false;
    counts[0] = 0;
    thread_start(&t, spin, 0);
    while (counts[0] < 2000000) {
        counts[0]++;
    }
    stop = true;
    EXPECT(counter > counts[0] / 4 && counter < counts[0] * 4);
}

CASE(a_context_without_a_thread_saves_no_more_than_its_budget)
{
    struct thread t = limited(BUDGET, PERIOD);
    spend(5 * PERIOD);
    thread_start(&t, spin, 0);
    (void)consumed(t.sc);
    spend(4 * PERIOD);
    seL4_Word got = consumed(t.sc);
    EXPECT(got < 7 * BUDGET);
    stop = true;
}

// --- timeout faults -----------------------------------------------------------------------------

static struct thread with_timeout(seL4_CPtr handler)
{
    struct thread t = limited(BUDGET, PERIOD);
    EXPECT_SUCCESS(call(t.tcb, TCBSetTimeoutEndpoint, NO_WORDS, CAPS(handler)));
    return t;
}

static struct got expect_timeout(struct got g)
{
    EXPECT_EQUAL(g.label, seL4_Fault_Timeout);
    EXPECT_EQUAL(g.length, 2);
    EXPECT_EQUAL(g.mr[0], BADGE);
    EXPECT(g.mr[1] > BUDGET / 2 && g.mr[1] < 2 * BUDGET);
    return g;
}

CASE(a_thread_that_uses_up_its_budget_tells_its_timeout_handler)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = with_timeout(mint_new(endpoint, RIGHTS_ALL, 7));
    thread_start(&t, spin, 0);
    struct got g = recv(endpoint, reply_new());
    EXPECT_EQUAL(g.badge, 7);
    (void)expect_timeout(g);
    stop = true;
}

CASE(a_timeout_answered_without_a_label_goes_on_in_the_next_period)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr reply = reply_new();
    struct thread t = with_timeout(endpoint);
    thread_start(&t, spin, 0);
    (void)expect_timeout(recv(endpoint, reply));
    seL4_Word before = counter;
    send(reply, 0, NO_WORDS, NO_CAPS);
    EXPECT_EQUAL(counter, before);
    (void)expect_timeout(recv(endpoint, reply));
    EXPECT(counter > before);
    stop = true;
    send(reply, 0, NO_WORDS, NO_CAPS);
    EXPECT_ANSWER(recv(t.end, thread_reply_object()), THREAD_RETURNED, WORDS(0));
}

CASE(a_timeout_answered_with_a_label_leaves_the_thread_stopped)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr reply = reply_new();
    struct thread t = with_timeout(endpoint);
    thread_start(&t, spin, 0);
    (void)recv(endpoint, reply);
    send(reply, 1, NO_WORDS, NO_CAPS);
    seL4_Word before = counter;
    spend(2 * PERIOD);
    EXPECT_EQUAL(counter, before);
}

CASE(an_answer_to_a_timeout_may_change_the_registers)
{
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr reply = reply_new();
    struct thread t = with_timeout(endpoint);
    thread_start(&t, spin, 0);
    (void)recv(endpoint, reply);
    // pc, sp, spsr, x0: it goes on as a thread that reads address 8.
    send(reply, 0, WORDS((seL4_Word)peek_instruction, 0x1230, 0x3c5, 8), NO_CAPS);
    struct got g = recv(t.end, thread_reply_object());
    EXPECT_ANSWER(g, seL4_Fault_VMFault, WORDS((seL4_Word)peek_instruction, 8, 0, 0x92000006));
    struct got registers = call(t.tcb, TCBReadRegisters, WORDS(0, 3), NO_CAPS);
    EXPECT_EQUAL(registers.mr[1], 0x1230);
    EXPECT_EQUAL(registers.mr[2] & 0x0fffffff, KCFG_DEBUG_BUILD ? 0x40 : 0x140);
}

CASE(a_round_robin_thread_never_times_out)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = thread_new(CASE_PRIORITY);
    stop = false;
    counter = 0;
    EXPECT_SUCCESS(call(t.tcb, TCBSetTimeoutEndpoint, NO_WORDS, CAPS(endpoint)));
    thread_start(&t, spin, 0);
    for (volatile seL4_Word i = 0; counter < 2000000; i++) {
    }
    EXPECT_EQUAL(nbrecv(endpoint, reply_new()).badge, 0);
    EXPECT_EQUAL(nbrecv(endpoint, reply_new()).label, 0);
    stop = true;
}

CASE(a_yield_is_no_timeout)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = with_timeout(endpoint);
    thread_start(&t, yield_often, 0);
    spend(3 * PERIOD);
    EXPECT_EQUAL(nbrecv(endpoint, reply_new()).label, 0);
    stop = true;
}

static volatile bool handled;
static seL4_CPtr handler_reply;

static seL4_Word handle(seL4_Word endpoint)
{
    (void)recv(endpoint, handler_reply);
    handled = true;
    return 0;
}

CASE(a_timeout_lends_nothing_to_a_passive_handler)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t = with_timeout(endpoint);
    struct thread handler = thread_new(CASE_PRIORITY + 2);
    handled = false;
    handler_reply = reply_new();
    EXPECT_EQUAL(thread_run(&handler, handle, endpoint).label, THREAD_RUNS);
    EXPECT_SUCCESS(call(handler.sc, SchedContextUnbind, NO_WORDS, NO_CAPS));
    thread_start(&t, spin, 0);
    spend(2 * PERIOD);
    EXPECT(!handled);
    EXPECT_SUCCESS(call(handler.sc, SchedContextBind, NO_WORDS, CAPS(handler.tcb)));
    EXPECT(handled);
    stop = true;
}

// --- YieldTo ------------------------------------------------------------------------------------

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
