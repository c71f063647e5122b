// SPDX-License-Identifier: BSD-2-Clause
//
// Hardware debug registers of threads, in kernels that have them: breakpoints 0 to 5 stop at an
// instruction, 6 to 9 at data; single steps; and the brk instruction.
//
// What stops a thread is always the first breakpoint of its kind here, and Get and Unset are given
// only numbers that exist: seL4's debug kernel fails an assertion of its own otherwise.
#include "case.h"

#include <sel4/reserved.h>

enum {
    DATA = 0,
    INSTRUCTION = 1,
    READ = KAAL_DEBUG_ACCESS_READ,
    WRITE = KAAL_DEBUG_ACCESS_WRITE,
    BOTH = KAAL_DEBUG_ACCESS_READ_WRITE,

    INSTRUCTIONS = 6, // breakpoints of each kind
    WATCHED = 6,      // the first that watches data
    ALL = 10,
};

#define USER_TOP 0x00007fffffffffffUL

static seL4_Word variable;

static struct got set(seL4_CPtr tcb, seL4_Word number, seL4_Word vaddr, seL4_Word type,
                      seL4_Word size, seL4_Word access)
{
    return call(tcb, KAAL_LABEL_TCB_SET_BREAKPOINT, WORDS(number, vaddr, type, size, access),
                NO_CAPS);
}

static struct got get(seL4_CPtr tcb, seL4_Word number)
{
    return call(tcb, KAAL_LABEL_TCB_GET_BREAKPOINT, WORDS(number), NO_CAPS);
}

static struct got unset(seL4_CPtr tcb, seL4_Word number)
{
    return call(tcb, KAAL_LABEL_TCB_UNSET_BREAKPOINT, WORDS(number), NO_CAPS);
}

static struct got step(seL4_CPtr tcb, seL4_Word instructions)
{
    return call(tcb, KAAL_LABEL_TCB_CONFIGURE_SINGLE_STEPPING, WORDS(0, instructions), NO_CAPS);
}

static seL4_Word breaks(seL4_Word ignored)
{
    __asm__ volatile("brk #1");
    return ignored;
}

static seL4_Word five_nops(seL4_Word ignored)
{
    __asm__ volatile("nop\n nop\n nop\n nop\n nop");
    return ignored;
}

// --- the checks of SetBreakpoint, in order ------------------------------------------------------

CASE_IF(KCFG_HARDWARE_DEBUG, set_refuses_addresses_above_the_users)
{
    EXPECT_INVALID_ARGUMENT(set(tcb_new(), ALL, USER_TOP + 1, 9, 9, 9), 1);
    EXPECT_INVALID_ARGUMENT(set(tcb_new(), ALL, ~0UL, 9, 9, 9), 1);
}

CASE_IF(KCFG_HARDWARE_DEBUG, set_refuses_types_that_do_not_exist)
{
    EXPECT_INVALID_ARGUMENT(set(tcb_new(), ALL, 0x400000, 2, 9, 9), 2);
    EXPECT_INVALID_ARGUMENT(set(tcb_new(), ALL, 0x400000, ~0UL, 9, 9), 2);
}

CASE_IF(KCFG_HARDWARE_DEBUG, set_refuses_size_access_and_number_of_an_instruction)
{
    EXPECT_INVALID_ARGUMENT(set(tcb_new(), WATCHED, 0x400000, INSTRUCTION, 4, WRITE), 3);
    EXPECT_INVALID_ARGUMENT(set(tcb_new(), WATCHED, 0x400000, INSTRUCTION, 0, WRITE), 4);
    EXPECT_INVALID_ARGUMENT(set(tcb_new(), WATCHED, 0x400000, INSTRUCTION, 0, READ), 2);
}

CASE_IF(KCFG_HARDWARE_DEBUG, set_refuses_size_number_and_access_of_data)
{
    EXPECT_INVALID_ARGUMENT(set(tcb_new(), 0, 0x400000, DATA, 0, 9), 3);
    EXPECT_INVALID_ARGUMENT(set(tcb_new(), 5, 0x400000, DATA, 8, 9), 2);
    EXPECT_INVALID_ARGUMENT(set(tcb_new(), WATCHED, 0x400001, DATA, 8, 3), 3);
    EXPECT_INVALID_ARGUMENT(set(tcb_new(), WATCHED, 0x400001, DATA, 3, BOTH), 3);
    EXPECT_INVALID_ARGUMENT(set(tcb_new(), WATCHED, 0x400001, DATA, 16, BOTH), 3);
}

CASE_IF(KCFG_HARDWARE_DEBUG, set_refuses_data_that_is_not_aligned)
{
    EXPECT_ALIGNMENT(set(tcb_new(), WATCHED, 0x400001, DATA, 2, BOTH));
    EXPECT_ALIGNMENT(set(tcb_new(), WATCHED, 0x400002, DATA, 4, BOTH));
    EXPECT_ALIGNMENT(set(tcb_new(), WATCHED, 0x400004, DATA, 8, BOTH));
}

CASE_IF(KCFG_HARDWARE_DEBUG, set_refuses_numbers_that_do_not_exist)
{
    EXPECT_RANGE(set(tcb_new(), ALL, 0x400000, DATA, 8, BOTH), 0, INSTRUCTIONS - 1);
}

// --- set, get, unset ----------------------------------------------------------------------------

CASE_IF(KCFG_HARDWARE_DEBUG, get_tells_what_was_set)
{
    seL4_CPtr tcb = tcb_new();
    for (seL4_Word i = 0; i < INSTRUCTIONS; i++) {
        EXPECT_SUCCESS(set(tcb, i, 0x400000 + 4 * i, INSTRUCTION, 0, READ));
        EXPECT_RESULT(get(tcb, i), WORDS(0x400000 + 4 * i, INSTRUCTION, 0, READ, 1));
    }
    for (seL4_Word i = WATCHED; i < ALL; i++) {
        seL4_Word size = 1UL << (i - WATCHED);
        EXPECT_SUCCESS(set(tcb, i, 0x500000 + 8 * i, DATA, size, i % 3));
        EXPECT_RESULT(get(tcb, i), WORDS(0x500000 + 8 * i, DATA, size, i % 3, 1));
    }
}

CASE_IF(KCFG_HARDWARE_DEBUG, get_of_a_breakpoint_that_was_unset_tells_that_it_is_off)
{
    seL4_CPtr tcb = tcb_new();
    EXPECT_SUCCESS(set(tcb, 0, 0x400000, INSTRUCTION, 0, READ));
    EXPECT_SUCCESS(unset(tcb, 0));
    struct got g = get(tcb, 0);
    EXPECT_EQUAL(g.length, 5);
    EXPECT_EQUAL(got_word(&g, 4), 0);
    EXPECT_SUCCESS(unset(tcb, 0));
    EXPECT_SUCCESS(unset(tcb, WATCHED));
}

// --- what stops a thread ------------------------------------------------------------------------

static void expect_stop(struct got g, seL4_Word ip, seL4_Word reason, seL4_Word address,
                        seL4_Word number)
{
    EXPECT_ANSWER(g, KAAL_FAULT_DEBUG_EXCEPTION, WORDS(ip, reason, address, number));
}

CASE_IF(KCFG_HARDWARE_DEBUG, a_breakpoint_stops_before_its_instruction)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    seL4_Word ip = (seL4_Word)peek_instruction;
    EXPECT_SUCCESS(set(t.tcb, 0, ip, INSTRUCTION, 0, READ));
    expect_stop(thread_run(&t, peek, (seL4_Word)&variable), ip, KAAL_DEBUG_REASON_INSTRUCTION, ip,
                0);
    EXPECT_SUCCESS(unset(t.tcb, 0));
    thread_reply(0, NO_WORDS);
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RETURNED);
}

CASE_IF(KCFG_HARDWARE_DEBUG, a_breakpoint_that_stays_stops_again)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    seL4_Word ip = (seL4_Word)peek_instruction;
    EXPECT_SUCCESS(set(t.tcb, 0, ip, INSTRUCTION, 0, READ));
    expect_stop(thread_run(&t, peek, (seL4_Word)&variable), ip, KAAL_DEBUG_REASON_INSTRUCTION, ip,
                0);
    thread_reply(0, NO_WORDS);
    expect_stop(thread_end(&t), ip, KAAL_DEBUG_REASON_INSTRUCTION, ip, 0);
}

CASE_IF(KCFG_HARDWARE_DEBUG, breakpoints_are_of_their_thread_alone)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    struct thread other = thread_new(CASE_PRIORITY + 1);
    EXPECT_SUCCESS(set(t.tcb, 0, (seL4_Word)peek_instruction, INSTRUCTION, 0, READ));
    EXPECT_EQUAL(thread_run(&other, peek, (seL4_Word)&variable).label, THREAD_RETURNED);
    EXPECT_EQUAL(peek((seL4_Word)&variable), 0);
    EXPECT_EQUAL(thread_run(&t, peek, (seL4_Word)&variable).label, KAAL_FAULT_DEBUG_EXCEPTION);
}

static void expect_watch(seL4_Word access, bool at_read, bool at_write)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    seL4_Word address = (seL4_Word)&variable;
    EXPECT_SUCCESS(set(t.tcb, WATCHED, address, DATA, 8, access));
    struct got g = thread_run(&t, peek, address);
    if (at_read) {
        expect_stop(g, (seL4_Word)peek_instruction, KAAL_DEBUG_REASON_DATA, address, WATCHED);
    } else {
        EXPECT_EQUAL(g.label, THREAD_RETURNED);
    }
    struct thread u = thread_new(CASE_PRIORITY + 1);
    EXPECT_SUCCESS(set(u.tcb, WATCHED, address, DATA, 8, access));
    g = thread_run(&u, poke, address);
    if (at_write) {
        expect_stop(g, (seL4_Word)poke_instruction, KAAL_DEBUG_REASON_DATA, address, WATCHED);
    } else {
        EXPECT_EQUAL(g.label, THREAD_RETURNED);
    }
}

CASE_IF(KCFG_HARDWARE_DEBUG, a_watchpoint_for_reads_stops_reads)
{
    expect_watch(READ, true, false);
}

CASE_IF(KCFG_HARDWARE_DEBUG, a_watchpoint_for_writes_stops_writes)
{
    expect_watch(WRITE, false, true);
}

CASE_IF(KCFG_HARDWARE_DEBUG, a_watchpoint_for_both_stops_both)
{
    expect_watch(BOTH, true, true);
}

CASE_IF(KCFG_HARDWARE_DEBUG, a_single_step_stops_after_each_instruction)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_SUCCESS(call(t.tcb, TCBWriteRegisters,
                        WORDS(0, 4, (seL4_Word)peek_instruction, 0, 0, (seL4_Word)&variable),
                        NO_CAPS));
    EXPECT_RESULT(step(t.tcb, 1), WORDS(1));
    EXPECT_SUCCESS(call(t.tcb, TCBResume, NO_WORDS, NO_CAPS));
    EXPECT_ANSWER(thread_end(&t), KAAL_FAULT_DEBUG_EXCEPTION,
                  WORDS((seL4_Word)peek_instruction + 4, KAAL_DEBUG_REASON_SINGLE_STEP));
}

CASE_IF(KCFG_HARDWARE_DEBUG, a_reply_to_a_single_step_tells_how_many_come_next)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    seL4_Word svc = (seL4_Word)call_empty_svc; // two instructions before it
    EXPECT_SUCCESS(call(t.tcb, TCBWriteRegisters, WORDS(0, 4, svc - 8, 0, 0, slot_new()), NO_CAPS));
    EXPECT_RESULT(step(t.tcb, 1), WORDS(1));
    EXPECT_SUCCESS(call(t.tcb, TCBResume, NO_WORDS, NO_CAPS));
    EXPECT_EQUAL(thread_end(&t).mr[0], svc - 4);
    thread_reply(0, NO_WORDS);
    EXPECT_EQUAL(thread_end(&t).mr[0], svc);
}

CASE_IF(KCFG_HARDWARE_DEBUG, a_step_may_have_several_instructions)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    seL4_Word svc = (seL4_Word)call_empty_svc; // two instructions before it
    EXPECT_SUCCESS(call(t.tcb, TCBWriteRegisters, WORDS(0, 4, svc - 8, 0, 0, slot_new()), NO_CAPS));
    EXPECT_RESULT(step(t.tcb, 2), WORDS(1));
    EXPECT_SUCCESS(call(t.tcb, TCBResume, NO_WORDS, NO_CAPS));
    EXPECT_ANSWER(thread_end(&t), KAAL_FAULT_DEBUG_EXCEPTION,
                  WORDS(svc, KAAL_DEBUG_REASON_SINGLE_STEP));
}

static void expect_after_reply(struct words reply, seL4_Word instructions)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    seL4_Word first = (seL4_Word)five_nops;
    EXPECT_SUCCESS(call(t.tcb, TCBWriteRegisters, WORDS(0, 1, first), NO_CAPS));
    EXPECT_RESULT(step(t.tcb, 1), WORDS(1));
    EXPECT_SUCCESS(call(t.tcb, TCBResume, NO_WORDS, NO_CAPS));
    EXPECT_EQUAL(thread_end(&t).mr[0], first + 4);
    thread_reply(0, reply);
    EXPECT_EQUAL(thread_end(&t).mr[0], first + 4 + 4 * instructions);
}

CASE_IF(KCFG_HARDWARE_DEBUG, a_reply_to_a_single_step_may_give_the_number)
{
    expect_after_reply(WORDS(3), 3);
}

CASE_IF(KCFG_HARDWARE_DEBUG, a_reply_of_two_words_to_a_single_step_gives_the_number)
{
    expect_after_reply(WORDS(3, 0), 3);
}

CASE_IF(KCFG_HARDWARE_DEBUG, a_reply_with_a_label_leaves_the_thread_stopped)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_EQUAL(thread_run(&t, breaks, 0).label, KAAL_FAULT_DEBUG_EXCEPTION);
    thread_reply(1, NO_WORDS);
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
}

CASE_IF(KCFG_HARDWARE_DEBUG, single_stepping_of_no_instructions_is_off)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_RESULT(step(t.tcb, 5), WORDS(1));
    EXPECT_RESULT(step(t.tcb, 0), WORDS(0));
    EXPECT_EQUAL(thread_run(&t, peek, (seL4_Word)&variable).label, THREAD_RETURNED);
}

CASE_IF(KCFG_HARDWARE_DEBUG, a_brk_instruction_is_a_debug_exception)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    struct got g = thread_run(&t, breaks, 0);
    EXPECT_ANSWER(g, KAAL_FAULT_DEBUG_EXCEPTION, WORDS(g.mr[0], KAAL_DEBUG_REASON_SOFTWARE));
    EXPECT(g.mr[0] == (seL4_Word)breaks);
}

CASE_IF(!KCFG_HARDWARE_DEBUG, without_the_api_a_brk_instruction_is_a_user_exception)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    struct got g = thread_run(&t, breaks, 0);
    EXPECT_EQUAL(g.label, seL4_Fault_UserException);
    EXPECT_EQUAL(g.mr[0], (seL4_Word)breaks);
    EXPECT_EQUAL(g.mr[3], 0xf2000001);
}
