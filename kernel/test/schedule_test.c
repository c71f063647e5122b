// SPDX-License-Identifier: BSD-2-Clause
//
// Who runs when, and for how long (seL4 ABI §10). The kernel itself takes no time here.
#include "actors.h"
#include "fresh.h"

#include "kernel/endpoint.h"
#include "kernel/plat_host.h"
#include "kernel/refill.h"
#include "kernel/sched_context.h"
#include "kernel/schedule.h"
#include "kernel/tcb.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { PRIORITY = 100, SLICE = 5000, ALL = 15 };

static uint64_t endpoint;
static uint64_t reply;
static struct actor a;
static struct actor b;
static struct actor high;    // round robin
static struct actor limited; // 1 ms in 10 ms, above a and b

static int fresh(void **state)
{
    (void)state;
    actors_begin();
    endpoint = actors_endpoint();
    reply = actors_reply();
    b = actors_thread(PRIORITY, SLICE, SLICE);
    a = actors_thread(PRIORITY, SLICE, SLICE); // made last, runs first
    high = actors_thread(PRIORITY + 1, SLICE, SLICE);
    limited = actors_thread(PRIORITY + 2, 1000, 10000);
    thread_suspend(high.tcb);
    thread_suspend(limited.tcb);
    return 0;
}

// Even numbers are whole ticks.
static void run_us(uint64_t us)
{
    sim_run(plat_us_to_ticks(us));
}

#define assert_runs(actor) assert_ptr_equal(kernel.current, (actor).tcb)

// --- round robin -------------------------------------------------------------------------------

static void equals_take_turns_of_one_budget(void **state)
{
    (void)state;
    actors_start(&a);
    run_us(4998);
    assert_runs(a);
    run_us(2);
    assert_runs(b);
    run_us(5000);
    assert_runs(a);
}

static void a_preempted_thread_goes_on_before_its_equals(void **state)
{
    (void)state;
    actors_start(&high);
    actors_recv(endpoint, reply);
    actors_become(&a);
    run_us(2000);
    actors_send(endpoint, sim_empty(0));
    assert_runs(high);
    actors_recv(endpoint, reply);
    assert_runs(a);
    run_us(2998); // what is left of its budget
    assert_runs(a);
    run_us(2);
    assert_runs(b);
}

static void yield_gives_the_rest_of_the_budget_away(void **state)
{
    (void)state;
    actors_start(&a);
    actors_mark(&a);
    run_us(1000);
    actors_yield();
    assert_runs(b);
    assert_true(actors_marked_from(&a, 0));
    assert_true(actors_goes_on(&a));
    run_us(5000);
    assert_runs(a);
    run_us(4998); // a full budget again
    assert_runs(a);
}

static void a_single_round_robin_thread_never_stops(void **state)
{
    (void)state;
    thread_suspend(b.tcb);
    actors_start(&a);
    for (unsigned i = 0; i < 20; i++) {
        run_us(3000);
        assert_runs(a);
    }
}

// --- budgets -----------------------------------------------------------------------------------

static void a_used_up_budget_comes_back_with_the_next_period(void **state)
{
    (void)state;
    actors_start(&limited);
    run_us(998);
    assert_runs(limited);
    run_us(2);
    assert_runs(a);
    assert_true(limited.tcb->in_release);
    run_us(8998);
    assert_true(limited.tcb->in_release);
    run_us(2);
    assert_runs(limited);
}

static void a_thread_that_only_spins_gets_its_share_and_no_more(void **state)
{
    (void)state;
    struct sched_context *context = limited.tcb->sched_context;
    actors_start(&limited);
    (void)sched_context_consumed(context);
    for (unsigned i = 0; i < 1000; i++) {
        run_us(100);
    }
    const uint64_t used = sched_context_consumed(context);
    assert_in_range(used, 9900, 10100); // of 100 ms
}

static void with_nobody_else_the_processor_is_idle_until_the_refill(void **state)
{
    (void)state;
    thread_suspend(a.tcb);
    thread_suspend(b.tcb);
    actors_start(&limited);
    run_us(1000);
    assert_true(thread_is_idle(kernel.current));
    assert_null(kernel.context);
    assert_int_equal(host_machine.deadline, host_machine.now + plat_us_to_ticks(9000));
    run_us(9000);
    assert_runs(limited);
}

static void yield_waits_for_the_next_period_and_counts_only_real_use(void **state)
{
    (void)state;
    struct sched_context *context = limited.tcb->sched_context;
    actors_start(&limited);
    (void)sched_context_consumed(context);
    run_us(300);
    actors_yield();
    assert_runs(a);
    assert_true(limited.tcb->in_release);
    assert_int_equal(sched_context_consumed(context), 300);
    run_us(9698);
    assert_true(limited.tcb->in_release);
    run_us(2);
    assert_runs(limited);
}

static void a_system_call_without_budget_is_executed_again_later(void **state)
{
    (void)state;
    actors_start(&limited);
    host_advance(plat_us_to_ticks(990)); // less than the minimum is left
    actors_mark(&limited);
    actors_send(endpoint, sim_empty(0));
    assert_runs(a);
    assert_true(actors_retries(&limited));
    assert_true(limited.tcb->in_release);
    run_us(9010);
    assert_runs(limited);
    sim_trap(seL4_SysSend);
    assert_int_equal(limited.tcb->state, THREAD_BLOCKED_SEND);
}

static void a_callee_is_charged_to_the_context_it_was_lent(void **state)
{
    (void)state;
    struct sched_context *context = limited.tcb->sched_context;
    actors_start(&a);
    actors_recv(endpoint, reply);
    actors_become(&b);
    assert_int_equal(actors_invoke(a.context, sim_empty(SchedContextUnbind)), seL4_NoError);
    actors_become(&limited);
    (void)sched_context_consumed(context);
    run_us(200);
    actors_call(endpoint, sim_empty(0));
    assert_runs(a);
    run_us(500);
    actors_send(reply, sim_empty(0));
    assert_runs(limited);
    run_us(298);
    assert_runs(limited);
    run_us(2);
    assert_runs(b);
    assert_int_equal(sched_context_consumed(context), 1000);
}

static void a_borrower_that_overruns_waits_for_the_lenders_refill(void **state)
{
    (void)state;
    actors_start(&a);
    actors_recv(endpoint, reply);
    actors_become(&b);
    assert_int_equal(actors_invoke(a.context, sim_empty(SchedContextUnbind)), seL4_NoError);
    actors_become(&limited);
    actors_call(endpoint, sim_empty(0));
    run_us(1000);
    assert_runs(b);
    assert_true(a.tcb->in_release);
    run_us(8998);
    assert_true(a.tcb->in_release);
    run_us(2);
    assert_false(a.tcb->in_release);
    assert_true(thread_is_schedulable(a.tcb));
}

static void missed_refills_do_not_add_up(void **state)
{
    (void)state;
    actors_start(&limited);
    run_us(400);
    actors_recv(endpoint, reply);
    assert_runs(a);
    run_us(50000);
    actors_become(&a);
    actors_send(endpoint, sim_empty(0));
    assert_runs(limited);
    run_us(998);
    assert_runs(limited);
    run_us(2);
    assert_true(limited.tcb->in_release);
}

// --- the timer ---------------------------------------------------------------------------------

static void the_timer_is_set_to_the_end_of_the_budget(void **state)
{
    (void)state;
    actors_start(&a);
    run_us(1000);
    actors_nbsend(endpoint, sim_empty(0));
    assert_int_equal(host_machine.deadline, host_machine.now + plat_us_to_ticks(4000));
}

static void the_timer_is_set_to_a_refill_that_comes_earlier(void **state)
{
    (void)state;
    actors_start(&limited);
    run_us(1000); // its next refill is in 9 ms: a 5 ms, b 4 ms
    assert_int_equal(host_machine.deadline, host_machine.now + plat_us_to_ticks(5000));
    run_us(5000);
    assert_runs(b);
    assert_int_equal(host_machine.deadline, host_machine.now + plat_us_to_ticks(4000));
}

static void threads_are_released_in_the_order_of_their_refills(void **state)
{
    (void)state;
    actors_begin();
    struct actor slow = actors_thread(PRIORITY, 1000, 40000);
    struct actor quick = actors_thread(PRIORITY, 1000, 20000);
    actors_start(&slow);
    run_us(1000);
    assert_runs(quick);
    run_us(1000);
    assert_true(thread_is_idle(kernel.current));
    assert_ptr_equal(kernel.release.first, quick.tcb);
    run_us(19000);
    assert_runs(quick);
}

// --- priorities --------------------------------------------------------------------------------

static void a_raised_priority_takes_the_processor(void **state)
{
    (void)state;
    actors_start(&a);
    assert_int_equal(actors_invoke(a.cap, sim_with_cap(SIM_MESSAGE(TCBSetPriority, PRIORITY),
                                                       seL4_CapInitThreadTCB)),
                     seL4_NoError);
    actors_call(b.cap,
                sim_with_cap(SIM_MESSAGE(TCBSetPriority, PRIORITY + 5), seL4_CapInitThreadTCB));
    assert_runs(b);
    assert_int_equal(actors_register(&a, 1), 0);
}

static void a_lowered_priority_gives_the_processor_away(void **state)
{
    (void)state;
    actors_start(&a);
    actors_call(a.cap,
                sim_with_cap(SIM_MESSAGE(TCBSetPriority, PRIORITY - 1), seL4_CapInitThreadTCB));
    assert_runs(b);
    assert_int_equal(actors_register(&a, 0), 0);
    assert_int_equal(actors_register(&a, 1), 0);
    thread_suspend(b.tcb);
    schedule();
    assert_runs(a);
}

static void a_suspended_thread_goes_on_behind_its_last_instruction(void **state)
{
    (void)state;
    actors_start(&a);
    b.tcb->context.pc = 0x5004;
    b.tcb->context.restart_pc = 0x5000;
    assert_int_equal(actors_invoke(b.cap, sim_empty(TCBSuspend)), seL4_NoError);
    assert_int_equal(b.tcb->state, THREAD_INACTIVE);
    assert_int_equal(actors_invoke(b.cap, sim_empty(TCBResume)), seL4_NoError);
    assert_int_equal(arch_next_pc(&b.tcb->context), 0x5004);
    assert_true(b.tcb->in_ready);
}

static void a_resumed_thread_executes_a_blocked_system_call_again(void **state)
{
    (void)state;
    actors_start(&b);
    actors_recv(endpoint, reply);
    actors_become(&a);
    assert_int_equal(actors_invoke(b.cap, sim_empty(TCBResume)), seL4_NoError);
    assert_true(actors_retries(&b));
    assert_null(b.tcb->reply);
    assert_null(endpoint_of(fresh_slot(endpoint)->cap)->first);
}

static void
a_sporadic_context_keeps_its_refills_while_its_thread_waits_for_the_processor(void **state)
{
    (void)state;
    actors_begin();
    struct actor sporadic =
        actors_thread_badged(PRIORITY, 1000, 10000, 0, 0, seL4_SchedContext_Sporadic);
    struct actor constant = actors_thread_badged(PRIORITY, 1000, 10000, 0, 0, 0);
    struct actor above = actors_thread(PRIORITY + 1, SLICE, SLICE);
    const ticks_t due = refill_head(sporadic.tcb->sched_context)->time;
    actors_start(&above);
    run_us(3000);
    thread_suspend(above.tcb);
    schedule();
    assert_int_equal(refill_head(sporadic.tcb->sched_context)->time, due);
    actors_become(&constant);
    assert_int_equal(refill_head(constant.tcb->sched_context)->time, kernel.now);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(equals_take_turns_of_one_budget, fresh),
        cmocka_unit_test_setup(a_preempted_thread_goes_on_before_its_equals, fresh),
        cmocka_unit_test_setup(yield_gives_the_rest_of_the_budget_away, fresh),
        cmocka_unit_test_setup(a_single_round_robin_thread_never_stops, fresh),
        cmocka_unit_test_setup(a_used_up_budget_comes_back_with_the_next_period, fresh),
        cmocka_unit_test_setup(a_thread_that_only_spins_gets_its_share_and_no_more, fresh),
        cmocka_unit_test_setup(with_nobody_else_the_processor_is_idle_until_the_refill, fresh),
        cmocka_unit_test_setup(yield_waits_for_the_next_period_and_counts_only_real_use, fresh),
        cmocka_unit_test_setup(a_system_call_without_budget_is_executed_again_later, fresh),
        cmocka_unit_test_setup(a_callee_is_charged_to_the_context_it_was_lent, fresh),
        cmocka_unit_test_setup(a_borrower_that_overruns_waits_for_the_lenders_refill, fresh),
        cmocka_unit_test_setup(missed_refills_do_not_add_up, fresh),
        cmocka_unit_test_setup(the_timer_is_set_to_the_end_of_the_budget, fresh),
        cmocka_unit_test_setup(the_timer_is_set_to_a_refill_that_comes_earlier, fresh),
        cmocka_unit_test_setup(threads_are_released_in_the_order_of_their_refills, fresh),
        cmocka_unit_test_setup(a_raised_priority_takes_the_processor, fresh),
        cmocka_unit_test_setup(a_lowered_priority_gives_the_processor_away, fresh),
        cmocka_unit_test_setup(a_suspended_thread_goes_on_behind_its_last_instruction, fresh),
        cmocka_unit_test_setup(a_resumed_thread_executes_a_blocked_system_call_again, fresh),
        cmocka_unit_test_setup(
            a_sporadic_context_keeps_its_refills_while_its_thread_waits_for_the_processor, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
