// SPDX-License-Identifier: BSD-2-Clause
#include "tool/arena.h"
#include "tool/toml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct parse {
    struct arena arena;
    struct diag diag;
    const struct toml_table *table;
};

static struct parse parse_bytes(const char *text, size_t size)
{
    struct parse p = {0};
    struct diag diag = {.arena = &p.arena};
    p.table = toml_parse(&p.arena, "t", text, size, &diag);
    p.diag = diag;
    return p;
}

static struct parse parse(const char *text)
{
    return parse_bytes(text, strlen(text));
}

static void free_parse(struct parse *p)
{
    arena_free(&p->arena);
}

static void expect_error(const char *text, unsigned line, unsigned column, const char *part)
{
    struct parse p = parse(text);
    assert_null(p.table);
    assert_true(p.diag.count > 0);
    const struct diag_item *item = &p.diag.items[0];
    assert_int_equal(item->at.line, line);
    assert_int_equal(item->at.column, column);
    assert_non_null(strstr(item->text, part));
    free_parse(&p);
}

static void keys_and_values_have_their_line_and_column(void **state)
{
    (void)state;
    struct parse p = parse("# c\na = 1\n  [tab]\nkey = \"x\"\n");
    const struct toml_entry *a = toml_get(p.table, "a");
    const struct toml_entry *tab = toml_get(p.table, "tab");
    const struct toml_entry *key = toml_get(tab->value.table, "key");
    assert_int_equal(a->at.line, 2);
    assert_int_equal(a->at.column, 1);
    assert_int_equal(a->value.at.column, 5);
    assert_int_equal(tab->at.line, 3);
    assert_int_equal(tab->at.column, 4);
    assert_int_equal(key->at.line, 4);
    assert_int_equal(key->value.at.column, 7);
    free_parse(&p);
}

static void columns_count_characters_not_bytes(void **state)
{
    (void)state;
    struct parse p = parse("\"gr\xc3\xb6\xc3\x9f"
                           "e\" = 5");
    assert_int_equal(p.table->first->value.at.column, 11);
    free_parse(&p);
}

static void a_file_with_several_mistakes_reports_each(void **state)
{
    (void)state;
    struct parse p = parse("a = \nb 2\nc = 3\nc = 4\n[d\ne = 01\n");
    assert_null(p.table);
    assert_int_equal(p.diag.errors, 5);
    free_parse(&p);
}

static void an_unclosed_array_stops_the_parse(void **state)
{
    (void)state;
    struct parse p = parse("a = [1,\n2\nb = 3\nc =\n");
    assert_null(p.table);
    assert_int_equal(p.diag.errors, 1);
    assert_int_equal(p.diag.items[0].at.line, 3);
    free_parse(&p);
}

static void errors_name_cause_place_and_remedy(void **state)
{
    (void)state;
    expect_error("a = 1\na = 2\n", 2, 1, "defined twice, first in line 1");
    expect_error("a = \"x\n", 1, 5, "closing \"");
    expect_error("a = \"\\q\"\n", 1, 6, "unknown escape");
    expect_error("a = \"\\ud800\"\n", 1, 6, "no Unicode character");
    expect_error("a = hello\n", 1, 5, "`hello` is not a value");
    expect_error("a = 9223372036854775808\n", 1, 5, "does not fit 64 bits");
    expect_error("a = 2021-02-30\n", 1, 5, "no date or time");
    expect_error("a = {b = 1,\n", 1, 12, "a key is expected");
    expect_error("a = 1 b\n", 1, 7, "after the end of the statement");
    expect_error("[a]\nb.c = 1\n[a.b]\n", 3, 4, "defined twice");
    expect_error("a = 1\nb = \xff\n", 2, 5, "is not UTF-8");
    expect_error("a = \"\x01\"", 1, 6, "control character 0x01");
}

static void nesting_is_limited(void **state)
{
    (void)state;
    char text[2 * TOML_DEPTH_MAX + 16] = "a=";
    memset(text + 2, '[', TOML_DEPTH_MAX);
    memset(text + 2 + TOML_DEPTH_MAX, ']', TOML_DEPTH_MAX);
    struct parse p = parse(text);
    assert_non_null(p.table);
    free_parse(&p);
    memset(text + 2, '[', TOML_DEPTH_MAX + 1);
    p = parse(text);
    assert_null(p.table);
    assert_non_null(strstr(p.diag.items[0].text, "deeper"));
    free_parse(&p);
}

static void every_prefix_of_a_file_is_answered(void **state)
{
    (void)state;
    static const char text[] =
        "a.b = [1, {c = \"\"\"x\"\"\"}, 'l', 1979-05-27 07:32:00Z]\n[[d.e]]\n"
        "\"k\\u00e9\" = -0x1_f\nf = +1_0.5e-3 # c\n";
    for (size_t i = 0; i < sizeof(text); i++) {
        struct parse p = parse_bytes(text, i);
        assert_true((p.table == NULL) == (p.diag.errors != 0));
        free_parse(&p);
    }
}

static void many_keys_are_found_quickly(void **state)
{
    (void)state;
    enum { KEYS = 60000, ROOM = KEYS * 16 };
    char *text = test_malloc(ROOM);
    size_t length = 0;
    for (int i = 0; i < KEYS; i++) {
        length += (size_t)snprintf(text + length, ROOM - length, "k%d=%d\n", i, i);
    }
    struct parse p = parse_bytes(text, length);
    assert_non_null(p.table);
    assert_int_equal(p.table->count, KEYS);
    free_parse(&p);
    test_free(text);
}

static void a_file_that_is_too_large_is_refused(void **state)
{
    (void)state;
    struct arena arena = {0};
    struct diag diag = {.arena = &arena};
    assert_null(toml_parse(&arena, "t", "", (size_t)TOML_SIZE_MAX + 1, &diag));
    assert_non_null(strstr(diag.items[0].text, "larger than 1024 KiB"));
    arena_free(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_and_values_have_their_line_and_column),
        cmocka_unit_test(columns_count_characters_not_bytes),
        cmocka_unit_test(a_file_with_several_mistakes_reports_each),
        cmocka_unit_test(an_unclosed_array_stops_the_parse),
        cmocka_unit_test(errors_name_cause_place_and_remedy),
        cmocka_unit_test(nesting_is_limited),
        cmocka_unit_test(every_prefix_of_a_file_is_answered),
        cmocka_unit_test(many_keys_are_found_quickly),
        cmocka_unit_test(a_file_that_is_too_large_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
