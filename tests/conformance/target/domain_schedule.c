// SPDX-License-Identifier: BSD-2-Clause
//
// The domain schedule at run time, where there is more than one domain. The suite itself is in
// domain 0, which therefore gets its turn in every schedule here; each case puts the first one
// back.
#include "case.h"

enum {
    OTHER = 1,
    TICKS_PER_MS = KCFG_TIMER_HZ / 1000,
};

#define FOREVER ((1UL << 56) - 1)

static volatile seL4_Word counter;

static seL4_Word count(seL4_Word ignored)
{
    for (;;) {
        counter++;
    }
    return ignored;
}

static seL4_Word count_once(seL4_Word ignored)
{
    counter++;
    return ignored;
}

static void configure(seL4_Word index, seL4_Word domain, seL4_Word duration)
{
    EXPECT_SUCCESS(
        call(seL4_CapDomain, DomainScheduleConfigure, WORDS(index, domain, duration), NO_CAPS));
}

static void set_start(seL4_Word index)
{
    EXPECT_SUCCESS(call(seL4_CapDomain, DomainScheduleSetStart, WORDS(index), NO_CAPS));
}

static void set_domain(const struct thread *t, seL4_Word domain)
{
    EXPECT_SUCCESS(call(seL4_CapDomain, DomainSetSet, WORDS(domain), CAPS(t->tcb)));
}

static void restore(void)
{
    configure(0, 0, FOREVER);
    set_start(0);
    configure(1, 0, 0);
}

static void spend(void)
{
    for (volatile int i = 0; i < 300000; i++) {
    }
}

CASE_IF(KCFG_DOMAIN_COUNT > 1, a_thread_of_another_domain_does_not_run)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    counter = 0;
    set_domain(&t, OTHER);
    EXPECT_EQUAL(thread_run(&t, count_once, 0).label, THREAD_RUNS);
    EXPECT_EQUAL(counter, 0);
}

CASE_IF(KCFG_DOMAIN_COUNT > 1, a_thread_that_comes_into_the_domain_waits_for_the_next_decision)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    set_domain(&t, OTHER);
    thread_start(&t, count_once, 0);
    counter = 0;
    set_domain(&t, 0);
    EXPECT_EQUAL(counter, 0); // though it is above this thread
    yield();
    EXPECT_EQUAL(counter, 1);
}

static volatile seL4_Word order;

static seL4_Word write_digit(seL4_Word digit)
{
    order = 10 * order + digit;
    return 0;
}

CASE_IF(KCFG_DOMAIN_COUNT > 1, a_thread_that_comes_into_the_domain_goes_before_its_peers)
{
    struct thread a = thread_new(CASE_PRIORITY);
    struct thread b = thread_new(CASE_PRIORITY);
    order = 0;
    thread_start(&a, write_digit, 1);
    thread_start(&b, write_digit, 2);
    set_domain(&b, OTHER);
    set_domain(&b, 0);
    yield();
    EXPECT_EQUAL(order, 21);
}

CASE_IF(KCFG_DOMAIN_COUNT > 1, a_thread_moved_to_another_domain_stops)
{
    struct thread t = thread_new(CASE_PRIORITY - 1);
    counter = 0;
    thread_start(&t, count_once, 0);
    set_domain(&t, OTHER);
    struct thread low = thread_new(1);
    thread_start(&low, call_empty, endpoint_new());
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
    EXPECT_EQUAL(counter, 0);
}

CASE_IF(KCFG_DOMAIN_COUNT > 1, domains_take_turns_by_the_schedule)
{
    struct thread t = thread_new(1);
    counter = 0;
    set_domain(&t, OTHER);
    thread_start(&t, count, 0);
    configure(1, OTHER, TICKS_PER_MS);
    configure(0, 0, TICKS_PER_MS);
    set_start(0);
    spend();
    seL4_Word first = counter;
    spend();
    seL4_Word second = counter;
    restore();
    EXPECT(first > 0);
    EXPECT(second > first);
    spend();
    seL4_Word third = counter;
    spend();
    EXPECT_EQUAL(counter, third);
}

CASE_IF(KCFG_DOMAIN_COUNT > 1, a_domain_without_threads_idles_for_its_time)
{
    configure(1, OTHER, TICKS_PER_MS);
    configure(0, 0, TICKS_PER_MS);
    set_start(0);
    spend();
    restore();
}

CASE_IF(KCFG_DOMAIN_COUNT > 1, set_start_switches_at_once_and_the_end_goes_back_to_it)
{
    struct thread t = thread_new(1);
    counter = 0;
    set_domain(&t, OTHER);
    thread_start(&t, count, 0);
    // 1: the other, 2: ours; the end marker behind them goes back to 1.
    configure(1, OTHER, TICKS_PER_MS);
    configure(2, 0, 10UL * TICKS_PER_MS);
    set_start(1);
    seL4_Word at_once = counter;
    restore();
    configure(2, 0, 0);
    EXPECT(at_once > 0);
}

CASE_IF(KCFG_DOMAIN_COUNT > 1, yield_to_a_thread_of_another_domain_comes_back_at_once)
{
    for (seL4_Word above = 0; above < 2; above++) {
        struct thread t = thread_new(CASE_PRIORITY + above);
        set_domain(&t, OTHER);
        thread_start(&t, count_once, 0);
        counter = 0;
        EXPECT_RESULT(call(t.sc, SchedContextYieldTo, NO_WORDS, NO_CAPS), WORDS(0));
        EXPECT_EQUAL(counter, 0);
    }
}
