// SPDX-License-Identifier: BSD-2-Clause
#include "tool/arena.h"
#include "tool/toml.h"
#include "tool/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static uint64_t compute(const char *text, uint64_t seed)
{
    uint64_t value = 0;
    const char *cause;
    assert_true(value_compute(text, seed, &value, &cause));
    return value;
}

static void expressions_go_from_left_to_right_on_words(void **state)
{
    (void)state;
    assert_int_equal(compute("1 + 2 * 3", 0), 9);
    assert_int_equal(compute("1 + (2 * 3)", 0), 7);
    assert_int_equal(compute("0xff & 0x0f | 0x30 ^ 1", 0), 0x3e);
    assert_int_equal(compute("0 - 1", 0), UINT64_MAX);
    assert_int_equal(compute("seed", 5), 5);
}

// The numbers were computed by another program (Python), from the definition in docs/system.md.
static void streams_are_splitmix64_from_a_labelled_seed(void **state)
{
    (void)state;
    assert_int_equal(compute("first(ipc)", 0x1234), UINT64_C(0xd706e52c0dfcc49d));
    assert_int_equal(compute("at(ipc, 3)", 0x1234), UINT64_C(0xa1ec0808f68e8e9a));
    assert_int_equal(compute("sum(ring, 1000)", 0x1234), UINT64_C(0x1a5d55fab323dcce));
    assert_int_equal(compute("weighted(ring, 1000)", 0x1234), UINT64_C(0x2a89946bee0135b3));
    assert_int_equal(compute("ipc_replies(ipc, 120)", 0x1234), UINT64_C(0xb7f9037bd68a53cc));
}

static void wrong_expressions_have_a_cause(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "1 +",
                                        "(1",
                                        "1)",
                                        "foo",
                                        "foo(x)",
                                        "first()",
                                        "sum(x)",
                                        "sum(x, 99999999999)",
                                        "99999999999999999999",
                                        "((((((((((((((((((((1))))))))))))))))))))",
                                        "first(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa)"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        uint64_t value;
        const char *cause = NULL;
        assert_false(value_compute(wrong[i], 0, &value, &cause));
        assert_non_null(cause);
    }
}

static bool matches(const char *toml, const char *actual)
{
    struct arena arena = {0};
    struct diag diag = {.arena = &arena};
    struct value v;
    const struct toml_table *t = toml_parse(&arena, "t", toml, strlen(toml), &diag);
    assert_non_null(t);
    assert_true(value_read(&arena, &t->first->value, &v, &diag));
    bool result = value_matches(&v, 3, actual);
    arena_free(&arena);
    return result;
}

static void values_match_by_their_kind(void **state)
{
    (void)state;
    assert_true(matches("x = 16", "16"));
    assert_true(matches("x = 16", "0x10"));
    assert_false(matches("x = 16", "16x"));
    assert_false(matches("x = 16", ""));
    assert_false(matches("x = 16", "-16"));
    assert_true(matches("x = \"ok\"", "ok"));
    assert_false(matches("x = \"ok\"", "okay"));
    assert_true(matches("x = \"95..105\"", "95"));
    assert_true(matches("x = \"95..105\"", "105"));
    assert_false(matches("x = \"95..105\"", "94"));
    assert_false(matches("x = \"95..105\"", "106"));
    assert_true(matches("x = \"*\"", "anything"));
    assert_true(matches("x = \"$seed + 1\"", "4"));
    assert_true(matches("x = \"$hex seed\"", "0000000000000003"));
    assert_false(matches("x = \"$hex seed\"", "3"));
    assert_false(matches("x = \"$seed\"", "99999999999999999999999"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expressions_go_from_left_to_right_on_words),
        cmocka_unit_test(streams_are_splitmix64_from_a_labelled_seed),
        cmocka_unit_test(wrong_expressions_have_a_cause),
        cmocka_unit_test(values_match_by_their_kind),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
