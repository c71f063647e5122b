// SPDX-License-Identifier: BSD-2-Clause
//
// The list of who holds what is input: what is missing, or does not fit together, is no agreement.
#include "tool/arena.h"
#include "tool/caps_view.h"
#include "tool/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CAP(slot, kind, kernel)                                                                    \
    "[cap_broker] @cap component=a number=3 slot=" slot " kind=" kind " kernel=" kernel            \
    " name=n peer=- rights=w"
#define END(differ, lost)                                                                          \
    "[cap_broker] @caps components=1 slots=64 held=2 maps=0 differ=" differ " open=0 lost=" lost   \
    " kinds=1"

static struct arena arena;
static struct caps_view view;
static char printed[8192];

// Reads these lines and prints the table: the verdict.
static bool judge(const char *const *lines, size_t count)
{
    caps_view_open(&view, &arena, "cap_broker");
    for (size_t i = 0; i < count; i++) {
        struct report r;
        assert_true(report_parse(&arena, lines[i], &r));
        caps_view_line(&view, &r);
    }
    memset(printed, 0, sizeof(printed));
    FILE *to = fmemopen(printed, sizeof(printed), "w");
    bool agreed = caps_view_print(&view, to);
    fclose(to);
    return agreed;
}

#define JUDGE(...)                                                                                 \
    judge((const char *const[]){__VA_ARGS__},                                                      \
          sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static int teardown(void **state)
{
    (void)state;
    arena_free(&arena);
    return 0;
}

static void books_and_kernel_agree(void **state)
{
    (void)state;
    assert_true(JUDGE(CAP("1", "endpoint", "endpoint"), CAP("2", "reply", "something"),
                      "[cap_broker] @map component=a number=3 kind=memory name=- address=0x1000 "
                      "size=0x1000 rights=rw",
                      END("0", "0")));
    assert_int_equal(view.count, 3);
    assert_non_null(strstr(printed, "agreed: 1 component, 64 slots, 2 of them held"));
}

static void a_difference_is_named(void **state)
{
    (void)state;
    assert_false(JUDGE(CAP("1", "none", "endpoint"), END("1", "0")));
    assert_non_null(strstr(
        printed, "differs: a#3 slot 1: the broker's books say none, the kernel has endpoint"));
    assert_false(JUDGE(CAP("1", "endpoint", "none"), END("1", "0")));
    assert_false(JUDGE(CAP("1", "none", "something"), END("1", "0")));
}

static void what_is_open_does_not_count(void **state)
{
    (void)state;
    assert_true(JUDGE(CAP("1", "none", "frame") " differs=open", END("0", "0")));
}

static void a_list_that_is_not_whole_is_no_agreement(void **state)
{
    (void)state;
    assert_false(JUDGE(CAP("1", "endpoint", "endpoint")));
    // Lines that the console may have lost, a count that does not fit, slots that leak.
    assert_false(JUDGE(CAP("1", "endpoint", "endpoint"), END("1", "0")));
    assert_false(JUDGE(CAP("1", "none", "endpoint"), END("0", "0")));
    assert_false(JUDGE("[cap_broker] @lost lines=3", END("0", "0")));
    assert_false(JUDGE(CAP("1", "endpoint", "endpoint"), END("0", "2")));
    assert_false(JUDGE("[cap_broker] @caps error=out_of_capability_slots"));
    assert_false(JUDGE("[cap_broker] @cap component=a", END("0", "0")));
}

static void others_may_not_answer(void **state)
{
    (void)state;
    assert_false(JUDGE("[hello] @caps components=1 slots=64 held=2 maps=0 differ=0 open=0 lost=0 "
                       "kinds=1"));
    assert_true(JUDGE("[hello] @cap component=x number=1 slot=1 kind=none kernel=endpoint name=n "
                      "peer=- rights=-",
                      END("0", "0")));
    assert_int_equal(view.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(books_and_kernel_agree, teardown),
        cmocka_unit_test_teardown(a_difference_is_named, teardown),
        cmocka_unit_test_teardown(what_is_open_does_not_count, teardown),
        cmocka_unit_test_teardown(a_list_that_is_not_whole_is_no_agreement, teardown),
        cmocka_unit_test_teardown(others_may_not_answer, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
