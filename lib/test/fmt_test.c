// SPDX-License-Identifier: BSD-2-Clause
#include "lib/fmt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

static char buf[64];
static struct fmt f;

static int setup(void **state)
{
    (void)state;
    fmt_init(&f, buf, sizeof(buf));
    return 0;
}

static void numbers_have_their_shortest_form(void **state)
{
    (void)state;
    fmt_u64(&f, 0);
    fmt_char(&f, ' ');
    fmt_u64(&f, UINT64_MAX);
    fmt_char(&f, ' ');
    fmt_i64(&f, INT64_MIN);
    assert_string_equal(buf, "0 18446744073709551615 -9223372036854775808");
    fmt_init(&f, buf, sizeof(buf));
    fmt_hex(&f, 0);
    fmt_char(&f, ' ');
    fmt_hex(&f, 0x1f);
    fmt_char(&f, ' ');
    fmt_hex(&f, UINT64_MAX);
    assert_string_equal(buf, "0x0 0x1f 0xffffffffffffffff");
}

static void padding_fills_and_never_cuts(void **state)
{
    (void)state;
    fmt_u64_pad(&f, 42, 5, '0');
    fmt_u64_pad(&f, 123456, 3, ' ');
    assert_string_equal(buf, "00042123456");
}

static void what_does_not_fit_is_cut_at_the_longest_prefix(void **state)
{
    (void)state;
    char small[5];
    memset(small, 'x', sizeof(small));
    fmt_init(&f, small, 4);
    fmt_str(&f, "abc");
    assert_false(f.cut);
    fmt_str(&f, "d");
    fmt_u64(&f, 7);
    assert_true(f.cut);
    assert_string_equal(small, "abc");
    assert_int_equal(small[4], 'x');
}

static void a_buffer_for_the_terminator_alone_stays_empty(void **state)
{
    (void)state;
    char one[1];
    fmt_init(&f, one, 1);
    fmt_char(&f, 'a');
    assert_true(f.cut);
    assert_string_equal(one, "");
}

static void a_bounded_string_ends_at_its_bound_or_terminator(void **state)
{
    (void)state;
    fmt_strn(&f, "abcdef", 3);
    fmt_strn(&f, "gh", 9);
    assert_string_equal(buf, "abcgh");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(numbers_have_their_shortest_form, setup),
        cmocka_unit_test_setup(padding_fills_and_never_cuts, setup),
        cmocka_unit_test_setup(what_does_not_fit_is_cut_at_the_longest_prefix, setup),
        cmocka_unit_test_setup(a_buffer_for_the_terminator_alone_stays_empty, setup),
        cmocka_unit_test_setup(a_bounded_string_ends_at_its_bound_or_terminator, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
