// SPDX-License-Identifier: BSD-2-Clause
#include "tool/tap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static struct tap read_lines(const char *const *lines)
{
    struct tap t;
    tap_init(&t);
    for (; *lines != NULL; lines++) {
        tap_line(&t, *lines);
    }
    return t;
}

#define LINES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void a_plan_whose_cases_all_pass_passes(void **state)
{
    (void)state;
    struct tap t = read_lines(
        LINES("TAP version 14", "1..2", "ok 1 - a: b", "<<seL4>> noise", "ok 2 - a: c", "# end"));
    assert_true(tap_passed(&t));
    assert_true(tap_over(&t));
    assert_int_equal(t.passed, 2);
}

static void a_failed_case_fails(void **state)
{
    (void)state;
    struct tap t = read_lines(LINES("1..2", "ok 1 - a", "# why", "not ok 2 - b", "# end"));
    assert_false(tap_passed(&t));
    assert_int_equal(t.failed, 1);
    assert_string_equal(t.problem, "");
}

static void the_end_must_come(void **state)
{
    (void)state;
    struct tap t = read_lines(LINES("1..1", "ok 1 - a"));
    assert_false(tap_over(&t));
    assert_false(tap_passed(&t));
}

static void a_missing_plan_or_result_is_a_problem(void **state)
{
    (void)state;
    struct tap no_plan = read_lines(LINES("ok 1 - a", "# end"));
    assert_false(tap_passed(&no_plan));
    struct tap gap = read_lines(LINES("1..2", "ok 2 - a", "# end"));
    assert_false(tap_passed(&gap));
    struct tap more = read_lines(LINES("1..1", "ok 1 - a", "ok 2 - b", "# end"));
    assert_false(tap_passed(&more));
    struct tap less = read_lines(LINES("1..2", "ok 1 - a", "# end"));
    assert_false(tap_passed(&less));
    struct tap twice = read_lines(LINES("1..1", "1..1", "ok 1 - a", "# end"));
    assert_false(tap_passed(&twice));
    assert_false(twice.empty);
    struct tap none = read_lines(LINES("1..0", "# end"));
    assert_false(tap_passed(&none));
    assert_true(none.empty);
}

static void a_bail_out_ends_the_run(void **state)
{
    (void)state;
    struct tap t = read_lines(LINES("1..1", "Bail out! no memory"));
    assert_true(tap_over(&t));
    assert_false(tap_passed(&t));
}

static void lines_are_told_apart(void **state)
{
    (void)state;
    struct tap t;
    tap_init(&t);
    assert_int_equal(tap_line(&t, "TAP version 14"), TAP_PLAN);
    assert_int_equal(tap_line(&t, "1..2"), TAP_PLAN);
    assert_int_equal(tap_line(&t, "ok 1 - a"), TAP_OK);
    assert_int_equal(tap_line(&t, "not ok 2 - b"), TAP_NOT_OK);
    assert_int_equal(tap_line(&t, "# why"), TAP_COMMENT);
    assert_int_equal(tap_line(&t, "okay"), TAP_OTHER);
    assert_int_equal(tap_line(&t, ""), TAP_OTHER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_whose_cases_all_pass_passes),
        cmocka_unit_test(a_failed_case_fails),
        cmocka_unit_test(the_end_must_come),
        cmocka_unit_test(a_missing_plan_or_result_is_a_problem),
        cmocka_unit_test(a_bail_out_ends_the_run),
        cmocka_unit_test(lines_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
