// SPDX-License-Identifier: BSD-2-Clause
//
// Does the suite see what is wrong? Cases that fail, each in its own way, and one that passes after
// them; ../selftest.sh names them.
#include "case.h"

static seL4_Word expect_two(seL4_Word one)
{
    EXPECT_EQUAL(one, 2);
    return 0;
}

CASE_BY_NAME(an_expectation_that_does_not_hold)
{
    EXPECT_RANGE(call(ROOT, CNodeDelete, WORDS(1, 65), NO_CAPS), 1, 63);
}

CASE_BY_NAME(a_fault)
{
    (void)peek(8);
}

CASE_BY_NAME(an_endless_wait)
{
    (void)wait(notification_new());
}

CASE_BY_NAME(an_endless_loop)
{
    for (;;) {
        __asm__ volatile("");
    }
}

CASE_BY_NAME(an_expectation_in_another_thread)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    thread_start(&t, expect_two, 1);
}

CASE_BY_NAME(threads_end_as_they_are_seen_to)
{
    struct thread t = thread_new(CASE_PRIORITY + 1);
    struct got end = thread_run(&t, peek, 8);
    EXPECT_EQUAL(end.label, seL4_Fault_VMFault);
    EXPECT_EQUAL(end.mr[0], (seL4_Word)peek_instruction);
    EXPECT_EQUAL(end.mr[1], 8);
    seL4_Word seven = 7;
    EXPECT_ANSWER(thread_run(&t, peek, (seL4_Word)&seven), THREAD_RETURNED, WORDS(7));
    EXPECT_EQUAL(thread_end(&t).label, THREAD_RUNS);
}
