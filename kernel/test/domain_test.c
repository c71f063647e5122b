// SPDX-License-Identifier: BSD-2-Clause
//
// Domains (seL4 ABI §8.5, §10.7). In a configuration with one domain, what needs several is
// skipped.
#include "actors.h"
#include "fresh.h"

#include "kernel/kernel.h"
#include "kernel/plat_host.h"
#include "kernel/schedule.h"
#include "kernel/tcb.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { PRIORITY = 100, SLICE = 5000, LONG = 1000000, SHORT = 500000 };

static const uint64_t LENGTH_END = UINT64_C(1) << 56;

static struct actor a;
static struct actor b;

static int fresh(void **state)
{
    (void)state;
    actors_begin();
    b = actors_thread(PRIORITY, SLICE, SLICE);
    a = actors_thread(PRIORITY, SLICE, SLICE);
    return 0;
}

static uint64_t set(uint64_t domain, uint64_t tcb)
{
    return sim_call(seL4_CapDomain, sim_with_cap(SIM_MESSAGE(DomainSetSet, domain), tcb));
}

static uint64_t configure(uint64_t index, uint64_t domain, uint64_t length)
{
    return sim_call(seL4_CapDomain, SIM_MESSAGE(DomainScheduleConfigure, index, domain, length));
}

static uint64_t set_start(uint64_t index)
{
    return sim_call(seL4_CapDomain, SIM_MESSAGE(DomainScheduleSetStart, index));
}

static void the_domain_of_a_thread_is_checked(void **state)
{
    (void)state;
    assert_int_equal(sim_call(seL4_CapDomain, sim_with_cap(sim_empty(DomainSetSet), a.cap)),
                     seL4_TruncatedMessage);
    assert_int_equal(sim_call(seL4_CapDomain, SIM_MESSAGE(DomainSetSet, KCFG_DOMAIN_COUNT)),
                     seL4_InvalidArgument);
    assert_int_equal(sim_answer(0), 0);
    assert_int_equal(sim_call(seL4_CapDomain, SIM_MESSAGE(DomainSetSet, 0)), seL4_TruncatedMessage);
    assert_int_equal(set(0, seL4_CapDomain), seL4_InvalidArgument);
    assert_int_equal(sim_answer(0), 1);
    assert_int_equal(set(0, a.cap), seL4_NoError);
    assert_int_equal(sim_call(seL4_CapDomain, sim_empty(TCBSuspend)), seL4_IllegalOperation);
}

static void setting_a_domain_moves_a_ready_thread_before_its_peers(void **state)
{
    (void)state;
    struct tcb *const *first = &kernel.ready[0][PRIORITY].head;
    const struct actor c = actors_thread(PRIORITY, SLICE, SLICE);
    actors_start(&a);
    const struct actor *const moved[] = {&b, &c, &b, &b};
    for (unsigned i = 0; i < 4; i++) {
        actors_call(seL4_CapDomain, sim_with_cap(SIM_MESSAGE(DomainSetSet, 0), moved[i]->cap));
        assert_ptr_equal(kernel.current, a.tcb);
        assert_ptr_equal(*first, moved[i]->tcb);
    }
}

static void the_schedule_is_checked(void **state)
{
    (void)state;
    const uint64_t entries = KCFG_DOMAIN_SCHEDULE_COUNT;
    assert_int_equal(sim_call(seL4_CapDomain, SIM_MESSAGE(DomainScheduleConfigure, 0, 0)),
                     seL4_TruncatedMessage);
    assert_int_equal(configure(entries - 1, 0, 5), seL4_RangeError);
    assert_int_equal(sim_answer(0), 0);
    assert_int_equal(sim_answer(1), entries - 2);
    assert_int_equal(configure(0, KCFG_DOMAIN_COUNT, 5), seL4_RangeError);
    assert_int_equal(sim_answer(1), KCFG_DOMAIN_COUNT - 1);
    assert_int_equal(configure(0, 0, LENGTH_END), seL4_InvalidArgument);
    assert_int_equal(sim_answer(0), 2);
    assert_int_equal(configure(0, 0, 0), seL4_InvalidArgument); // the start entry
    assert_int_equal(sim_answer(0), 2);
    assert_int_equal(configure(0, 0, LENGTH_END - 1), seL4_NoError);
    assert_int_equal(sim_call(seL4_CapDomain, sim_empty(DomainScheduleSetStart)),
                     seL4_TruncatedMessage);
    assert_int_equal(set_start(entries), seL4_RangeError);
    assert_int_equal(sim_answer(1), entries - 1);
    assert_int_equal(set_start(entries - 1), seL4_InvalidArgument);
    assert_int_equal(sim_answer(0), 0);
    assert_int_equal(set_start(0), seL4_NoError);
}

static void a_schedule_of_one_entry_repeats(void **state)
{
    (void)state;
    assert_int_equal(configure(0, 0, SHORT), seL4_NoError);
    assert_int_equal(set_start(0), seL4_NoError);
    actors_start(&a);
    for (unsigned i = 0; i < 10; i++) {
        sim_run(SHORT);
        assert_false(thread_is_idle(kernel.current));
        assert_true(kernel.domain_end > kernel.now);
    }
}

// --- several domains ---------------------------------------------------------------------------

static void needs_several_domains(void)
{
    if (KCFG_DOMAIN_COUNT < 2) {
        skip();
    }
}

static void an_end_marker_has_domain_0(void **state)
{
    (void)state;
    needs_several_domains();
    assert_int_equal(configure(1, 1, 0), seL4_InvalidArgument);
    assert_int_equal(sim_answer(0), 1);
    assert_int_equal(configure(1, 0, 0), seL4_NoError);
}

// a in domain 0, b in domain 1, which take turns.
static void two_domains(void)
{
    needs_several_domains();
    assert_int_equal(set(1, b.cap), seL4_NoError);
    assert_int_equal(configure(0, 0, LONG), seL4_NoError);
    assert_int_equal(configure(1, 1, SHORT), seL4_NoError);
    assert_int_equal(set_start(0), seL4_NoError);
    actors_start(&a);
}

static void only_threads_of_the_current_domain_run(void **state)
{
    (void)state;
    two_domains();
    actors_yield();
    assert_ptr_equal(kernel.current, a.tcb);
    thread_suspend(a.tcb);
    schedule();
    assert_true(thread_is_idle(kernel.current));
}

static void domains_take_turns(void **state)
{
    (void)state;
    two_domains();
    const ticks_t start = kernel.domain_end - LONG;
    for (unsigned round = 0; round < 3; round++) {
        sim_run(kernel.domain_end - 1250 + 1 - host_machine.now); // less than the minimum is left
        assert_ptr_equal(kernel.current, b.tcb);
        sim_run(kernel.domain_end - 1250 + 1 - host_machine.now);
        assert_ptr_equal(kernel.current, a.tcb);
    }
    assert_true(kernel.now - start <= UINT64_C(3) * (LONG + SHORT));
}

static void a_thread_that_leaves_the_current_domain_stops(void **state)
{
    (void)state;
    two_domains();
    sim_put(seL4_CapDomain,
            &(const struct sim_message){
                .label = DomainSetSet, .length = 1, .word = {1}, .cap_count = 1, .cap = {a.cap}});
    sim_trap(seL4_SysCall);
    assert_true(thread_is_idle(kernel.current));
    assert_true(a.tcb->in_ready);
    sim_run(LONG);
    assert_false(thread_is_idle(kernel.current));
}

static void a_thread_that_comes_into_the_domain_waits_for_the_next_decision(void **state)
{
    (void)state;
    two_domains();
    assert_int_equal(sim_call(b.cap, sim_with_cap(SIM_MESSAGE(TCBSetPriority, PRIORITY + 1),
                                                  seL4_CapInitThreadTCB)),
                     seL4_NoError);
    actors_call(seL4_CapDomain, sim_with_cap(SIM_MESSAGE(DomainSetSet, 0), b.cap));
    assert_ptr_equal(kernel.current, a.tcb);
    actors_yield();
    assert_ptr_equal(kernel.current, b.tcb);
}

static void changing_the_entry_that_runs_takes_effect_the_next_time(void **state)
{
    (void)state;
    two_domains();
    assert_int_equal(configure(0, 1, LONG), seL4_NoError);
    assert_ptr_equal(kernel.current, a.tcb);
    assert_int_equal(schedule_domain(), 0);
}

static void a_new_start_takes_effect_at_once(void **state)
{
    (void)state;
    two_domains();
    actors_call(seL4_CapDomain, SIM_MESSAGE(DomainScheduleSetStart, 1));
    assert_ptr_equal(kernel.current, b.tcb);
    assert_int_equal(actors_register(&a, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_domain_of_a_thread_is_checked, fresh),
        cmocka_unit_test_setup(setting_a_domain_moves_a_ready_thread_before_its_peers, fresh),
        cmocka_unit_test_setup(the_schedule_is_checked, fresh),
        cmocka_unit_test_setup(a_schedule_of_one_entry_repeats, fresh),
        cmocka_unit_test_setup(an_end_marker_has_domain_0, fresh),
        cmocka_unit_test_setup(only_threads_of_the_current_domain_run, fresh),
        cmocka_unit_test_setup(domains_take_turns, fresh),
        cmocka_unit_test_setup(a_thread_that_leaves_the_current_domain_stops, fresh),
        cmocka_unit_test_setup(a_thread_that_comes_into_the_domain_waits_for_the_next_decision,
                               fresh),
        cmocka_unit_test_setup(changing_the_entry_that_runs_takes_effect_the_next_time, fresh),
        cmocka_unit_test_setup(a_new_start_takes_effect_at_once, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
