// SPDX-License-Identifier: BSD-2-Clause
//
// Reading, writing and copying the registers of threads.
//
//   word of the message   0 1 2    | 3 .. 11 | 12 .. 16         | 17 .. 23 | 24 .. 33  | 34 35
//   register              pc sp spsr| x0 .. x8| x16 17 18 29 30  | x9 .. x15| x19 .. x28| TLS
//                         |------- frame registers ------------| |-------- integer -----------|
#include "case.h"

enum {
    REGISTERS = 36,
    FRAME = 17,
    SPSR = 2,
    TLS = 34,

    USER_SPSR = KCFG_DEBUG_BUILD ? 0x40 : 0x140,
    FLAGS_KEPT = 0xf, // NZCV, bits 28 to 31

    SUSPEND_SOURCE = 1, // of Read and Copy
    RESUME_TARGET = 1,  // of Write
    COPY_RESUME = 2,
    COPY_FRAME = 4,
    COPY_INTEGER = 8,
};

// Register i of the pattern that cases write: distinct, and fit for each register.
static seL4_Word pattern(seL4_Word seed, seL4_Word i)
{
    return i == SPSR ? USER_SPSR : seed << 16 | i << 4;
}

static struct got write_count(seL4_CPtr tcb, seL4_Word flags, seL4_Word count, seL4_Word seed,
                              seL4_Word length)
{
    seL4_Word words[REGISTERS + 2] = {flags, count};
    for (seL4_Word i = 0; i < REGISTERS; i++) {
        words[2 + i] = pattern(seed, i);
    }
    return call(tcb, TCBWriteRegisters, (struct words){words, length}, NO_CAPS);
}

static void write_all(seL4_CPtr tcb, seL4_Word seed)
{
    EXPECT_SUCCESS(write_count(tcb, 0, REGISTERS, seed, REGISTERS + 2));
}

static struct got read_count(seL4_CPtr tcb, seL4_Word flags, seL4_Word count)
{
    return call(tcb, TCBReadRegisters, WORDS(flags, count), NO_CAPS);
}

// Registers first to last have the pattern.
static void expect_pattern(seL4_CPtr tcb, seL4_Word seed, seL4_Word first, seL4_Word last)
{
    struct got g = read_count(tcb, 0, REGISTERS);
    EXPECT_EQUAL(g.label, seL4_NoError);
    EXPECT_EQUAL(g.length, REGISTERS);
    for (seL4_Word i = first; i <= last; i++) {
        EXPECT_EQUAL(got_word(&g, i), pattern(seed, i));
    }
}

// --- reading ------------------------------------------------------------------------------------

CASE(read_wants_two_words)
{
    EXPECT_TRUNCATED(call(tcb_new(), TCBReadRegisters, WORDS(0), NO_CAPS));
    EXPECT_TRUNCATED(call(thread_self()->tcb, TCBReadRegisters, NO_WORDS, NO_CAPS));
}

CASE(read_refuses_counts_outside_1_to_36)
{
    seL4_CPtr tcb = tcb_new();
    EXPECT_RANGE(read_count(tcb, 0, 0), 1, REGISTERS);
    EXPECT_RANGE(read_count(tcb, 0, REGISTERS + 1), 1, REGISTERS);
    EXPECT_RANGE(read_count(thread_self()->tcb, 0, ~0UL), 1, REGISTERS);
}

CASE(read_refuses_the_caller_itself)
{
    EXPECT_ILLEGAL(read_count(thread_self()->tcb, 0, 1));
}

CASE(a_new_thread_has_empty_registers)
{
    struct got g = read_count(tcb_new(), 0, REGISTERS);
    EXPECT_EQUAL(g.length, REGISTERS);
    for (seL4_Word i = 0; i < REGISTERS; i++) {
        EXPECT_EQUAL(got_word(&g, i), i == SPSR ? USER_SPSR : 0);
    }
}

CASE(read_gives_as_many_registers_as_asked)
{
    seL4_CPtr tcb = tcb_new();
    write_all(tcb, 7);
    EXPECT_RESULT(read_count(tcb, 0, 1), WORDS(pattern(7, 0)));
    EXPECT_RESULT(read_count(tcb, 0, 5),
                  WORDS(pattern(7, 0), pattern(7, 1), pattern(7, 2), pattern(7, 3), pattern(7, 4)));
    EXPECT_EQUAL(read_count(tcb, 0, REGISTERS).length, REGISTERS);
}

CASE(read_ignores_the_architecture_flags)
{
    EXPECT_EQUAL(read_count(tcb_new(), 0xff00, 1).length, 1);
}

static seL4_Word count_up(seL4_Word address)
{
    volatile seL4_Word *counter = (volatile seL4_Word *)address; // NOLINT: given by the case
    for (;;) {
        (*counter)++;
        yield();
    }
    return 0;
}

CASE(read_can_suspend_the_thread)
{
    static volatile seL4_Word counter;
    struct thread t = thread_new(CASE_PRIORITY);
    thread_start(&t, count_up, (seL4_Word)&counter);
    yield();
    EXPECT(counter != 0);
    EXPECT_EQUAL(read_count(t.tcb, SUSPEND_SOURCE, 1).length, 1);
    seL4_Word before = counter;
    yield();
    EXPECT_EQUAL(counter, before);
    EXPECT_SUCCESS(call(t.tcb, TCBResume, NO_WORDS, NO_CAPS));
    yield();
    EXPECT(counter != before);
}

// --- writing ------------------------------------------------------------------------------------

CASE(write_wants_two_words)
{
    EXPECT_TRUNCATED(call(tcb_new(), TCBWriteRegisters, WORDS(0), NO_CAPS));
}

CASE(write_wants_as_many_words_as_it_says)
{
    seL4_CPtr tcb = tcb_new();
    EXPECT_TRUNCATED(write_count(tcb, 0, 2, 1, 3));
    EXPECT_TRUNCATED(write_count(tcb, 0, REGISTERS, 1, REGISTERS + 1));
    EXPECT_TRUNCATED(write_count(tcb, 0, REGISTERS + 1, 1, REGISTERS + 2));
    EXPECT_TRUNCATED(write_count(tcb, 0, ~0UL, 1, REGISTERS + 2));
    EXPECT_TRUNCATED(write_count(thread_self()->tcb, 0, 2, 1, 3));
}

CASE(write_refuses_the_caller_itself)
{
    EXPECT_ILLEGAL(write_count(thread_self()->tcb, 0, 1, 1, 3));
}

CASE(write_sets_every_register)
{
    seL4_CPtr tcb = tcb_new();
    write_all(tcb, 3);
    expect_pattern(tcb, 3, 0, REGISTERS - 1);
}

CASE(write_sets_only_as_many_as_it_says)
{
    seL4_CPtr tcb = tcb_new();
    write_all(tcb, 3);
    EXPECT_SUCCESS(write_count(tcb, 0, 6, 4, REGISTERS + 2));
    expect_pattern(tcb, 4, 0, 5);
    expect_pattern(tcb, 3, 6, REGISTERS - 1);
    EXPECT_SUCCESS(write_count(tcb, 0, 0, 5, REGISTERS + 2));
    expect_pattern(tcb, 4, 0, 5);
}

CASE(write_takes_more_than_36_and_ignores_the_rest)
{
    static seL4_Word words[REGISTERS + 4];
    seL4_CPtr tcb = tcb_new();
    words[1] = REGISTERS + 2;
    words[2 + REGISTERS - 1] = 77;
    EXPECT_SUCCESS(call(tcb, TCBWriteRegisters, (struct words){words, REGISTERS + 4}, NO_CAPS));
    struct got g = read_count(tcb, 0, REGISTERS);
    EXPECT_EQUAL(got_word(&g, REGISTERS - 1), 77);
}

CASE(write_keeps_only_the_flags_of_spsr)
{
    seL4_CPtr tcb = tcb_new();
    for (seL4_Word flags = 0; flags <= FLAGS_KEPT; flags++) {
        seL4_Word wanted = flags << 28;
        EXPECT_SUCCESS(
            call(tcb, TCBWriteRegisters, WORDS(0, 3, 0, 0, ~0xf0000000UL | wanted), NO_CAPS));
        struct got g = read_count(tcb, 0, 3);
        EXPECT_EQUAL(g.mr[2], wanted | USER_SPSR);
    }
    EXPECT_SUCCESS(call(tcb, TCBWriteRegisters, WORDS(0, 3, 0, 0, 0x3c5), NO_CAPS)); // EL1h
    EXPECT_EQUAL(read_count(tcb, 0, 3).mr[2], USER_SPSR);
}

CASE(write_can_resume_the_thread)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_EQUAL(thread_run(&t, peek, (seL4_Word)peek_instruction).label, THREAD_RETURNED);
}

CASE(write_without_resume_leaves_the_thread_stopped)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_SUCCESS(
        call(t.tcb, TCBWriteRegisters, WORDS(0, 1, (seL4_Word)peek_instruction), NO_CAPS));
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
    EXPECT_SUCCESS(call(t.tcb, TCBResume, NO_WORDS, NO_CAPS));
    EXPECT_EQUAL(thread_end(&t).label, seL4_Fault_VMFault);
}

CASE(write_of_a_blocked_thread_moves_it_elsewhere_once_it_is_resumed)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_EQUAL(thread_run(&t, call_empty, endpoint_new()).label, THREAD_RUNS);
    EXPECT_SUCCESS(call(t.tcb, TCBWriteRegisters,
                        WORDS(RESUME_TARGET, 4, (seL4_Word)peek_instruction, 0, 0, 8), NO_CAPS));
    struct got g = thread_end(&t);
    EXPECT_EQUAL(g.label, seL4_Fault_VMFault);
    EXPECT_EQUAL(g.mr[1], 8);
}

CASE(the_registers_of_a_blocked_thread_tell_its_system_call)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    seL4_CPtr endpoint = endpoint_new();
    EXPECT_EQUAL(thread_run(&t, call_empty, endpoint).label, THREAD_RUNS);
    struct got g = read_count(t.tcb, 0, 11);
    EXPECT_EQUAL(g.mr[0], (seL4_Word)call_empty_svc);
    EXPECT_EQUAL(g.mr[3], endpoint);
    EXPECT_EQUAL(got_word(&g, 10), (seL4_Word)seL4_SysCall);
}

// --- copying ------------------------------------------------------------------------------------

static struct got copy_registers(seL4_CPtr to, seL4_CPtr from, seL4_Word flags)
{
    return call(to, TCBCopyRegisters, WORDS(flags), CAPS(from));
}

CASE(copy_wants_a_word_and_a_source)
{
    seL4_CPtr tcb = tcb_new();
    EXPECT_TRUNCATED(call(tcb, TCBCopyRegisters, NO_WORDS, CAPS(tcb)));
    EXPECT_TRUNCATED(call(tcb, TCBCopyRegisters, WORDS(0), NO_CAPS));
}

CASE(copy_refuses_a_source_that_is_no_thread)
{
    EXPECT_INVALID_CAPABILITY(copy_registers(tcb_new(), endpoint_new(), 0), 1);
    EXPECT_INVALID_CAPABILITY(copy_registers(tcb_new(), 0, 0), 1);
}

CASE(copy_of_frame_registers_leaves_the_others)
{
    seL4_CPtr from = tcb_new();
    seL4_CPtr to = tcb_new();
    write_all(from, 1);
    write_all(to, 2);
    EXPECT_SUCCESS(copy_registers(to, from, COPY_FRAME));
    expect_pattern(to, 1, 0, FRAME - 1);
    expect_pattern(to, 2, FRAME, REGISTERS - 1);
}

CASE(copy_of_integer_registers_leaves_the_others)
{
    seL4_CPtr from = tcb_new();
    seL4_CPtr to = tcb_new();
    write_all(from, 1);
    write_all(to, 2);
    EXPECT_SUCCESS(copy_registers(to, from, COPY_INTEGER));
    expect_pattern(to, 2, 0, FRAME - 1);
    expect_pattern(to, 1, FRAME, REGISTERS - 1);
}

CASE(copy_of_nothing_changes_nothing)
{
    seL4_CPtr to = tcb_new();
    write_all(to, 2);
    EXPECT_SUCCESS(copy_registers(to, tcb_new(), 0));
    expect_pattern(to, 2, 0, REGISTERS - 1);
}

CASE(copy_can_resume_the_destination)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    seL4_CPtr from = tcb_new();
    EXPECT_SUCCESS(
        call(from, TCBWriteRegisters, WORDS(0, 4, (seL4_Word)peek_instruction, 0, 0, 16), NO_CAPS));
    EXPECT_SUCCESS(copy_registers(t.tcb, from, COPY_FRAME | COPY_INTEGER | COPY_RESUME));
    struct got g = thread_end(&t);
    EXPECT_EQUAL(g.label, seL4_Fault_VMFault);
    EXPECT_EQUAL(g.mr[1], 16);
}

CASE(copy_can_suspend_the_source)
{
    static volatile seL4_Word counter;
    struct thread t = thread_new(CASE_PRIORITY);
    thread_start(&t, count_up, (seL4_Word)&counter);
    yield();
    EXPECT_SUCCESS(copy_registers(tcb_new(), t.tcb, SUSPEND_SOURCE));
    seL4_Word before = counter;
    yield();
    EXPECT_EQUAL(counter, before);
}

// --- thread-local storage -----------------------------------------------------------------------

CASE(set_tls_base_writes_the_register)
{
    seL4_CPtr tcb = tcb_new();
    write_all(tcb, 2);
    EXPECT_TRUNCATED(call(tcb, TCBSetTLSBase, NO_WORDS, NO_CAPS));
    EXPECT_SUCCESS(call(tcb, TCBSetTLSBase, WORDS(0x123456789abcdef8), NO_CAPS));
    struct got g = read_count(tcb, 0, REGISTERS);
    EXPECT_EQUAL(got_word(&g, TLS), 0x123456789abcdef8);
    EXPECT_EQUAL(got_word(&g, TLS + 1), pattern(2, TLS + 1));
}

CASE(set_tls_base_works_for_the_caller)
{
    seL4_Word seen;
    EXPECT_SUCCESS(call(thread_self()->tcb, TCBSetTLSBase, WORDS(0xabc0), NO_CAPS));
    __asm__ volatile("mrs %0, tpidr_el0" : "=r"(seen));
    EXPECT_EQUAL(seen, 0xabc0);
}

static seL4_Word read_tls(seL4_Word which)
{
    seL4_Word writable;
    seL4_Word fixed;
    __asm__ volatile("mrs %0, tpidr_el0" : "=r"(writable));
    __asm__ volatile("mrs %0, tpidrro_el0" : "=r"(fixed));
    return which == 0 ? writable : fixed;
}

CASE(both_thread_registers_reach_the_thread)
{
    for (seL4_Word which = 0; which < 2; which++) {
        struct thread t = thread_new(CASE_PRIORITY + 1);
        write_all(t.tcb, 9);
        EXPECT_ANSWER(thread_run(&t, read_tls, which), THREAD_RETURNED,
                      WORDS(pattern(9, TLS + which)));
    }
}
