// SPDX-License-Identifier: BSD-2-Clause
//
// Budgets as shares of the time, in whole periods. What becomes of the parts is in refill.c.
#include "budget.h"

enum { SPORADIC = 1 };

volatile seL4_Word counter;
volatile bool stop;

seL4_Word spin(seL4_Word ignored)
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

struct thread limited(seL4_Word priority)
{
    struct thread t = thread_new(priority);
    EXPECT_SUCCESS(configure(t.sc, BUDGET, PERIOD, 0));
    counter = 0;
    stop = false;
    return t;
}

seL4_Word consumed(seL4_CPtr sc)
{
    struct got g = call(sc, SchedContextConsumed, NO_WORDS, NO_CAPS);
    EXPECT_EQUAL(g.label, seL4_NoError);
    return g.mr[0];
}

void spend(seL4_Word us)
{
    (void)consumed(thread_self()->sc);
    for (seL4_Word spent = 0; spent < us;) {
        for (volatile int i = 0; i < 1000; i++) {
        }
        yield();
        spent += consumed(thread_self()->sc);
    }
}

seL4_Word yield_often(seL4_Word ignored)
{
    while (!stop) {
        counter++;
        yield();
    }
    return ignored;
}

CASE(a_budget_is_a_share_of_the_time)
{
    struct thread t = limited(CASE_PRIORITY + 1);
    thread_start(&t, spin, 0);
    (void)consumed(t.sc);
    spend(9 * PERIOD);
    seL4_Word got = consumed(t.sc);
    EXPECT(got > 8 * BUDGET && got < 12 * BUDGET);
    stop = true;
}

CASE(a_sporadic_budget_is_a_share_of_the_time)
{
    struct thread t = limited(CASE_PRIORITY + 1);
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
    struct thread t = limited(CASE_PRIORITY + 1);
    thread_start(&t, spin, 0);
    spend(2 * PERIOD);
    EXPECT_SUCCESS(configure(t.sc, 4 * BUDGET, PERIOD, 0));
    (void)consumed(t.sc);
    spend(6 * PERIOD);
    seL4_Word got = consumed(t.sc);
    EXPECT(got > 32 * BUDGET && got < 48 * BUDGET);
    stop = true;
}

CASE(yield_gives_up_the_budget_until_the_next_period)
{
    struct thread t = limited(CASE_PRIORITY + 1);
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
    struct thread t = limited(CASE_PRIORITY + 1);
    spend(5 * PERIOD);
    thread_start(&t, spin, 0);
    (void)consumed(t.sc);
    spend(4 * PERIOD);
    seL4_Word got = consumed(t.sc);
    EXPECT(got < 7 * BUDGET);
    stop = true;
}
