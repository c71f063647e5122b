// SPDX-License-Identifier: BSD-2-Clause
//
// Faults: the message that the handler gets, and what its answer does to the thread. Timeouts are
// in timeout.c, those of hardware debugging in breakpoint.c.
#include "case.h"

enum {
    USER_SPSR = KCFG_DEBUG_BUILD ? 0x40 : 0x140,
    NO_NUMBER = 1000, // no system call

    // Words of an UnknownSyscall message.
    WORD_X0 = 0,
    WORD_X7 = 7,
    WORD_IP = 8,
    WORD_SP = 9,
    WORD_NEXT = 10,
    WORD_SPSR = 11,
    WORDS_WRITTEN = 12,
};

#define FLAGS 0xf0000000UL

static struct registers seen;

// Makes an unknown system call with a pattern in the registers, and notes what they are afterwards.
static seL4_Word trap_unknown(seL4_Word number)
{
    for (seL4_Word i = 0; i < 31; i++) {
        seen.x[i] = 0x5000 + i;
    }
    seen.x[7] = number;
    seen.nzcv = 0x20000000;
    trap_registers(&seen);
    return 1;
}

static struct got raise_unknown(const struct thread *t)
{
    struct got g = thread_run(t, trap_unknown, NO_NUMBER);
    EXPECT_EQUAL(g.label, seL4_Fault_UnknownSyscall);
    return g;
}

// An answer to it: the message itself with the thread going on behind the svc.
static struct words answer_of(const struct got *g)
{
    static seL4_Word words[WORDS_WRITTEN];
    for (seL4_Word i = 0; i < WORDS_WRITTEN; i++) {
        words[i] = got_word(g, i);
    }
    words[WORD_IP] = got_word(g, WORD_NEXT);
    return (struct words){words, WORDS_WRITTEN};
}

// --- unknown system calls -----------------------------------------------------------------------

CASE(an_unknown_system_call_can_be_skipped)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    struct got g = raise_unknown(&t);
    thread_reply(0, answer_of(&g));
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RETURNED);
    for (seL4_Word i = 0; i < 31; i++) {
        EXPECT_EQUAL(seen.x[i], i == 7 ? NO_NUMBER : 0x5000 + i);
    }
    EXPECT_EQUAL(seen.nzcv, 0x20000000);
}

CASE(an_answer_without_words_repeats_the_system_call)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    struct got first = raise_unknown(&t);
    thread_reply(0, NO_WORDS);
    struct got again = thread_end(&t);
    EXPECT_EQUAL(again.label, seL4_Fault_UnknownSyscall);
    EXPECT_EQUAL(got_word(&again, WORD_IP), got_word(&first, WORD_IP));
}

CASE(an_answer_writes_x0_to_x7)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    struct got g = raise_unknown(&t);
    struct words words = answer_of(&g);
    seL4_Word changed[WORDS_WRITTEN];
    for (seL4_Word i = 0; i < WORDS_WRITTEN; i++) {
        changed[i] = i <= WORD_X7 ? 0x9000 + i : words.at[i];
    }
    thread_reply(0, (struct words){changed, WORDS_WRITTEN});
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RETURNED);
    for (seL4_Word i = 0; i < 31; i++) {
        EXPECT_EQUAL(seen.x[i], (i <= 7 ? 0x9000 : 0x5000) + i);
    }
}

CASE(an_answer_writes_the_flags_and_nothing_else_of_spsr)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    struct got g = raise_unknown(&t);
    struct words words = answer_of(&g);
    seL4_Word changed[WORDS_WRITTEN];
    for (seL4_Word i = 0; i < WORDS_WRITTEN; i++) {
        changed[i] = words.at[i];
    }
    changed[WORD_SPSR] = FLAGS | 0x3c5; // EL1, everything masked
    changed[WORD_NEXT] = 0;             // has no effect
    thread_reply(0, (struct words){changed, WORDS_WRITTEN});
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RETURNED);
    EXPECT_EQUAL(seen.nzcv, FLAGS);
}

CASE(an_answer_with_some_words_writes_only_those)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    (void)raise_unknown(&t);
    thread_reply(0, WORDS(0x9000, 0x9001));
    struct got g = thread_end(&t);
    EXPECT_EQUAL(got_word(&g, 0), 0x9000);
    EXPECT_EQUAL(got_word(&g, 1), 0x9001);
    EXPECT_EQUAL(got_word(&g, 2), 0x5002);
}

CASE(an_answer_with_a_label_leaves_the_thread_stopped)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    struct got g = raise_unknown(&t);
    thread_reply(1, answer_of(&g));
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
    // Its registers were written nonetheless: resumed, it goes on behind the svc.
    EXPECT_SUCCESS(call(t.tcb, TCBResume, NO_WORDS, NO_CAPS));
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RETURNED);
}

// --- user exceptions ----------------------------------------------------------------------------

static seL4_Word undefined(seL4_Word argument)
{
    __asm__ volatile("udf #0");
    return argument;
}

static struct got raise_exception(const struct thread *t)
{
    struct got g = thread_run(t, undefined, 3);
    EXPECT_EQUAL(g.label, seL4_Fault_UserException);
    EXPECT_EQUAL(g.length, 5);
    EXPECT_EQUAL(g.mr[0], (seL4_Word)undefined);
    EXPECT_EQUAL(g.mr[3], 0x02000000);
    EXPECT_EQUAL(got_word(&g, 4), 0);
    return g;
}

CASE(a_user_exception_tells_place_stack_and_state)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    struct got g = raise_exception(&t);
    EXPECT_EQUAL(g.mr[1], (seL4_Word)&t.block->top);
    EXPECT_EQUAL(g.mr[2] & ~FLAGS, USER_SPSR);
}

CASE(an_answer_moves_the_thread_on)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    struct got g = raise_exception(&t);
    thread_reply(0, WORDS(g.mr[0] + 4, g.mr[1], 0x3c5));
    EXPECT_ANSWER(thread_end(&t), THREAD_RETURNED, WORDS(3));
}

CASE(an_answer_without_words_raises_the_exception_again)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    struct got g = raise_exception(&t);
    thread_reply(0, NO_WORDS);
    EXPECT_EQUAL(thread_end(&t).mr[0], g.mr[0]);
}

CASE(an_exception_answered_with_a_label_leaves_the_thread_stopped)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    struct got g = raise_exception(&t);
    thread_reply(2, WORDS(g.mr[0] + 4));
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
}

// --- faults of memory ---------------------------------------------------------------------------

CASE(an_answer_to_a_memory_fault_is_ignored_but_for_its_coming)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    struct got g = thread_run(&t, peek, 0x5e0008);
    EXPECT_ANSWER(g, seL4_Fault_VMFault,
                  WORDS((seL4_Word)peek_instruction, 0x5e0008, 0, 0x92000007));
    EXPECT_SUCCESS(call(frame_new(), ARMPageMap, WORDS(0x5e0000, RIGHTS_RW, 3),
                        CAPS(seL4_CapInitThreadVSpace)));
    thread_reply(99, WORDS(1, 2, 3, 4));
    EXPECT_ANSWER(thread_end(&t), THREAD_RETURNED, WORDS(0));
}

CASE(a_memory_fault_comes_again_as_long_as_nothing_changes)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    for (int i = 0; i < 3; i++) {
        struct got g = i == 0 ? thread_run(&t, poke, 0x5e0008) : thread_end(&t);
        EXPECT_ANSWER(g, seL4_Fault_VMFault,
                      WORDS((seL4_Word)poke_instruction, 0x5e0008, 0, 0x92000047));
        thread_reply(0, NO_WORDS);
    }
}

CASE(a_fetch_that_fails_tells_where)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_ANSWER(thread_run(&t, jump, 0x5e0000), seL4_Fault_VMFault,
                  WORDS(0x5e0000, 0x5e0000, 1, 0x82000007));
}

CASE(a_fetch_that_is_not_aligned_tells_where)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    struct got g = thread_run(&t, jump, 0x400002);
    EXPECT_EQUAL(g.mr[0], 0x400002);
}

CASE(an_address_of_the_kernel_is_a_memory_fault)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    struct got g = thread_run(&t, peek, 0xffffffffc0000000);
    EXPECT_EQUAL(g.label, seL4_Fault_VMFault);
    EXPECT_EQUAL(g.mr[1], 0xffffffffc0000000);
}

// --- handlers -----------------------------------------------------------------------------------

static void set_handler(const struct thread *t, seL4_CPtr handler)
{
    EXPECT_SUCCESS(
        call(t->tcb, TCBSetSpace, WORDS(0, 0), CAPS(handler, ROOT, seL4_CapInitThreadVSpace)));
}

CASE(without_a_handler_the_thread_stops)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    set_handler(&t, 0);
    EXPECT_EQUAL(thread_run(&t, peek, 8).label, THREAD_RUNS);
    set_handler(&t, t.end);
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
    EXPECT_SUCCESS(call(t.tcb, TCBResume, NO_WORDS, NO_CAPS));
    EXPECT_EQUAL(thread_end(&t).label, seL4_Fault_VMFault);
}

CASE(a_fault_received_without_a_reply_object_leaves_the_thread_stopped)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    seL4_CPtr endpoint = endpoint_new();
    set_handler(&t, mint_new(endpoint, RIGHTS_ALL, 6));
    thread_start(&t, peek, 8);
    EXPECT_EQUAL(nbwait(endpoint).label, seL4_Fault_VMFault);
    EXPECT_SUCCESS(call(t.tcb, TCBResume, NO_WORDS, NO_CAPS));
    EXPECT_EQUAL(nbwait(endpoint).label, seL4_Fault_VMFault);
}

CASE(a_suspended_faulting_thread_forgets_its_fault)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_EQUAL(thread_run(&t, peek, 8).label, seL4_Fault_VMFault);
    EXPECT_SUCCESS(call(t.tcb, TCBSuspend, NO_WORDS, NO_CAPS));
    thread_reply(0, NO_WORDS);
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
}

CASE(a_fault_that_waits_in_the_queue_is_forgotten_by_a_suspend)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    thread_start(&t, peek, 8);
    EXPECT_SUCCESS(call(t.tcb, TCBSuspend, NO_WORDS, NO_CAPS));
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
}

CASE(a_handler_may_be_told_by_any_capability_of_the_endpoint)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    seL4_CPtr endpoint = endpoint_new();
    seL4_CPtr badged = mint_new(endpoint, RIGHTS_W | RIGHTS_GR, 0x1234);
    set_handler(&t, badged);
    EXPECT_SUCCESS(delete (badged)); // the thread has a copy
    thread_start(&t, peek, 8);
    EXPECT_EQUAL(nbrecv(endpoint, reply_new()).badge, 0x1234);
}

// --- queues -------------------------------------------------------------------------------------

enum { FAULTERS = 4 };

// Starts threads that fault at once, to the endpoint with badges 1 on.
static void start_faulters(struct thread *t, const seL4_Word *above, seL4_CPtr endpoint)
{
    for (seL4_Word i = 0; i < FAULTERS; i++) {
        t[i] = thread_new(CASE_PRIORITY + above[i]);
        set_handler(&t[i], mint_new(endpoint, RIGHTS_ALL, i + 1));
        thread_start(&t[i], peek, 8);
    }
}

static void expect_faults(struct here here, seL4_CPtr endpoint, const seL4_Word *badges)
{
    for (size_t i = 0; i < FAULTERS; i++) {
        struct got g = nbrecv(endpoint, reply_new());
        expect_equal(here, g.badge, badges[i], "whose fault it is");
        expect_equal(here, g.label, seL4_Fault_VMFault, "the fault");
    }
}

CASE(faulting_threads_queue_by_priority_and_then_in_their_order)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t[FAULTERS];
    start_faulters(t, (const seL4_Word[]){1, 3, 2, 3}, endpoint);
    expect_faults(HERE, endpoint, (const seL4_Word[]){2, 4, 3, 1});
}

CASE(a_changed_priority_moves_a_faulting_thread)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread t[FAULTERS];
    start_faulters(t, (const seL4_Word[]){1, 3, 2, 3}, endpoint);
    EXPECT_SUCCESS(call(t[0].tcb, TCBSetPriority, WORDS(CASE_PRIORITY + 9), CAPS(SELF_AUTHORITY)));
    EXPECT_SUCCESS(call(t[1].tcb, TCBSetPriority, WORDS(CASE_PRIORITY + 2), CAPS(SELF_AUTHORITY)));
    expect_faults(HERE, endpoint, (const seL4_Word[]){1, 4, 3, 2});
}

static seL4_Word send_empty(seL4_Word dest)
{
    send(dest, 5, NO_WORDS, NO_CAPS);
    return 0;
}

CASE(faulting_threads_queue_among_those_that_send)
{
    seL4_CPtr endpoint = endpoint_new();
    struct thread low = thread_new(CASE_PRIORITY + 1);
    struct thread middle = thread_new(CASE_PRIORITY + 2);
    struct thread high = thread_new(CASE_PRIORITY + 3);
    thread_start(&low, send_empty, endpoint);
    set_handler(&middle, endpoint);
    thread_start(&middle, peek, 8);
    thread_start(&high, send_empty, endpoint);
    EXPECT_EQUAL(nbrecv(endpoint, reply_new()).label, 5);
    EXPECT_EQUAL(nbrecv(endpoint, reply_new()).label, seL4_Fault_VMFault);
    EXPECT_EQUAL(nbrecv(endpoint, reply_new()).label, 5);
}
