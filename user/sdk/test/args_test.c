// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/args.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void a_number_is_found_behind_its_key(void **state)
{
    (void)state;
    uint64_t value = 0;
    assert_true(kaal_args_number("tick=1000", "tick", &value));
    assert_int_equal(value, 1000);
    assert_true(kaal_args_number("  quiet tick=7  last=18446744073709551615 ", "last", &value));
    assert_true(value == UINT64_MAX);
    assert_true(kaal_args_number("tick=0 ticks=5", "ticks", &value));
    assert_int_equal(value, 5);
}

static void a_value_is_what_stands_behind_its_key(void **state)
{
    (void)state;
    static const char args[] = "seeds=1 seed=0x2a quiet";
    assert_ptr_equal(kaal_args_value(args, "seed"), &args[13]);
    assert_string_equal(kaal_args_value("seed=", "seed"), "");
    assert_null(kaal_args_value("seed", "seed"));
    assert_null(kaal_args_value("kaal.seed=1", "seed"));
}

static void what_is_no_number_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",        "tick",   "tick=",   "tick= 5",  "tick=5x",
        "tick=-5", "tock=5", "xtick=5", "tick=0x5", "tick=18446744073709551616"};
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        uint64_t value = 42;
        assert_false(kaal_args_number(wrong[i], "tick", &value));
        assert_int_equal(value, 42);
    }
}

static void a_word_is_found_as_a_whole(void **state)
{
    (void)state;
    assert_true(kaal_args_has("a quiet b", "quiet"));
    assert_true(kaal_args_has("quiet", "quiet"));
    assert_false(kaal_args_has("quieter", "quiet"));
    assert_false(kaal_args_has("", "quiet"));
    assert_false(kaal_args_has("qui et", "quiet"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_number_is_found_behind_its_key),
        cmocka_unit_test(a_value_is_what_stands_behind_its_key),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(a_word_is_found_as_a_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
