// SPDX-License-Identifier: BSD-2-Clause
//
// Faults: every message word by word, and what each answer does (seL4 ABI §4).
#include "actors.h"
#include "fresh.h"

#include "kernel/arch.h"
#include "kernel/plat_host.h"
#include "kernel/sched_context.h"
#include "kernel/schedule.h"
#include "kernel/syscall.h"
#include "kernel/tcb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { PRIORITY = 100, SLICE = 5000, W = 1, R = 2, GR = 8, BADGE = 99, PC = 0x4000 };

static uint64_t endpoint;
static uint64_t handler_cap; // W, grant-reply; badge 99
static uint64_t reply;
static struct actor a;       // faults
static struct actor handler; // waits on the endpoint
static struct actor limited; // 1 ms in 10 ms, timeouts go to the handler

static int fresh(void **state)
{
    (void)state;
    actors_begin();
    endpoint = actors_endpoint();
    handler_cap = actors_mint(endpoint, W | GR, BADGE);
    reply = actors_reply();
    a = actors_thread(PRIORITY, SLICE, SLICE);
    handler = actors_thread(PRIORITY + 1, SLICE, SLICE);
    limited = actors_thread_badged(PRIORITY, 1000, 10000, 0, 1234, 0);
    actors_set_fault_handler(a, handler_cap);
    actors_set_timeout_handler(limited, handler_cap);
    thread_suspend(limited.tcb);
    actors_start(&handler);
    actors_recv(endpoint, reply);
    actors_become(&a);
    a.tcb->context.pc = PC;
    return 0;
}

static void assert_message(uint64_t label, unsigned length)
{
    assert_ptr_equal(kernel.current, handler.tcb);
    assert_int_equal(actors_register(&handler, 0), BADGE);
    const struct sim_message message = sim_received(handler.tcb);
    assert_int_equal(message.label, label);
    assert_int_equal(message.length, length);
    assert_int_equal(message.cap_count, 0);
}

static uint64_t word(unsigned index)
{
    return sim_received(handler.tcb).word[index];
}

static void vm_fault(bool instruction)
{
    a.tcb->context.restart_pc = a.tcb->context.pc;
    entry_vm_fault(0xdead0000, 0x92000046, instruction);
}

// --- memory ------------------------------------------------------------------------------------

static void a_memory_fault_tells_place_address_and_syndrome(void **state)
{
    (void)state;
    vm_fault(false);
    assert_message(6, 4);
    assert_int_equal(word(0), PC);
    assert_int_equal(word(1), 0xdead0000);
    assert_int_equal(word(2), 0);
    assert_int_equal(word(3), 0x92000046);
    assert_int_equal(a.tcb->state, THREAD_BLOCKED_REPLY);
}

static void any_answer_to_a_memory_fault_restarts_the_thread(void **state)
{
    (void)state;
    actors_mark(&a);
    vm_fault(true);
    assert_int_equal(word(2), 1);
    actors_send(reply, SIM_MESSAGE(77, 0x8000, 1, 2, 3));
    assert_int_equal(a.tcb->state, THREAD_RUNNING);
    assert_int_equal(a.tcb->fault.kind, FAULT_NONE);
    assert_int_equal(arch_next_pc(&a.tcb->context), PC);
    assert_true(actors_marked_from(&a, 0));
}

static void a_fault_without_a_handler_stops_the_thread(void **state)
{
    (void)state;
    actors_become(&a);
    assert_int_equal(actors_invoke(a.cap, sim_empty(TCBUnbindNotification)), seL4_IllegalOperation);
    slot_clear(&a.tcb->slots[TCB_SLOT_FAULT]);
    vm_fault(false);
    assert_int_equal(a.tcb->state, THREAD_INACTIVE);
    assert_int_equal(a.tcb->fault.kind, FAULT_NONE);
    if (KCFG_DEBUG_BUILD && KCFG_PRINTING) {
        assert_non_null(strstr(host_machine.output, "unhandled fault=vm"));
        assert_non_null(strstr(host_machine.output, "address=0xdead0000"));
    } else {
        assert_int_equal(host_machine.output_length, 0);
    }
}

static void a_fault_waits_for_its_handler(void **state)
{
    (void)state;
    thread_suspend(handler.tcb);
    vm_fault(false);
    assert_int_equal(a.tcb->state, THREAD_BLOCKED_SEND);
    actors_become(&handler);
    actors_recv(endpoint, reply);
    assert_message(6, 4);
}

static void a_resumed_thread_forgets_its_fault(void **state)
{
    (void)state;
    vm_fault(false);
    actors_become(&handler);
    assert_int_equal(actors_invoke(a.cap, sim_empty(TCBResume)), seL4_NoError);
    assert_int_equal(a.tcb->fault.kind, FAULT_NONE);
    assert_int_equal(arch_next_pc(&a.tcb->context), PC);
    actors_send(reply, sim_empty(1)); // the reply object is idle
    assert_int_equal(a.tcb->state, THREAD_RUNNING);
}

static void a_faulting_thread_whose_endpoint_ends_stays_stopped(void **state)
{
    (void)state;
    thread_suspend(handler.tcb);
    vm_fault(false);
    actors_become(&handler);
    assert_int_equal(sim_revoke(endpoint), seL4_NoError);
    assert_int_equal(sim_delete(endpoint), seL4_NoError);
    assert_int_equal(a.tcb->state, THREAD_INACTIVE);
    assert_int_equal(a.tcb->fault.kind, FAULT_NONE);
}

static void a_passive_handler_gets_the_context_of_the_fault(void **state)
{
    (void)state;
    struct sched_context *context = a.tcb->sched_context;
    assert_int_equal(actors_invoke(handler.context, sim_empty(SchedContextUnbind)), seL4_NoError);
    vm_fault(false);
    assert_message(6, 4);
    assert_ptr_equal(handler.tcb->sched_context, context);
    actors_send(reply, sim_empty(0));
    assert_ptr_equal(a.tcb->sched_context, context);
    assert_ptr_equal(kernel.current, a.tcb);
}

// --- capabilities ------------------------------------------------------------------------------

static void an_address_that_leads_nowhere_is_a_capability_fault(void **state)
{
    (void)state;
    a.tcb->context.pc = PC;
    actors_send(0x3fffffff, sim_empty(0));
    assert_message(1, 7);
    assert_int_equal(word(0), PC);
    assert_int_equal(word(1), 0x3fffffff);
    assert_int_equal(word(2), 0);
    assert_int_equal(word(3), 4); // guard mismatch
    assert_int_equal(word(4), 64);
    assert_int_equal(word(5), 0);
    assert_int_equal(word(6), 64 - KCFG_ROOT_CNODE_BITS);
    actors_send(reply, SIM_MESSAGE(5, 1, 2));
    assert_true(actors_retries(&a));
}

static void receiving_from_nothing_is_a_fault_in_the_receive_phase(void **state)
{
    (void)state;
    const uint64_t empty = 4000;
    actors_nbrecv(empty, reply);
    assert_message(1, 5);
    assert_int_equal(word(1), empty);
    assert_int_equal(word(2), 1);
    assert_int_equal(word(3), 2); // missing capability
    assert_int_equal(word(4), 0);
}

static void receiving_without_a_reply_object_is_a_fault_at_its_address(void **state)
{
    (void)state;
    actors_recv(endpoint, 4000);
    assert_message(1, 5);
    assert_int_equal(word(1), 4000);
    assert_int_equal(word(2), 1);
    assert_int_equal(word(3), 2);
    assert_int_equal(word(4), 0);
}

static void wait_does_not_look_at_the_reply_register(void **state)
{
    (void)state;
    a.tcb->context.x[6] = 4000;
    actors_wait(endpoint);
    assert_int_equal(a.tcb->state, THREAD_BLOCKED_RECEIVE);
}

static void the_send_phase_of_a_combined_call_never_faults(void **state)
{
    (void)state;
    actors_nbsend_wait(0x3fffffff, endpoint, sim_empty(0));
    assert_int_equal(a.tcb->state, THREAD_BLOCKED_RECEIVE);
}

// --- unknown system calls ----------------------------------------------------------------------

static void an_unknown_system_call_tells_the_registers(void **state)
{
    (void)state;
    actors_mark(&a);
    a.tcb->context.sp = 0x7000;
    sim_trap(1234);
    assert_message(2, 13);
    for (unsigned i = 0; i < 7; i++) {
        assert_int_equal(word(i), actors_mark_of(i));
    }
    assert_int_equal(word(7), 1234);
    assert_int_equal(word(8), PC);
    assert_int_equal(word(9), 0x7000);
    assert_int_equal(word(10), PC + 4);
    assert_int_equal(word(12), 1234);
}

static void the_answer_to_an_unknown_system_call_writes_registers(void **state)
{
    (void)state;
    actors_mark(&a);
    sim_trap(-33);
    struct sim_message answer = {.label = 0, .length = 12};
    for (unsigned i = 0; i < 12; i++) {
        answer.word[i] = 500 + i;
    }
    answer.word[8] = PC + 4;
    actors_send(reply, answer);
    for (unsigned i = 0; i < 8; i++) {
        assert_int_equal(actors_register(&a, i), 500 + i);
    }
    assert_int_equal(arch_next_pc(&a.tcb->context), PC + 4);
    assert_int_equal(a.tcb->context.sp, 509);
    assert_int_equal(actors_register(&a, 30), actors_mark_of(30));
    assert_int_equal(a.tcb->state, THREAD_RUNNING);
}

static void a_short_answer_writes_only_its_words(void **state)
{
    (void)state;
    actors_mark(&a);
    sim_trap(-33);
    actors_send(reply, SIM_MESSAGE(0, 7, 8));
    assert_int_equal(actors_register(&a, 0), 7);
    assert_int_equal(actors_register(&a, 1), 8);
    assert_int_equal(actors_register(&a, 2), actors_mark_of(2));
    assert_true(actors_retries(&a));
}

static void another_label_leaves_the_thread_stopped(void **state)
{
    (void)state;
    sim_trap(-33);
    actors_send(reply, SIM_MESSAGE(1, 7));
    assert_int_equal(a.tcb->state, THREAD_INACTIVE);
    assert_int_equal(actors_register(&a, 0), 7);
}

// --- user exceptions ---------------------------------------------------------------------------

static void a_user_exception_tells_the_syndrome_and_takes_three_words(void **state)
{
    (void)state;
    a.tcb->context.sp = 0x7000;
    a.tcb->context.restart_pc = a.tcb->context.pc;
    entry_user_exception(0xffff000002000000);
    assert_message(3, 5);
    assert_int_equal(word(0), PC);
    assert_int_equal(word(1), 0x7000);
    assert_int_equal(word(3), 0x02000000);
    assert_int_equal(word(4), 0);
    actors_send(reply, SIM_MESSAGE(0, PC + 4, 0x6000, 0, 9, 9));
    assert_int_equal(arch_next_pc(&a.tcb->context), PC + 4);
    assert_int_equal(a.tcb->context.sp, 0x6000);
    assert_int_equal(a.tcb->state, THREAD_RUNNING);
}

// --- timeouts ----------------------------------------------------------------------------------

static void run_us(uint64_t us)
{
    sim_run(plat_us_to_ticks(us));
}

static void a_used_up_budget_is_a_timeout_fault(void **state)
{
    (void)state;
    actors_become(&limited);
    (void)sched_context_consumed(limited.tcb->sched_context);
    run_us(1000);
    assert_message(5, 2);
    assert_int_equal(word(0), 1234);
    assert_int_equal(word(1), 1000);
    assert_int_equal(limited.tcb->state, THREAD_BLOCKED_REPLY);
    assert_non_null(limited.tcb->sched_context); // not lent
}

static void the_answer_to_a_timeout_lets_the_thread_go_on_after_its_refill(void **state)
{
    (void)state;
    actors_become(&limited);
    run_us(1000);
    actors_send(reply, sim_empty(0));
    assert_true(limited.tcb->in_release);
    actors_recv(endpoint, reply);
    run_us(9000);
    assert_true(thread_is_schedulable(limited.tcb));
}

static void the_answer_to_a_timeout_writes_all_but_the_thread_registers(void **state)
{
    (void)state;
    actors_become(&limited);
    limited.tcb->context.tpidr = 5;
    run_us(1000);
    struct sim_message answer = {.label = 0, .length = 36};
    for (unsigned i = 0; i < 36; i++) {
        answer.word[i] = 600 + i;
    }
    actors_send(reply, answer);
    assert_int_equal(arch_next_pc(&limited.tcb->context), 600);
    assert_int_equal(limited.tcb->context.sp, 601);
    assert_int_equal(arch_user_register(&limited.tcb->context, 33), 633);
    assert_int_equal(limited.tcb->context.tpidr, 5);
}

static void a_timeout_without_a_handler_just_waits(void **state)
{
    (void)state;
    slot_clear(&limited.tcb->slots[TCB_SLOT_TIMEOUT]);
    actors_become(&limited);
    run_us(1000);
    assert_true(limited.tcb->in_release);
    assert_ptr_equal(kernel.current, a.tcb);
}

static void yield_is_not_a_timeout(void **state)
{
    (void)state;
    actors_become(&limited);
    actors_yield();
    assert_true(limited.tcb->in_release);
}

// A server runs out of its client's budget: the server's timeout handler hears of it.
static void a_timeout_on_a_lent_context_goes_to_the_handler_of_who_runs(void **state)
{
    (void)state;
    const uint64_t service = 4000;
    const uint64_t answers = 4001;
    assert_int_equal(sim_retype(fresh_untyped(20), seL4_EndpointObject, 0, service, 1), 0);
    assert_int_equal(sim_retype(fresh_untyped(20), seL4_ReplyObject, 0, answers, 1), 0);
    actors_set_timeout_handler(a, handler_cap);
    actors_recv(service, answers);
    actors_become(&limited);
    assert_int_equal(actors_invoke(a.context, sim_empty(SchedContextUnbind)), seL4_NoError);
    actors_call(service, sim_empty(0));
    assert_ptr_equal(kernel.current, a.tcb);
    run_us(1000);
    assert_message(5, 2);
    assert_int_equal(a.tcb->state, THREAD_BLOCKED_REPLY);
    assert_int_equal(word(0), 1234);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_memory_fault_tells_place_address_and_syndrome, fresh),
        cmocka_unit_test_setup(any_answer_to_a_memory_fault_restarts_the_thread, fresh),
        cmocka_unit_test_setup(a_fault_without_a_handler_stops_the_thread, fresh),
        cmocka_unit_test_setup(a_fault_waits_for_its_handler, fresh),
        cmocka_unit_test_setup(a_resumed_thread_forgets_its_fault, fresh),
        cmocka_unit_test_setup(a_faulting_thread_whose_endpoint_ends_stays_stopped, fresh),
        cmocka_unit_test_setup(a_passive_handler_gets_the_context_of_the_fault, fresh),
        cmocka_unit_test_setup(an_address_that_leads_nowhere_is_a_capability_fault, fresh),
        cmocka_unit_test_setup(receiving_from_nothing_is_a_fault_in_the_receive_phase, fresh),
        cmocka_unit_test_setup(receiving_without_a_reply_object_is_a_fault_at_its_address, fresh),
        cmocka_unit_test_setup(wait_does_not_look_at_the_reply_register, fresh),
        cmocka_unit_test_setup(the_send_phase_of_a_combined_call_never_faults, fresh),
        cmocka_unit_test_setup(an_unknown_system_call_tells_the_registers, fresh),
        cmocka_unit_test_setup(the_answer_to_an_unknown_system_call_writes_registers, fresh),
        cmocka_unit_test_setup(a_short_answer_writes_only_its_words, fresh),
        cmocka_unit_test_setup(another_label_leaves_the_thread_stopped, fresh),
        cmocka_unit_test_setup(a_user_exception_tells_the_syndrome_and_takes_three_words, fresh),
        cmocka_unit_test_setup(a_used_up_budget_is_a_timeout_fault, fresh),
        cmocka_unit_test_setup(the_answer_to_a_timeout_lets_the_thread_go_on_after_its_refill,
                               fresh),
        cmocka_unit_test_setup(the_answer_to_a_timeout_writes_all_but_the_thread_registers, fresh),
        cmocka_unit_test_setup(a_timeout_without_a_handler_just_waits, fresh),
        cmocka_unit_test_setup(yield_is_not_a_timeout, fresh),
        cmocka_unit_test_setup(a_timeout_on_a_lent_context_goes_to_the_handler_of_who_runs, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
