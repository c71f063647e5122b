// SPDX-License-Identifier: BSD-2-Clause
//
// Arguments and errors of SchedControl and of scheduling contexts. How they schedule is elsewhere.
#include "case.h"

enum { MIN_US = 20 };

#define MAX_US 36893488147419UL // of a 62.5 MHz clock

static struct got configure(seL4_CPtr sc, seL4_Word budget, seL4_Word period, seL4_Word refills)
{
    return call(sched_control(), SchedControlConfigureFlags, WORDS(budget, period, refills, 0, 0),
                CAPS(sc));
}

static struct got bind(seL4_CPtr sc, seL4_CPtr object)
{
    return call(sc, SchedContextBind, NO_WORDS, CAPS(object));
}

static seL4_CPtr context_new(void)
{
    return sched_context_new(1000, 1000, 0);
}

// --- SchedControl -------------------------------------------------------------------------------

CASE(sched_control_knows_one_label)
{
    EXPECT_ILLEGAL(call(sched_control(), 0, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(call(sched_control(), SchedContextBind, NO_WORDS, NO_CAPS));
}

CASE(configure_wants_a_capability_and_five_words)
{
    struct words four = WORDS(1000, 1000, 0, 0);
    EXPECT_TRUNCATED(call(sched_control(), SchedControlConfigureFlags, four, CAPS(context_new())));
    EXPECT_TRUNCATED(
        call(sched_control(), SchedControlConfigureFlags, WORDS(1000, 1000, 0, 0, 0), NO_CAPS));
}

CASE(configure_refuses_times_out_of_range_in_their_order)
{
    seL4_CPtr none = endpoint_new();
    EXPECT_RANGE(configure(none, MAX_US + 1, 0, 9), MIN_US, MAX_US);
    EXPECT_RANGE(configure(none, ~0UL, 0, 9), MIN_US, MAX_US);
    EXPECT_RANGE(configure(none, 0, MAX_US + 1, 9), MIN_US, MAX_US);
    EXPECT_RANGE(configure(none, MIN_US - 1, 0, 9), MIN_US, MAX_US);
    EXPECT_RANGE(configure(none, MIN_US, MIN_US - 1, 9), MIN_US, MAX_US);
    EXPECT_RANGE(configure(none, 1001, 1000, 9), MIN_US, 1000);
}

CASE(configure_refuses_what_is_no_scheduling_context_before_the_refills)
{
    EXPECT_INVALID_CAPABILITY(configure(endpoint_new(), 1000, 1000, 9), 1);
    EXPECT_INVALID_CAPABILITY(configure(0, 1000, 1000, 0), 1);
}

CASE(configure_refuses_more_refills_than_there_is_room_for)
{
    const seL4_Word extra[] = {0, 8, 24, 56, 120, 248};
    for (seL4_Word i = 0; i < 6; i++) {
        seL4_CPtr sc = object_new(seL4_SchedContextObject, 7 + i);
        EXPECT_RANGE(configure(sc, 1000, 2000, extra[i] + 1), 0, extra[i]);
        EXPECT_RANGE(configure(sc, 1000, 2000, ~0UL), 0, extra[i]);
        EXPECT_SUCCESS(configure(sc, 1000, 2000, extra[i]));
    }
}

CASE(configure_takes_the_smallest_and_the_largest_times)
{
    EXPECT_SUCCESS(configure(context_new(), MIN_US, MIN_US, 0));
    EXPECT_SUCCESS(configure(context_new(), MIN_US, MAX_US, 0));
    EXPECT_SUCCESS(configure(context_new(), MAX_US, MAX_US, 0));
}

CASE(configure_ignores_unknown_flags)
{
    EXPECT_SUCCESS(call(sched_control(), SchedControlConfigureFlags,
                        WORDS(1000, 2000, 0, 0x123, ~0UL), CAPS(context_new())));
}

// --- binding ------------------------------------------------------------------------------------

CASE(scheduling_contexts_refuse_other_labels)
{
    EXPECT_ILLEGAL(call(context_new(), 0, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(call(context_new(), SchedControlConfigureFlags, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(call(context_new(), SchedContextYieldTo + 1, NO_WORDS, NO_CAPS));
}

CASE(bind_wants_a_thread_or_a_notification)
{
    EXPECT_TRUNCATED(call(context_new(), SchedContextBind, NO_WORDS, NO_CAPS));
    EXPECT_INVALID_CAPABILITY(bind(context_new(), 0), 1);
    EXPECT_INVALID_CAPABILITY(bind(context_new(), endpoint_new()), 1);
}

CASE(bind_joins_one_context_to_one_thread)
{
    seL4_CPtr sc = context_new();
    seL4_CPtr tcb = tcb_new();
    EXPECT_SUCCESS(bind(sc, tcb));
    EXPECT_ILLEGAL(bind(sc, tcb));
    EXPECT_ILLEGAL(bind(sc, tcb_new()));
    EXPECT_ILLEGAL(bind(context_new(), tcb));
}

CASE(bind_joins_one_context_to_one_notification)
{
    seL4_CPtr sc = context_new();
    seL4_CPtr notification = notification_new();
    EXPECT_SUCCESS(bind(sc, notification));
    EXPECT_ILLEGAL(bind(sc, notification));
    EXPECT_ILLEGAL(bind(sc, notification_new()));
    EXPECT_ILLEGAL(bind(context_new(), notification));
}

CASE(bind_of_a_notification_ignores_rights)
{
    EXPECT_SUCCESS(bind(context_new(), copy_new(notification_new(), 0)));
}

CASE(bind_takes_a_context_that_was_never_configured)
{
    EXPECT_SUCCESS(bind(object_new(seL4_SchedContextObject, 7), tcb_new()));
}

CASE(bind_refuses_a_blocked_thread_for_a_context_without_budget)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_EQUAL(thread_run(&t, call_empty, endpoint_new()).label, THREAD_RUNS);
    EXPECT_SUCCESS(call(t.sc, SchedContextUnbind, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(bind(object_new(seL4_SchedContextObject, 7), t.tcb));
    EXPECT_SUCCESS(bind(context_new(), t.tcb));
}

CASE(unbind_object_refuses_what_is_not_bound)
{
    seL4_CPtr sc = context_new();
    seL4_CPtr tcb = tcb_new();
    seL4_CPtr notification = notification_new();
    EXPECT_TRUNCATED(call(sc, SchedContextUnbindObject, NO_WORDS, NO_CAPS));
    EXPECT_INVALID_CAPABILITY(call(sc, SchedContextUnbindObject, NO_WORDS, CAPS(endpoint_new())),
                              1);
    EXPECT_INVALID_CAPABILITY(call(sc, SchedContextUnbindObject, NO_WORDS, CAPS(0)), 1);
    EXPECT_ILLEGAL(call(sc, SchedContextUnbindObject, NO_WORDS, CAPS(tcb)));
    EXPECT_ILLEGAL(call(sc, SchedContextUnbindObject, NO_WORDS, CAPS(notification)));
    EXPECT_SUCCESS(bind(sc, tcb));
    EXPECT_ILLEGAL(call(sc, SchedContextUnbindObject, NO_WORDS, CAPS(tcb_new())));
    EXPECT_SUCCESS(call(sc, SchedContextUnbindObject, NO_WORDS, CAPS(tcb)));
    EXPECT_SUCCESS(bind(sc, notification));
    EXPECT_ILLEGAL(call(sc, SchedContextUnbindObject, NO_WORDS, CAPS(notification_new())));
    EXPECT_SUCCESS(call(sc, SchedContextUnbindObject, NO_WORDS, CAPS(notification)));
}

CASE(unbinding_the_caller_is_refused)
{
    EXPECT_ILLEGAL(
        call(thread_self()->sc, SchedContextUnbindObject, NO_WORDS, CAPS(thread_self()->tcb)));
    EXPECT_ILLEGAL(call(thread_self()->sc, SchedContextUnbind, NO_WORDS, NO_CAPS));
}

CASE(unbind_succeeds_with_nothing_bound_and_frees_what_is)
{
    seL4_CPtr sc = context_new();
    seL4_CPtr tcb = tcb_new();
    seL4_CPtr notification = notification_new();
    EXPECT_SUCCESS(call(sc, SchedContextUnbind, NO_WORDS, NO_CAPS));
    EXPECT_SUCCESS(bind(sc, tcb));
    EXPECT_SUCCESS(call(sc, SchedContextUnbind, NO_WORDS, NO_CAPS));
    EXPECT_SUCCESS(bind(context_new(), tcb));
    EXPECT_SUCCESS(bind(sc, notification));
    EXPECT_SUCCESS(call(sc, SchedContextUnbind, NO_WORDS, NO_CAPS));
    EXPECT_SUCCESS(bind(context_new(), notification));
}

// --- consumed, yield to -------------------------------------------------------------------------

CASE(consumed_of_a_context_that_never_ran_is_0)
{
    EXPECT_RESULT(call(context_new(), SchedContextConsumed, NO_WORDS, NO_CAPS), WORDS(0));
}

static void spend(void)
{
    for (volatile int i = 0; i < 20000; i++) {
    }
}

CASE(consumed_counts_and_starts_again)
{
    spend();
    yield();
    struct got first = call(thread_self()->sc, SchedContextConsumed, NO_WORDS, NO_CAPS);
    EXPECT_EQUAL(first.length, 1);
    EXPECT(first.mr[0] > 0);
    EXPECT_RESULT(call(thread_self()->sc, SchedContextConsumed, NO_WORDS, NO_CAPS), WORDS(0));
}

CASE(consumed_leaves_out_what_the_caller_was_not_charged_yet)
{
    spend();
    EXPECT_RESULT(call(thread_self()->sc, SchedContextConsumed, NO_WORDS, NO_CAPS), WORDS(0));
}

CASE(yield_to_refuses_a_context_without_a_thread_and_the_callers_own)
{
    EXPECT_ILLEGAL(call(context_new(), SchedContextYieldTo, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(call(thread_self()->sc, SchedContextYieldTo, NO_WORDS, NO_CAPS));
}

CASE(yield_to_refuses_a_thread_above_the_callers_maximum)
{
    seL4_CPtr sc = context_new();
    seL4_CPtr tcb = tcb_new();
    EXPECT_SUCCESS(bind(sc, tcb));
    EXPECT_SUCCESS(call(tcb, TCBSetPriority, WORDS(255), CAPS(SELF_AUTHORITY)));
    EXPECT_ILLEGAL(call(sc, SchedContextYieldTo, NO_WORDS, NO_CAPS));
}

CASE(yield_to_a_thread_that_cannot_run_returns_at_once)
{
    seL4_CPtr sc = context_new();
    EXPECT_SUCCESS(bind(sc, tcb_new()));
    EXPECT_RESULT(call(sc, SchedContextYieldTo, NO_WORDS, NO_CAPS), WORDS(0));
}
