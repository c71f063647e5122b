// SPDX-License-Identifier: BSD-2-Clause
//
// Breakpoints and single steps: what is refused, in which order, and what a debugger sees (seL4 ABI
// §8.2, §4). The host has no instructions: a test says when one is done, and which breakpoint it
// met.
#include "actors.h"
#include "fresh.h"

#include "kernel/arch.h"
#include "kernel/arch_host.h"
#include "kernel/plat_host.h"
#include "kernel/revoke.h"
#include "kernel/sched_context.h"
#include "kernel/schedule.h"
#include "kernel/syscall.h"
#include "kernel/tcb.h"

#include <sel4/reserved.h>
#include <sel4/sel4_arch/constants.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    PRIORITY = 100,
    SLICE = 5000,
    W = 1,
    GR = 8,
    BADGE = 99,
    PC = 0x4000,
    ADDRESS = 0x5000,
};
enum { DATA = 0, CODE = 1, READ = 0, WRITE = 1, READ_WRITE = 2, WATCH = 6 };

static uint64_t endpoint;
static uint64_t reply;
static struct actor a;       // is debugged
static struct actor handler; // waits on the endpoint, of higher priority
static struct actor limited; // 1 ms in 10 ms

static int fresh(void **state)
{
    (void)state;
    actors_begin();
    endpoint = actors_endpoint();
    const uint64_t handler_cap = actors_mint(endpoint, W | GR, BADGE);
    reply = actors_reply();
    a = actors_thread(PRIORITY, SLICE, SLICE);
    handler = actors_thread(PRIORITY + 1, SLICE, SLICE);
    limited = actors_thread(PRIORITY, 1000, 10000);
    actors_set_fault_handler(a, handler_cap);
    actors_set_fault_handler(limited, handler_cap);
    thread_suspend(limited.tcb);
    actors_start(&handler);
    return 0;
}

// The handler waits, `thread` runs.
static void run(const struct actor *thread)
{
    actors_become(&handler);
    actors_recv(endpoint, reply);
    actors_become(thread);
    thread->tcb->context.pc = PC;
}

static uint64_t set(uint64_t number, uint64_t address, uint64_t type, uint64_t size,
                    uint64_t access)
{
    return actors_invoke(
        a.cap, SIM_MESSAGE(KAAL_LABEL_TCB_SET_BREAKPOINT, number, address, type, size, access));
}

static uint64_t get(uint64_t number)
{
    return actors_invoke(a.cap, SIM_MESSAGE(KAAL_LABEL_TCB_GET_BREAKPOINT, number));
}

static uint64_t unset(uint64_t number)
{
    return actors_invoke(a.cap, SIM_MESSAGE(KAAL_LABEL_TCB_UNSET_BREAKPOINT, number));
}

static uint64_t step(const struct actor *thread, uint64_t count)
{
    return actors_invoke(thread->cap,
                         SIM_MESSAGE(KAAL_LABEL_TCB_CONFIGURE_SINGLE_STEPPING, 0, count));
}

static void assert_answer(uint64_t address, uint64_t type, uint64_t size, uint64_t access,
                          uint64_t enabled)
{
    assert_int_equal(sim_received(kernel.current).length, 5);
    assert_int_equal(sim_answer(0), address);
    assert_int_equal(sim_answer(1), type);
    assert_int_equal(sim_answer(2), size);
    assert_int_equal(sim_answer(3), access);
    assert_int_equal(sim_answer(4), enabled);
}

static void assert_invalid(uint64_t error, uint64_t argument)
{
    assert_int_equal(error, seL4_InvalidArgument);
    assert_int_equal(sim_answer(0), argument);
}

static void assert_range(uint64_t error, uint64_t max)
{
    assert_int_equal(error, seL4_RangeError);
    assert_int_equal(sim_answer(0), 0);
    assert_int_equal(sim_answer(1), max);
}

// --- breakpoints -------------------------------------------------------------------------------

static void a_new_thread_has_no_breakpoints(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ARCH_BREAKPOINTS; i++) {
        assert_int_equal(get(i), seL4_NoError);
        assert_answer(0, i < WATCH ? CODE : DATA, 0, 0, 0);
    }
}

static void a_breakpoint_is_told_as_it_was_set_until_it_is_unset(void **state)
{
    (void)state;
    assert_int_equal(set(5, PC + 2, CODE, 0, READ), seL4_NoError);
    assert_int_equal(get(5), seL4_NoError);
    assert_answer(PC + 2, CODE, 0, READ, 1);
    for (uint64_t access = READ; access <= READ_WRITE; access++) {
        const uint64_t size = UINT64_C(2) << access;
        assert_int_equal(set(WATCH + access, ADDRESS, DATA, size, access), seL4_NoError);
        assert_int_equal(get(WATCH + access), seL4_NoError);
        assert_answer(ADDRESS, DATA, size, access, 1);
    }
    assert_int_equal(unset(5), seL4_NoError);
    assert_int_equal(unset(5), seL4_NoError);
    assert_int_equal(get(5), seL4_NoError);
    assert_answer(0, CODE, 0, 0, 0);
    assert_int_equal(get(WATCH + 2), seL4_NoError);
    assert_answer(ADDRESS, DATA, 8, READ_WRITE, 1);
}

static void addresses_are_below_the_top_of_user_level(void **state)
{
    (void)state;
    assert_invalid(set(0, seL4_UserTop, CODE, 0, READ), 1);
    assert_invalid(set(0, UINT64_MAX - 3, CODE, 0, READ), 1);
    assert_invalid(set(99, UINT64_MAX, 2, 9, 9), 1); // comes first
    assert_int_equal(set(0, seL4_UserTop - 3, CODE, 0, READ), seL4_NoError);
}

static void there_are_two_types(void **state)
{
    (void)state;
    assert_invalid(set(0, PC, 2, 0, READ), 2);
    assert_invalid(set(0, PC, UINT64_MAX, 0, READ), 2);
}

static void a_breakpoint_for_code_has_no_size_and_no_access(void **state)
{
    (void)state;
    assert_invalid(set(WATCH, PC, CODE, 4, WRITE), 3);
    assert_invalid(set(WATCH, PC, CODE, 0, WRITE), 4);
    assert_invalid(set(WATCH, PC, CODE, 0, READ), 2);
    assert_invalid(set(ARCH_BREAKPOINTS, PC, CODE, 0, READ), 2);
}

static void a_breakpoint_for_data_has_a_size_an_access_and_an_aligned_address(void **state)
{
    (void)state;
    assert_invalid(set(5, ADDRESS, DATA, 0, 3), 3);
    assert_invalid(set(5, ADDRESS, DATA, 3, 3), 2);
    assert_invalid(set(WATCH, ADDRESS, DATA, 4, 3), 3);
    assert_invalid(set(WATCH, ADDRESS, DATA, 3, READ), 3);
    assert_invalid(set(WATCH, ADDRESS, DATA, 16, READ), 3);
    assert_invalid(set(10, ADDRESS + 1, DATA, 5, READ), 3);
    assert_int_equal(set(10, ADDRESS + 1, DATA, 4, READ), seL4_AlignmentError);
    assert_int_equal(set(WATCH, ADDRESS + 4, DATA, 8, READ), seL4_AlignmentError);
    assert_range(set(10, ADDRESS, DATA, 4, READ), 5);
}

static void a_number_has_16_bits(void **state)
{
    (void)state;
    assert_int_equal(set(UINT64_C(1) << 16 | WATCH, ADDRESS, DATA, 4, READ), seL4_NoError);
    assert_int_equal(get(WATCH), seL4_NoError);
    assert_answer(ADDRESS, DATA, 4, READ, 1);
    assert_int_equal(unset(UINT64_C(1) << 16 | WATCH), seL4_NoError);
    assert_range(get(ARCH_BREAKPOINTS), ARCH_BREAKPOINTS - 1);
    assert_range(get(UINT64_MAX), ARCH_BREAKPOINTS - 1);
    assert_range(unset(ARCH_BREAKPOINTS), ARCH_BREAKPOINTS - 1);
}

static void words_count_whatever_the_length(void **state)
{
    (void)state;
    struct sim_message message =
        SIM_MESSAGE(KAAL_LABEL_TCB_SET_BREAKPOINT, WATCH, ADDRESS, DATA, 4, READ_WRITE);
    sim_put(a.cap, &message);
    message.length = 0;
    assert_int_equal(actors_invoke(a.cap, message), seL4_NoError);
    assert_int_equal(get(WATCH), seL4_NoError);
    assert_answer(ADDRESS, DATA, 4, READ_WRITE, 1);
}

static void a_word_that_has_no_place_is_zero(void **state)
{
    (void)state;
    slot_delete_now(&handler.tcb->slots[TCB_SLOT_BUFFER]);
    assert_int_equal(set(WATCH, ADDRESS, DATA, 4, WRITE), seL4_NoError);
    assert_false(a.tcb->debug.breakpoints[WATCH].write);
    assert_true(a.tcb->debug.breakpoints[WATCH].read);
}

static void the_registers_of_the_running_thread_are_loaded_at_once(void **state)
{
    (void)state;
    assert_int_equal(set(0, PC, CODE, 0, READ), seL4_NoError);
    assert_int_equal(host_cpu.debug_loads, 0);
    run(&a);
    assert_ptr_equal(host_cpu.debug, &a.tcb->debug);
    assert_int_equal(set(1, PC, CODE, 0, READ), seL4_NoError);
    assert_int_equal(unset(1), seL4_NoError);
    assert_int_equal(host_cpu.debug_loads, 2);
    thread_suspend(handler.tcb);
    actors_become(&handler);
    assert_ptr_equal(host_cpu.debug, &handler.tcb->debug);
}

static void the_registers_are_not_copied_to_another_thread(void **state)
{
    (void)state;
    assert_int_equal(set(0, PC, CODE, 0, READ), seL4_NoError);
    const uint64_t all = 4 | 8;
    assert_int_equal(
        actors_invoke(limited.cap, sim_with_cap(SIM_MESSAGE(TCBCopyRegisters, all), a.cap)),
        seL4_NoError);
    assert_false(limited.tcb->debug.breakpoints[0].enabled);
}

// --- exceptions --------------------------------------------------------------------------------

static uint64_t word(unsigned index)
{
    return sim_received(handler.tcb).word[index];
}

static void assert_exception(uint64_t reason, unsigned length)
{
    assert_ptr_equal(kernel.current, handler.tcb);
    assert_int_equal(actors_register(&handler, 0), BADGE);
    const struct sim_message message = sim_received(handler.tcb);
    assert_int_equal(message.label, 4);
    assert_int_equal(message.length, length);
    assert_int_equal(word(1), reason);
}

static void meet(uint64_t reason, uint64_t address, uint64_t number)
{
    kernel.current->context.restart_pc = kernel.current->context.pc;
    entry_debug_exception(reason, address, number);
}

// An instruction of the current thread. Returns whether the next may follow.
static bool instruction(void)
{
    kernel.current->context.pc += 4;
    kernel.current->context.restart_pc = kernel.current->context.pc;
    return entry_step(true) == NULL;
}

static void a_breakpoint_tells_its_address_and_its_number(void **state)
{
    (void)state;
    run(&a);
    meet(KAAL_DEBUG_REASON_INSTRUCTION, PC, 3);
    assert_exception(1, 4);
    assert_int_equal(word(0), PC);
    assert_int_equal(word(2), PC);
    assert_int_equal(word(3), 3);
    actors_send(reply, sim_empty(0));
    assert_int_equal(a.tcb->state, THREAD_RUNNING);
    assert_int_equal(arch_next_pc(&a.tcb->context), PC);
}

static void an_access_tells_its_address_and_the_number(void **state)
{
    (void)state;
    run(&a);
    meet(KAAL_DEBUG_REASON_DATA, ADDRESS, WATCH);
    assert_exception(0, 4);
    assert_int_equal(word(2), ADDRESS);
    assert_int_equal(word(3), WATCH);
}

static void a_software_break_has_two_words(void **state)
{
    (void)state;
    run(&a);
    meet(KAAL_DEBUG_REASON_SOFTWARE, 0, 0);
    assert_exception(3, 2);
    actors_send(reply, SIM_MESSAGE(0, 5));
    assert_false(a.tcb->debug.step);
    assert_int_equal(arch_next_pc(&a.tcb->context), PC);
}

static void an_answer_with_another_label_leaves_the_thread_stopped(void **state)
{
    (void)state;
    run(&a);
    meet(KAAL_DEBUG_REASON_SOFTWARE, 0, 0);
    actors_send(reply, sim_empty(1));
    assert_int_equal(a.tcb->state, THREAD_INACTIVE);
}

// --- single steps ------------------------------------------------------------------------------

static void stepping_tells_that_it_is_on(void **state)
{
    (void)state;
    assert_int_equal(step(&a, 3), seL4_NoError);
    assert_int_equal(sim_received(handler.tcb).length, 1);
    assert_int_equal(sim_answer(0), 1);
    assert_true(a.tcb->debug.step);
    assert_int_equal(step(&a, 0), seL4_NoError);
    assert_int_equal(sim_answer(0), 0);
    assert_false(a.tcb->debug.step);
}

static void the_handler_is_told_after_so_many_instructions(void **state)
{
    (void)state;
    assert_int_equal(step(&a, 3), seL4_NoError);
    run(&a);
    assert_null(entry_step(false)); // nothing was done
    assert_true(instruction());
    assert_true(instruction());
    assert_ptr_equal(kernel.current, a.tcb);
    assert_false(instruction());
    assert_exception(2, 2);
    assert_int_equal(word(0), PC + 12);
}

// Steps `a` once, then answers so.
static void answered(struct sim_message answer)
{
    assert_int_equal(step(&a, 1), seL4_NoError);
    run(&a);
    assert_false(instruction());
    assert_exception(2, 2);
    actors_send(reply, answer);
    actors_recv(endpoint, reply);
}

static void an_answer_without_words_asks_for_one_more(void **state)
{
    (void)state;
    answered(sim_empty(0));
    assert_false(instruction());
    assert_exception(2, 2);
    assert_int_equal(word(0), PC + 8);
}

static void the_answer_says_how_many_more(void **state)
{
    (void)state;
    answered(SIM_MESSAGE(0, 2));
    assert_true(instruction());
    assert_false(instruction());
    assert_exception(2, 2);
}

static void an_answer_of_zero_ends_stepping(void **state)
{
    (void)state;
    answered(SIM_MESSAGE(0, 0));
    assert_ptr_equal(kernel.current, a.tcb);
    assert_false(a.tcb->debug.step);
}

static void an_answer_that_stops_the_thread_counts_as_well(void **state)
{
    (void)state;
    answered(SIM_MESSAGE(1, 2));
    assert_int_equal(a.tcb->state, THREAD_INACTIVE);
    assert_true(a.tcb->debug.step);
    assert_int_equal(a.tcb->steps, 2);
}

static void stepping_that_was_turned_off_meanwhile_stays_off(void **state)
{
    (void)state;
    assert_int_equal(step(&a, 1), seL4_NoError);
    run(&a);
    assert_false(instruction());
    assert_int_equal(step(&a, 0), seL4_NoError);
    actors_send(reply, sim_empty(0));
    assert_false(a.tcb->debug.step);
}

static void a_thread_resumed_without_an_answer_does_one_more(void **state)
{
    (void)state;
    assert_int_equal(step(&a, 5), seL4_NoError);
    run(&a);
    for (unsigned i = 0; i < 5; i++) {
        (void)instruction();
    }
    assert_exception(2, 2);
    assert_int_equal(actors_invoke(a.cap, sim_empty(TCBResume)), seL4_NoError);
    actors_recv(endpoint, reply);
    assert_ptr_equal(kernel.current, a.tcb);
    assert_false(instruction());
    assert_exception(2, 2);
}

// The exception that is due when the budget ends comes when there is one again, once.
static void a_step_without_a_budget_is_told_later(void **state)
{
    (void)state;
    thread_suspend(a.tcb);
    assert_int_equal(step(&limited, 1), seL4_NoError);
    run(&limited);
    host_advance(plat_us_to_ticks(1000));
    assert_false(instruction());
    assert_ptr_not_equal(kernel.current, handler.tcb);
    assert_int_equal(limited.tcb->fault.kind, FAULT_NONE);
    sim_run(plat_us_to_ticks(10000));
    assert_ptr_equal(kernel.current, limited.tcb);
    assert_ptr_equal(entry_step(false), handler.tcb);
    assert_exception(2, 2);
    assert_int_equal(word(0), PC + 4);
    assert_int_equal(limited.tcb->steps, 1);
}

// --- without -----------------------------------------------------------------------------------

static void without_the_means_nothing_is_switched(void **state)
{
    (void)state;
    run(&a);
    assert_null(host_cpu.debug);
}

int main(void)
{
    const struct CMUnitTest without[] = {
        cmocka_unit_test_setup(without_the_means_nothing_is_switched, fresh),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_new_thread_has_no_breakpoints, fresh),
        cmocka_unit_test_setup(a_breakpoint_is_told_as_it_was_set_until_it_is_unset, fresh),
        cmocka_unit_test_setup(addresses_are_below_the_top_of_user_level, fresh),
        cmocka_unit_test_setup(there_are_two_types, fresh),
        cmocka_unit_test_setup(a_breakpoint_for_code_has_no_size_and_no_access, fresh),
        cmocka_unit_test_setup(a_breakpoint_for_data_has_a_size_an_access_and_an_aligned_address,
                               fresh),
        cmocka_unit_test_setup(a_number_has_16_bits, fresh),
        cmocka_unit_test_setup(words_count_whatever_the_length, fresh),
        cmocka_unit_test_setup(a_word_that_has_no_place_is_zero, fresh),
        cmocka_unit_test_setup(the_registers_of_the_running_thread_are_loaded_at_once, fresh),
        cmocka_unit_test_setup(the_registers_are_not_copied_to_another_thread, fresh),
        cmocka_unit_test_setup(a_breakpoint_tells_its_address_and_its_number, fresh),
        cmocka_unit_test_setup(an_access_tells_its_address_and_the_number, fresh),
        cmocka_unit_test_setup(a_software_break_has_two_words, fresh),
        cmocka_unit_test_setup(an_answer_with_another_label_leaves_the_thread_stopped, fresh),
        cmocka_unit_test_setup(stepping_tells_that_it_is_on, fresh),
        cmocka_unit_test_setup(the_handler_is_told_after_so_many_instructions, fresh),
        cmocka_unit_test_setup(an_answer_without_words_asks_for_one_more, fresh),
        cmocka_unit_test_setup(the_answer_says_how_many_more, fresh),
        cmocka_unit_test_setup(an_answer_of_zero_ends_stepping, fresh),
        cmocka_unit_test_setup(an_answer_that_stops_the_thread_counts_as_well, fresh),
        cmocka_unit_test_setup(stepping_that_was_turned_off_meanwhile_stays_off, fresh),
        cmocka_unit_test_setup(a_thread_resumed_without_an_answer_does_one_more, fresh),
        cmocka_unit_test_setup(a_step_without_a_budget_is_told_later, fresh),
    };
    return KCFG_HARDWARE_DEBUG ? cmocka_run_group_tests(tests, NULL, NULL)
                               : cmocka_run_group_tests(without, NULL, NULL);
}
