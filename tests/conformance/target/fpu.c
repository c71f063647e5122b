// SPDX-License-Identifier: BSD-2-Clause
//
// Floating point: each thread has its own registers, and may be kept from using any.
#include "case.h"

enum {
    FPU_DISABLED = 1,
    CLASS_SHIFT = 26,
    CLASS_FPU = 0x07,
};

seL4_Word fpu_keep(seL4_Word seed);
seL4_Word fpu_touch(seL4_Word value);

CASE(registers_are_kept_while_others_use_theirs)
{
    struct thread t[4];
    for (seL4_Word i = 0; i < 4; i++) {
        t[i] = thread_new(CASE_PRIORITY);
        thread_start(&t[i], fpu_keep, 0x123456789 * (i + 1));
    }
    EXPECT_EQUAL(fpu_keep(0x5555000055550000), 0);
    for (seL4_Word i = 0; i < 4; i++) {
        yield();
    }
    for (seL4_Word i = 0; i < 4; i++) {
        EXPECT_ANSWER(recv(t[i].end, thread_reply_object()), THREAD_RETURNED, WORDS(0));
    }
}

CASE(a_new_thread_may_use_them)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_ANSWER(thread_run(&t, fpu_touch, 7), THREAD_RETURNED, WORDS(7));
}

static void set_flags(const struct thread *t, seL4_Word clear, seL4_Word set)
{
    EXPECT_RESULT(call(t->tcb, TCBSetFlags, WORDS(clear, set), NO_CAPS), WORDS(set));
}

static void expect_disabled(struct got g)
{
    EXPECT_EQUAL(g.label, seL4_Fault_UserException);
    EXPECT_EQUAL(g.length, 5);
    EXPECT_EQUAL(g.mr[0], (seL4_Word)fpu_touch);
    EXPECT_EQUAL(g.mr[3] >> CLASS_SHIFT, CLASS_FPU);
}

CASE(a_thread_that_may_not_use_them_traps)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    set_flags(&t, 0, FPU_DISABLED);
    expect_disabled(thread_run(&t, fpu_touch, 7));
}

CASE(a_thread_that_is_allowed_again_goes_on)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    set_flags(&t, 0, FPU_DISABLED);
    expect_disabled(thread_run(&t, fpu_touch, 7));
    set_flags(&t, FPU_DISABLED, 0);
    thread_reply(0, NO_WORDS);
    EXPECT_ANSWER(thread_end(&t), THREAD_RETURNED, WORDS(7));
}

CASE(a_thread_that_disables_itself_traps_at_once)
{
    (void)fpu_touch(1);
    set_flags(thread_self(), 0, FPU_DISABLED);
    set_flags(thread_self(), FPU_DISABLED, 0);
    EXPECT_EQUAL(fpu_touch(5), 5);
    struct thread t = thread_new(CASE_PRIORITY + 1);
    EXPECT_EQUAL(thread_run(&t, fpu_touch, 7).label, THREAD_RETURNED);
    set_flags(&t, 0, FPU_DISABLED);
    expect_disabled(thread_run(&t, fpu_touch, 7));
}
