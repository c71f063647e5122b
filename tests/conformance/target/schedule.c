// SPDX-License-Identifier: BSD-2-Clause
//
// Who runs next: priorities, the order within one, and what moves a thread in it.
#include "case.h"

enum { LOG_SIZE = 32 };

// Each thread writes its letter when it runs.
static struct {
    char text[LOG_SIZE];
    volatile size_t length;
} log;

static void log_clear(void)
{
    log.length = 0;
}

static void log_put(char c)
{
    if (log.length < LOG_SIZE - 1) {
        log.text[log.length] = c;
        log.length = log.length + 1;
    }
}

static void expect_log(struct here here, const char *expected)
{
    size_t i = 0;
    log.text[log.length] = '\0';
    while (expected[i] != '\0' && expected[i] == log.text[i]) {
        i++;
    }
    if (expected[i] != log.text[i]) {
        fail(here, log.text);
    }
}

#define EXPECT_LOG(expected) expect_log(HERE, expected)

static seL4_Word write_once(seL4_Word letter)
{
    log_put((char)letter);
    return 0;
}

static seL4_Word write_three(seL4_Word letter)
{
    for (int i = 0; i < 3; i++) {
        log_put((char)letter);
        yield();
    }
    return 0;
}

static seL4_Word wait_and_write(seL4_Word notification)
{
    log_put((char)('0' + wait(notification).badge));
    return 0;
}

static struct thread at(seL4_Word priority)
{
    return thread_new(priority);
}

// Lets all threads below the case run until they are done.
static void let_run(void)
{
    struct thread low = at(1);
    seL4_CPtr done = notification_new();
    thread_start(&low, call_empty, done);
    (void)wait(done);
}

static struct got set_priority(const struct thread *t, seL4_Word priority)
{
    return call(t->tcb, TCBSetPriority, WORDS(priority), CAPS(SELF_AUTHORITY));
}

CASE(a_higher_thread_runs_at_once_and_a_lower_one_waits)
{
    struct thread high = at(CASE_PRIORITY + 1);
    struct thread low = at(CASE_PRIORITY - 1);
    log_clear();
    thread_start(&low, write_once, 'l');
    log_put('.');
    thread_start(&high, write_once, 'h');
    log_put('.');
    let_run();
    EXPECT_LOG(".h.l");
}

CASE(a_thread_of_the_same_priority_goes_behind_the_one_that_runs)
{
    struct thread t = at(CASE_PRIORITY);
    log_clear();
    thread_start(&t, write_once, 'a');
    log_put('.');
    yield();
    log_put('.');
    EXPECT_LOG(".a.");
}

CASE(threads_below_the_one_that_runs_go_to_the_front_as_they_become_runnable)
{
    struct thread a = at(90);
    struct thread b = at(90);
    struct thread c = at(90);
    log_clear();
    thread_start(&b, write_once, 'b');
    thread_start(&a, write_once, 'a');
    thread_start(&c, write_once, 'c');
    let_run();
    EXPECT_LOG("cab");
}

CASE(threads_beside_the_one_that_runs_go_to_the_end_as_they_become_runnable)
{
    struct thread a = at(CASE_PRIORITY);
    struct thread b = at(CASE_PRIORITY);
    log_clear();
    thread_start(&b, write_once, 'b');
    thread_start(&a, write_once, 'a');
    yield();
    EXPECT_LOG("ba");
}

CASE(yield_lets_each_of_one_priority_have_its_turn)
{
    struct thread a = at(90);
    struct thread b = at(90);
    struct thread c = at(89);
    log_clear();
    thread_start(&c, write_once, 'c');
    thread_start(&a, write_three, 'a');
    thread_start(&b, write_three, 'b');
    let_run();
    EXPECT_LOG("bababac");
}

CASE(a_signal_wakes_a_higher_thread_at_once_and_one_of_the_same_priority_later)
{
    seL4_CPtr notification = notification_new();
    seL4_CPtr other = notification_new();
    struct thread high = at(CASE_PRIORITY + 1);
    struct thread same = at(CASE_PRIORITY);
    log_clear();
    thread_start(&high, wait_and_write, notification);
    thread_start(&same, wait_and_write, other);
    yield();
    signal(mint_new(other, RIGHTS_ALL, 2));
    log_put('.');
    signal(mint_new(notification, RIGHTS_ALL, 1));
    log_put('.');
    yield();
    EXPECT_LOG(".1.2");
}

CASE(a_raised_thread_runs_before_those_that_wait_at_its_new_priority)
{
    struct thread a = at(90);
    struct thread b = at(90);
    struct thread c = at(80);
    log_clear();
    thread_start(&a, write_once, 'a');
    thread_start(&b, write_once, 'b');
    thread_start(&c, write_once, 'c');
    EXPECT_SUCCESS(set_priority(&c, 90));
    let_run();
    EXPECT_LOG("cba");
}

CASE(a_lowered_thread_runs_before_those_that_wait_at_its_new_priority)
{
    struct thread a = at(80);
    struct thread b = at(80);
    struct thread c = at(90);
    log_clear();
    thread_start(&a, write_once, 'a');
    thread_start(&b, write_once, 'b');
    thread_start(&c, write_once, 'c');
    EXPECT_SUCCESS(set_priority(&c, 80));
    let_run();
    EXPECT_LOG("cba");
}

CASE(setting_the_priority_that_a_thread_has_moves_it_to_the_front)
{
    struct thread a = at(90);
    struct thread b = at(90);
    log_clear();
    thread_start(&a, write_once, 'a');
    thread_start(&b, write_once, 'b');
    EXPECT_SUCCESS(set_priority(&a, 90));
    let_run();
    EXPECT_LOG("ab");
}

CASE(a_thread_that_lowers_itself_lets_the_others_run)
{
    struct thread t = at(CASE_PRIORITY - 1);
    log_clear();
    thread_start(&t, write_once, 't');
    EXPECT_SUCCESS(set_priority(thread_self(), CASE_PRIORITY - 2));
    log_put('.');
    EXPECT_LOG("t.");
}

CASE(a_thread_that_raises_another_above_itself_is_preempted)
{
    struct thread t = at(CASE_PRIORITY - 1);
    log_clear();
    thread_start(&t, write_once, 't');
    log_put('.');
    EXPECT_SUCCESS(set_priority(&t, CASE_PRIORITY + 1));
    log_put('.');
    EXPECT_LOG(".t.");
}

CASE(a_thread_raised_to_the_callers_priority_waits)
{
    struct thread t = at(CASE_PRIORITY - 1);
    log_clear();
    thread_start(&t, write_once, 't');
    EXPECT_SUCCESS(set_priority(&t, CASE_PRIORITY));
    log_put('.');
    yield();
    EXPECT_LOG(".t");
}

CASE(a_thread_without_a_context_does_not_run_until_it_has_one)
{
    struct thread t = thread_new_passive(CASE_PRIORITY + 1);
    log_clear();
    thread_start(&t, write_once, 't');
    log_put('.');
    EXPECT_SUCCESS(call(sched_context_new(5000, 5000, 0), SchedContextBind, NO_WORDS, CAPS(t.tcb)));
    log_put('.');
    EXPECT_LOG(".t.");
}

CASE(a_thread_with_an_unconfigured_context_does_not_run_until_it_is_configured)
{
    struct thread t = thread_new_passive(CASE_PRIORITY + 1);
    seL4_CPtr sc = object_new(seL4_SchedContextObject, 7);
    log_clear();
    EXPECT_SUCCESS(call(sc, SchedContextBind, NO_WORDS, CAPS(t.tcb)));
    thread_start(&t, write_once, 't');
    log_put('.');
    EXPECT_SUCCESS(
        call(sched_control(), SchedControlConfigureFlags, WORDS(5000, 5000, 0, 0, 0), CAPS(sc)));
    log_put('.');
    EXPECT_LOG(".t.");
}

CASE(an_unbound_thread_stops_and_goes_on_when_bound_again)
{
    struct thread t = at(CASE_PRIORITY - 1);
    log_clear();
    thread_start(&t, write_once, 't');
    EXPECT_SUCCESS(call(t.sc, SchedContextUnbind, NO_WORDS, NO_CAPS));
    let_run();
    log_put('.');
    EXPECT_SUCCESS(call(t.sc, SchedContextBind, NO_WORDS, CAPS(t.tcb)));
    let_run();
    EXPECT_LOG(".t");
}

CASE(a_resumed_thread_below_the_caller_goes_to_the_front)
{
    struct thread a = at(90);
    struct thread b = at(90);
    log_clear();
    thread_start(&a, write_once, 'a');
    thread_start(&b, write_once, 'b');
    EXPECT_SUCCESS(call(a.tcb, TCBSuspend, NO_WORDS, NO_CAPS));
    EXPECT_SUCCESS(call(a.tcb, TCBResume, NO_WORDS, NO_CAPS));
    let_run();
    EXPECT_LOG("ab");
}

CASE(resuming_a_thread_that_is_ready_changes_nothing)
{
    struct thread a = at(90);
    struct thread b = at(90);
    log_clear();
    thread_start(&a, write_once, 'a');
    thread_start(&b, write_once, 'b');
    EXPECT_SUCCESS(call(a.tcb, TCBResume, NO_WORDS, NO_CAPS));
    let_run();
    EXPECT_LOG("ba");
}
