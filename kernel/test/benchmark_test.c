// SPDX-License-Identifier: BSD-2-Clause
//
// Benchmark system calls: what they leave in the registers, and what is accounted to whom (seL4 ABI
// §1.6). Cycles pass when a test says so.
#include "actors.h"
#include "fresh.h"

#include "kernel/arch.h"
#include "kernel/arch_host.h"
#include "kernel/ipc.h"
#include "kernel/kernel.h"
#include "kernel/plat_host.h"
#include "kernel/sched_context.h"
#include "kernel/schedule.h"
#include "kernel/syscall.h"
#include "kernel/tcb.h"

#include <sel4/reserved.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { PRIORITY = 100, SLICE = 5000, W = 1, GR = 8, NOTHING = 0x777 };

static uint64_t endpoint;
static uint64_t reply;
static struct actor a;       // of the measured threads the lower one
static struct actor handler; // of the faults of `a`, waits on the endpoint
static uint64_t words[KAAL_BENCHMARK_WORDS];

static int fresh(void **state)
{
    (void)state;
    actors_begin();
    endpoint = actors_endpoint();
    const uint64_t handler_cap = actors_mint(endpoint, W | GR, 1);
    reply = actors_reply();
    a = actors_thread(PRIORITY, SLICE, SLICE);
    handler = actors_thread(PRIORITY + 1, SLICE, SLICE);
    actors_set_fault_handler(a, handler_cap);
    actors_start(&handler);
    actors_recv(endpoint, reply);
    actors_become(&a);
    return 0;
}

// System call `number` of the current thread. Returns x0.
static uint64_t call(int64_t number, uint64_t x0, uint64_t x1)
{
    struct tcb *tcb = kernel.current;
    tcb->context.x[0] = x0;
    tcb->context.x[1] = x1;
    sim_trap(number);
    return tcb->context.x[0];
}

static void get(uint64_t thread)
{
    uint64_t *buffer = sim_buffer(kernel.current);
    for (unsigned i = 0; i < KAAL_BENCHMARK_WORDS; i++) {
        buffer[BUFFER_MESSAGE + i] = NOTHING;
    }
    assert_int_equal(call(KAAL_SYS_BENCHMARK_GET_THREAD_UTILISATION, thread, 1), thread);
    for (unsigned i = 0; i < KAAL_BENCHMARK_WORDS; i++) {
        words[i] = buffer[BUFFER_MESSAGE + i];
    }
}

static void reset_log(void)
{
    assert_int_equal(call(KAAL_SYS_BENCHMARK_RESET_LOG, 9, 9), 0);
}

static void finalize_log(void)
{
    assert_int_equal(call(KAAL_SYS_BENCHMARK_FINALIZE_LOG, 9, 9), 9);
}

static void assert_unknown(int64_t number)
{
    actors_become(&a);
    a.tcb->context.x[0] = 5;
    sim_trap(number);
    assert_ptr_equal(kernel.current, handler.tcb);
    const struct sim_message message = sim_received(handler.tcb);
    assert_int_equal(message.label, 2);
    assert_int_equal(message.word[12], (uint64_t)number);
    actors_reply_recv(endpoint, reply, sim_empty(0));
}

// --- registers ---------------------------------------------------------------------------------

static void no_configuration_has_a_log_or_more_calls(void **state)
{
    (void)state;
    assert_unknown(KAAL_SYS_BENCHMARK_SET_LOG_BUFFER);
    assert_unknown(KAAL_SYS_BENCHMARK_DUMP_ALL_THREADS_UTILISATION);
    assert_unknown(KAAL_SYS_BENCHMARK_RESET_ALL_THREADS_UTILISATION);
}

static void without_benchmarks_the_calls_are_unknown(void **state)
{
    (void)state;
    const uint64_t before = host_cpu.cache_operations;
    for (int64_t number = KAAL_SYS_BENCHMARK_RESET_THREAD_UTILISATION;
         number <= KAAL_SYS_BENCHMARK_FLUSH_CACHES; number++) {
        assert_unknown(number);
    }
    assert_int_equal(host_cpu.cache_operations, before);
}

static void the_calls_change_x0_at_most(void **state)
{
    (void)state;
    actors_mark(&a);
    assert_int_equal(call(KAAL_SYS_BENCHMARK_NULL_SYSCALL, 5, actors_mark_of(1)), 5);
    assert_int_equal(call(KAAL_SYS_BENCHMARK_RESET_LOG, 5, actors_mark_of(1)), 0);
    assert_int_equal(call(KAAL_SYS_BENCHMARK_FINALIZE_LOG, 5, actors_mark_of(1)), 5);
    assert_int_equal(call(KAAL_SYS_BENCHMARK_GET_THREAD_UTILISATION, a.cap, actors_mark_of(1)),
                     a.cap);
    assert_int_equal(call(KAAL_SYS_BENCHMARK_RESET_THREAD_UTILISATION, a.cap, actors_mark_of(1)),
                     a.cap);
    assert_int_equal(call(KAAL_SYS_BENCHMARK_FLUSH_CACHES, 0, actors_mark_of(1)), 0);
    actors_mark(&a);
    sim_trap(KAAL_SYS_BENCHMARK_NULL_SYSCALL);
    a.tcb->context.x[7] = actors_mark_of(7); // the number
    assert_true(actors_marked_from(&a, 0));
    assert_true(actors_goes_on(&a));
}

static void caches_are_flushed_as_asked(void **state)
{
    (void)state;
    (void)call(KAAL_SYS_BENCHMARK_FLUSH_CACHES, 0, 0);
    assert_true(host_cpu.flushed.instruction && host_cpu.flushed.data);
    assert_false(host_cpu.flushed.first_level);
    (void)call(KAAL_SYS_BENCHMARK_FLUSH_CACHES, 1, 1);
    assert_true(host_cpu.flushed.instruction && host_cpu.flushed.first_level);
    assert_false(host_cpu.flushed.data);
    (void)call(KAAL_SYS_BENCHMARK_FLUSH_CACHES, 1, 2);
    assert_true(host_cpu.flushed.data && !host_cpu.flushed.instruction);
    (void)call(KAAL_SYS_BENCHMARK_FLUSH_CACHES, 9, 3);
    assert_true(host_cpu.flushed.data && host_cpu.flushed.instruction);
}

static void what_is_not_a_thread_is_passed_over(void **state)
{
    (void)state;
    reset_log();
    const uint64_t wrong[] = {0, endpoint, 0x3fffffff};
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        get(wrong[i]);
        assert_int_equal(words[0], NOTHING);
        assert_int_equal(call(KAAL_SYS_BENCHMARK_RESET_THREAD_UTILISATION, wrong[i], 0), wrong[i]);
    }
}

static void without_a_buffer_nothing_is_told(void **state)
{
    (void)state;
    reset_log();
    slot_clear(&a.tcb->slots[TCB_SLOT_BUFFER]);
    assert_int_equal(call(KAAL_SYS_BENCHMARK_GET_THREAD_UTILISATION, a.cap, 0), a.cap);
}

// --- accounting --------------------------------------------------------------------------------

static void nothing_is_counted_before_the_log_is_reset(void **state)
{
    (void)state;
    host_cpu.cycles += 100;
    actors_yield();
    get(a.cap);
    for (unsigned i = 0; i < KAAL_BENCHMARK_WORDS; i++) {
        assert_int_equal(words[i], 0);
    }
}

// From the entry at which it was chosen to that at which another was.
static void a_thread_is_charged_until_another_is_chosen(void **state)
{
    (void)state;
    reset_log();
    host_cpu.cycles += 100;
    sim_trap(1234); // a fault: the handler is next
    assert_ptr_equal(kernel.current, handler.tcb);
    host_cpu.cycles += 30;
    actors_reply_recv(endpoint, reply, sim_empty(0));
    assert_ptr_equal(kernel.current, a.tcb);
    host_cpu.cycles += 7;
    get(handler.cap);
    assert_int_equal(words[KAAL_BENCHMARK_TCB_UTILISATION], 30);
    assert_int_equal(words[KAAL_BENCHMARK_TCB_NUMBER_SCHEDULES], 1);
    assert_int_equal(words[KAAL_BENCHMARK_TCB_NUMBER_KERNEL_ENTRIES], 1);
    assert_int_equal(words[KAAL_BENCHMARK_TOTAL_UTILISATION], 137);
    assert_int_equal(words[KAAL_BENCHMARK_TOTAL_NUMBER_SCHEDULES], 3);
    get(a.cap);
    assert_int_equal(words[KAAL_BENCHMARK_TCB_UTILISATION], 100); // until it was left
    assert_int_equal(words[KAAL_BENCHMARK_TCB_NUMBER_SCHEDULES], 2);
}

static void the_kernel_works_for_whom_it_leaves_to(void **state)
{
    (void)state;
    reset_log();
    actors_become(&a);
    host_cpu.cycles += 5;
    host_cpu.cycles_each = 11;
    sim_trap(1234);
    host_cpu.cycles_each = 0;
    actors_reply_recv(endpoint, reply, sim_empty(0));
    get(handler.cap);
    assert_int_equal(words[KAAL_BENCHMARK_TCB_KERNEL_UTILISATION], 11);
    assert_int_equal(words[KAAL_BENCHMARK_TCB_NUMBER_KERNEL_ENTRIES], 1);
    assert_int_equal(words[KAAL_BENCHMARK_TOTAL_KERNEL_UTILISATION], 11);
    assert_int_equal(words[KAAL_BENCHMARK_TOTAL_NUMBER_KERNEL_ENTRIES], 3);
}

static void a_yield_to_oneself_is_a_schedule(void **state)
{
    (void)state;
    reset_log();
    actors_yield();
    actors_yield();
    get(a.cap);
    assert_int_equal(words[KAAL_BENCHMARK_TCB_NUMBER_SCHEDULES], 3);
    assert_int_equal(words[KAAL_BENCHMARK_TCB_NUMBER_KERNEL_ENTRIES], 3);
    (void)call(KAAL_SYS_BENCHMARK_NULL_SYSCALL, 0, 0);
    get(a.cap);
    assert_int_equal(words[KAAL_BENCHMARK_TCB_NUMBER_SCHEDULES], 3);
    assert_int_equal(words[KAAL_BENCHMARK_TCB_NUMBER_KERNEL_ENTRIES], 5);
}

static void faults_and_interrupts_are_entries_as_well(void **state)
{
    (void)state;
    reset_log();
    host_cpu.cycles += 20;
    entry_interrupt();
    a.tcb->context.restart_pc = a.tcb->context.pc;
    entry_vm_fault(0, 0, false);
    assert_ptr_equal(kernel.current, handler.tcb);
    get(a.cap);
    assert_int_equal(words[KAAL_BENCHMARK_TCB_UTILISATION], 20);
    assert_int_equal(words[KAAL_BENCHMARK_TCB_NUMBER_KERNEL_ENTRIES], 2);
    assert_int_equal(words[KAAL_BENCHMARK_TOTAL_NUMBER_KERNEL_ENTRIES], 3);
}

static void a_fast_call_is_charged_like_a_slow_one(void **state)
{
    (void)state;
    const uint64_t caller_cap = actors_mint(endpoint, W | GR, 1);
    reset_log();
    host_cpu.cycles += 20;
    actors_call(caller_cap, sim_empty(0));
    assert_ptr_equal(kernel.current, handler.tcb);
    host_cpu.cycles += 3;
    actors_reply_recv(endpoint, reply, sim_empty(0));
    assert_ptr_equal(kernel.current, a.tcb);
    get(handler.cap);
    assert_int_equal(words[KAAL_BENCHMARK_TCB_UTILISATION], 3);
    assert_int_equal(words[KAAL_BENCHMARK_TCB_NUMBER_SCHEDULES], 1);
    assert_int_equal(words[KAAL_BENCHMARK_TOTAL_NUMBER_SCHEDULES], 3);
    assert_int_equal(words[KAAL_BENCHMARK_TOTAL_NUMBER_KERNEL_ENTRIES], 3);
}

static void idle_time_is_counted_by_itself(void **state)
{
    (void)state;
    reset_log();
    host_cpu.cycles += 10;
    actors_recv(endpoint, reply); // nobody is left
    assert_true(thread_is_idle(kernel.current));
    host_cpu.cycles += 1000;
    thread_restart(a.tcb);
    entry_interrupt();
    assert_ptr_equal(kernel.current, a.tcb);
    get(a.cap);
    assert_int_equal(words[KAAL_BENCHMARK_IDLE_LOCALCPU_UTILISATION], 1000);
    assert_int_equal(words[KAAL_BENCHMARK_IDLE_TCBCPU_UTILISATION], 1000);
    assert_int_equal(words[KAAL_BENCHMARK_IDLE_NUMBER_SCHEDULES], 1);
    assert_int_equal(words[KAAL_BENCHMARK_IDLE_NUMBER_KERNEL_ENTRIES], 1);
    assert_int_equal(words[KAAL_BENCHMARK_TCB_UTILISATION], 10);
}

static void the_end_charges_who_runs_and_stops_the_clock(void **state)
{
    (void)state;
    reset_log();
    host_cpu.cycles += 40;
    finalize_log();
    host_cpu.cycles += 500;
    actors_yield();
    finalize_log(); // again: nothing
    get(a.cap);
    assert_int_equal(words[KAAL_BENCHMARK_TCB_UTILISATION], 40);
    assert_int_equal(words[KAAL_BENCHMARK_TCB_NUMBER_SCHEDULES], 1);
    assert_int_equal(words[KAAL_BENCHMARK_IDLE_NUMBER_SCHEDULES], 1);
    assert_int_equal(words[KAAL_BENCHMARK_TOTAL_UTILISATION], 40);
    assert_int_equal(words[KAAL_BENCHMARK_TOTAL_NUMBER_SCHEDULES], 2);
    assert_int_equal(words[KAAL_BENCHMARK_TOTAL_NUMBER_KERNEL_ENTRIES], 1);
}

static void a_thread_keeps_its_counters_until_they_are_reset(void **state)
{
    (void)state;
    reset_log();
    host_cpu.cycles += 40;
    finalize_log();
    reset_log();
    get(a.cap);
    assert_int_equal(words[KAAL_BENCHMARK_TCB_UTILISATION], 40);
    assert_int_equal(words[KAAL_BENCHMARK_TOTAL_UTILISATION], 0);
    host_cpu.cycles += 60;
    (void)call(KAAL_SYS_BENCHMARK_RESET_THREAD_UTILISATION, a.cap, 0);
    get(a.cap);
    assert_int_equal(words[KAAL_BENCHMARK_TCB_UTILISATION], 0);
    host_cpu.cycles += 3;
    finalize_log();
    get(a.cap);
    assert_int_equal(words[KAAL_BENCHMARK_TCB_UTILISATION], 3); // since it was reset
}

int main(void)
{
    const struct CMUnitTest without[] = {
        cmocka_unit_test_setup(no_configuration_has_a_log_or_more_calls, fresh),
        cmocka_unit_test_setup(without_benchmarks_the_calls_are_unknown, fresh),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(no_configuration_has_a_log_or_more_calls, fresh),
        cmocka_unit_test_setup(the_calls_change_x0_at_most, fresh),
        cmocka_unit_test_setup(caches_are_flushed_as_asked, fresh),
        cmocka_unit_test_setup(what_is_not_a_thread_is_passed_over, fresh),
        cmocka_unit_test_setup(without_a_buffer_nothing_is_told, fresh),
        cmocka_unit_test_setup(nothing_is_counted_before_the_log_is_reset, fresh),
        cmocka_unit_test_setup(a_thread_is_charged_until_another_is_chosen, fresh),
        cmocka_unit_test_setup(the_kernel_works_for_whom_it_leaves_to, fresh),
        cmocka_unit_test_setup(a_yield_to_oneself_is_a_schedule, fresh),
        cmocka_unit_test_setup(faults_and_interrupts_are_entries_as_well, fresh),
        cmocka_unit_test_setup(a_fast_call_is_charged_like_a_slow_one, fresh),
        cmocka_unit_test_setup(idle_time_is_counted_by_itself, fresh),
        cmocka_unit_test_setup(the_end_charges_who_runs_and_stops_the_clock, fresh),
        cmocka_unit_test_setup(a_thread_keeps_its_counters_until_they_are_reset, fresh),
    };
    return KCFG_BENCHMARK_UTILISATION ? cmocka_run_group_tests(tests, NULL, NULL)
                                      : cmocka_run_group_tests(without, NULL, NULL);
}
