// SPDX-License-Identifier: BSD-2-Clause
//
// Invocations of SchedControl and of scheduling contexts (seL4 ABI §8.4, §10.5).
#include "actors.h"
#include "fresh.h"

#include "kernel/plat_host.h"
#include "kernel/refill.h"
#include "kernel/sched_context.h"
#include "kernel/tcb.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { PRIORITY = 100, SLICE = 5000 };

static const uint64_t PERIOD_MAX = 0x218def416bdb;

static uint64_t control;
static uint64_t spare; // 256 bytes: room for 8 extra refills
static uint64_t notification;
static struct actor a;
static struct actor b;

static int fresh(void **state)
{
    (void)state;
    actors_begin();
    control = seL4_NumInitialCaps;
    while (cap_type(fresh_slot(control)->cap) != CAP_SCHED_CONTROL) {
        control++;
    }
    spare = actors_object(seL4_SchedContextObject, 8);
    notification = actors_notification();
    b = actors_thread(PRIORITY, SLICE, SLICE);
    a = actors_thread(PRIORITY, SLICE, SLICE);
    return 0;
}

static struct sched_context *object(uint64_t slot)
{
    return sched_context_of(fresh_slot(slot)->cap);
}

static uint64_t configure(uint64_t slot, uint64_t budget, uint64_t period, uint64_t refills)
{
    return sim_call(
        control,
        sim_with_cap(SIM_MESSAGE(SchedControlConfigureFlags, budget, period, refills, 0, 0), slot));
}

static void assert_range(uint64_t error, uint64_t min, uint64_t max)
{
    assert_int_equal(error, seL4_RangeError);
    assert_int_equal(sim_answer(0), min);
    assert_int_equal(sim_answer(1), max);
}

// --- configure ---------------------------------------------------------------------------------

static void configure_needs_five_words_and_a_context(void **state)
{
    (void)state;
    assert_int_equal(
        sim_call(control, SIM_MESSAGE(SchedControlConfigureFlags, 1000, 1000, 0, 0, 0)),
        seL4_TruncatedMessage);
    assert_int_equal(
        sim_call(control,
                 sim_with_cap(SIM_MESSAGE(SchedControlConfigureFlags, 1000, 1000, 0, 0), spare)),
        seL4_TruncatedMessage);
    assert_int_equal(configure(notification, 1000, 1000, 0), seL4_InvalidCapability);
    assert_int_equal(sim_answer(0), 1);
    assert_int_equal(sim_call(control, sim_empty(SchedContextBind)), seL4_IllegalOperation);
}

static void configure_checks_budget_period_and_refills(void **state)
{
    (void)state;
    assert_range(configure(spare, PERIOD_MAX + 1, PERIOD_MAX, 0), 20, PERIOD_MAX);
    assert_range(configure(spare, 1000, PERIOD_MAX + 1, 0), 20, PERIOD_MAX);
    assert_range(configure(spare, 19, 1000, 0), 20, PERIOD_MAX);
    assert_range(configure(spare, 20, 19, 0), 20, PERIOD_MAX);
    assert_range(configure(spare, 1001, 1000, 0), 20, 1000);
    assert_range(configure(spare, 1000, 2000, 9), 0, 8);
    assert_range(configure(a.context, 1000, 2000, 1), 0, 0);
    assert_int_equal(configure(spare, PERIOD_MAX, PERIOD_MAX, 8), seL4_NoError);
    assert_int_equal(configure(spare, 20, PERIOD_MAX, 8), seL4_NoError);
}

static void budgets_are_checked_before_the_capability(void **state)
{
    (void)state;
    assert_range(configure(notification, 1001, 1000, 0), 20, 1000);
}

static void a_fresh_context_gets_its_budget_at_once(void **state)
{
    (void)state;
    assert_int_equal(configure(spare, 1000, 10000, 3), seL4_NoError);
    struct sched_context *context = object(spare);
    assert_int_equal(context->budget, 62500);
    assert_int_equal(context->period, 625000);
    assert_int_equal(context->refill_max, 5);
    assert_int_equal(context->refill_count, 1);
    assert_int_equal(refill_head(context)->time, kernel.now);
}

static void the_running_thread_may_change_its_own_context(void **state)
{
    (void)state;
    actors_start(&a);
    sim_run(plat_us_to_ticks(1000));
    assert_int_equal(configure(a.context, 3000, 20000, 0), seL4_NoError);
    assert_ptr_equal(kernel.current, a.tcb);
    // 1 ms of the head was used: 4 of 5 are left, the new budget is smaller.
    assert_int_equal(refill_head(a.tcb->sched_context)->amount, plat_us_to_ticks(3000));
    sim_run(plat_us_to_ticks(3000));
    assert_true(a.tcb->in_release);
}

// --- bind --------------------------------------------------------------------------------------

static uint64_t bind(uint64_t context, uint64_t to)
{
    return sim_call(context, sim_with_cap(sim_empty(SchedContextBind), to));
}

static void binding_needs_a_free_context_and_a_free_thread(void **state)
{
    (void)state;
    assert_int_equal(sim_call(spare, sim_empty(SchedContextBind)), seL4_TruncatedMessage);
    assert_int_equal(bind(spare, a.cap), seL4_IllegalOperation);
    assert_int_equal(bind(a.context, b.cap), seL4_IllegalOperation);
    assert_int_equal(bind(spare, control), seL4_InvalidCapability);
    assert_int_equal(sim_answer(0), 1);
    assert_int_equal(bind(spare, notification), seL4_NoError);
    assert_int_equal(bind(spare, notification), seL4_IllegalOperation);
    assert_int_equal(bind(a.context, notification), seL4_IllegalOperation);
}

static void a_blocked_thread_takes_only_a_released_context(void **state)
{
    (void)state;
    actors_start(&b);
    actors_wait(notification);
    actors_become(&a);
    assert_int_equal(sim_call(b.context, sim_empty(SchedContextUnbind)), seL4_NoError);
    assert_int_equal(bind(spare, b.cap), seL4_IllegalOperation); // never configured
    assert_int_equal(configure(spare, 1000, 10000, 0), seL4_NoError);
    assert_int_equal(bind(spare, b.cap), seL4_NoError);
}

static void unbinding_needs_what_is_bound(void **state)
{
    (void)state;
    const uint64_t label = SchedContextUnbindObject;
    assert_int_equal(sim_call(a.context, sim_empty(label)), seL4_TruncatedMessage);
    assert_int_equal(sim_call(a.context, sim_with_cap(sim_empty(label), b.cap)),
                     seL4_IllegalOperation);
    assert_int_equal(sim_call(a.context, sim_with_cap(sim_empty(label), notification)),
                     seL4_IllegalOperation);
    assert_int_equal(sim_call(a.context, sim_with_cap(sim_empty(label), control)),
                     seL4_InvalidCapability);
    assert_int_equal(sim_answer(0), 1);
    assert_int_equal(sim_call(a.context, sim_with_cap(sim_empty(label), a.cap)), seL4_NoError);
    assert_null(a.tcb->sched_context);
    assert_int_equal(bind(a.context, notification), seL4_NoError);
    assert_int_equal(sim_call(a.context, sim_with_cap(sim_empty(label), notification)),
                     seL4_NoError);
}

static void a_thread_cannot_take_its_own_context_away(void **state)
{
    (void)state;
    actors_start(&a);
    assert_int_equal(sim_call(a.context, sim_empty(SchedContextUnbind)), seL4_IllegalOperation);
    assert_int_equal(sim_call(a.context, sim_with_cap(sim_empty(SchedContextUnbindObject), a.cap)),
                     seL4_IllegalOperation);
}

static void a_thread_that_deletes_its_own_context_stops(void **state)
{
    (void)state;
    actors_start(&a);
    actors_call(seL4_CapInitThreadCNode, SIM_MESSAGE(CNodeDelete, a.context, 64));
    assert_ptr_equal(kernel.current, b.tcb);
    assert_null(a.tcb->sched_context);
    assert_int_equal(a.tcb->state, THREAD_RUNNING);
}

// --- consumed, yield to ------------------------------------------------------------------------

// What the running thread has not been charged yet does not count: so measured on the real kernel.
static void consumed_is_read_and_reset(void **state)
{
    (void)state;
    actors_start(&a);
    assert_int_equal(sim_call(a.context, sim_empty(SchedContextConsumed)), seL4_NoError);
    sim_run(plat_us_to_ticks(1234));
    assert_int_equal(sim_call(a.context, sim_empty(SchedContextConsumed)), seL4_NoError);
    assert_int_equal(sim_answer(0), 0);
    actors_become(&b);
    assert_int_equal(sim_call(a.context, sim_empty(SchedContextConsumed)), seL4_NoError);
    assert_int_equal(sim_answer(0), 1234);
    assert_int_equal(sim_call(a.context, sim_empty(SchedContextConsumed)), seL4_NoError);
    assert_int_equal(sim_answer(0), 0);
    assert_int_equal(actors_register(&b, 1), 1);
}

static void yield_to_checks_its_target(void **state)
{
    (void)state;
    const uint64_t label = SchedContextYieldTo;
    assert_int_equal(sim_call(spare, sim_empty(label)), seL4_IllegalOperation); // no thread
    actors_start(&a);
    assert_int_equal(sim_call(a.context, sim_empty(label)), seL4_IllegalOperation); // itself
    // a has maximum controlled priority 0.
    assert_int_equal(sim_call(b.context, sim_empty(label)), seL4_IllegalOperation);
}

static void yield_to_an_equal_runs_it_and_answers_when_the_caller_runs_again(void **state)
{
    (void)state;
    assert_int_equal(sim_call(a.cap, sim_with_cap(SIM_MESSAGE(TCBSetMCPriority, PRIORITY),
                                                  seL4_CapInitThreadTCB)),
                     seL4_NoError);
    actors_start(&a);
    actors_call(b.context, sim_empty(SchedContextYieldTo));
    assert_ptr_equal(kernel.current, b.tcb);
    assert_ptr_equal(a.tcb->yield_to, b.tcb->sched_context);
    assert_int_equal(actors_register(&a, 0), 0); // an empty answer until then
    assert_int_equal(actors_register(&a, 1), 0);
    sim_run(plat_us_to_ticks(2000));
    actors_yield();
    assert_ptr_equal(kernel.current, a.tcb);
    assert_null(a.tcb->yield_to);
    assert_int_equal(actors_register(&a, 0), 0);
    assert_int_equal(actors_register(&a, 1), 1);
    assert_int_equal(actors_register(&a, 2), 2000);
}

static void yield_to_a_lower_thread_answers_at_once(void **state)
{
    (void)state;
    assert_int_equal(sim_call(a.cap, sim_with_cap(SIM_MESSAGE(TCBSetMCPriority, PRIORITY),
                                                  seL4_CapInitThreadTCB)),
                     seL4_NoError);
    assert_int_equal(sim_call(b.cap, sim_with_cap(SIM_MESSAGE(TCBSetPriority, PRIORITY - 1),
                                                  seL4_CapInitThreadTCB)),
                     seL4_NoError);
    actors_start(&a);
    assert_int_equal(sim_call(b.context, sim_empty(SchedContextYieldTo)), seL4_NoError);
    assert_int_equal(actors_register(&a, 1), 1);
    assert_int_equal(sim_answer(0), 0);
}

static void the_end_of_a_context_answers_who_yielded_to_it(void **state)
{
    (void)state;
    assert_int_equal(sim_call(a.cap, sim_with_cap(SIM_MESSAGE(TCBSetMCPriority, PRIORITY),
                                                  seL4_CapInitThreadTCB)),
                     seL4_NoError);
    actors_start(&a);
    actors_call(b.context, sim_empty(SchedContextYieldTo));
    assert_ptr_equal(kernel.current, b.tcb);
    actors_call(seL4_CapInitThreadCNode, SIM_MESSAGE(CNodeDelete, b.context, 64));
    assert_ptr_equal(kernel.current, a.tcb);
    assert_null(a.tcb->yield_to);
    assert_int_equal(actors_register(&a, 1), 1);
}

static void a_suspended_caller_of_yield_to_keeps_the_empty_answer(void **state)
{
    (void)state;
    assert_int_equal(sim_call(a.cap, sim_with_cap(SIM_MESSAGE(TCBSetMCPriority, PRIORITY),
                                                  seL4_CapInitThreadTCB)),
                     seL4_NoError);
    actors_start(&a);
    actors_call(b.context, sim_empty(SchedContextYieldTo));
    assert_int_equal(sim_call(a.cap, sim_empty(TCBSuspend)), seL4_NoError);
    assert_null(a.tcb->yield_to);
    assert_null(b.tcb->sched_context->yield_from);
    assert_int_equal(actors_register(&a, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(configure_needs_five_words_and_a_context, fresh),
        cmocka_unit_test_setup(configure_checks_budget_period_and_refills, fresh),
        cmocka_unit_test_setup(budgets_are_checked_before_the_capability, fresh),
        cmocka_unit_test_setup(a_fresh_context_gets_its_budget_at_once, fresh),
        cmocka_unit_test_setup(the_running_thread_may_change_its_own_context, fresh),
        cmocka_unit_test_setup(binding_needs_a_free_context_and_a_free_thread, fresh),
        cmocka_unit_test_setup(a_blocked_thread_takes_only_a_released_context, fresh),
        cmocka_unit_test_setup(unbinding_needs_what_is_bound, fresh),
        cmocka_unit_test_setup(a_thread_cannot_take_its_own_context_away, fresh),
        cmocka_unit_test_setup(a_thread_that_deletes_its_own_context_stops, fresh),
        cmocka_unit_test_setup(consumed_is_read_and_reset, fresh),
        cmocka_unit_test_setup(yield_to_checks_its_target, fresh),
        cmocka_unit_test_setup(yield_to_an_equal_runs_it_and_answers_when_the_caller_runs_again,
                               fresh),
        cmocka_unit_test_setup(yield_to_a_lower_thread_answers_at_once, fresh),
        cmocka_unit_test_setup(the_end_of_a_context_answers_who_yielded_to_it, fresh),
        cmocka_unit_test_setup(a_suspended_caller_of_yield_to_keeps_the_empty_answer, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
