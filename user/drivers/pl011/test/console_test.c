// SPDX-License-Identifier: BSD-2-Clause
//
// What the console knows of lines: those that are typed, those that were shown, and the row of the
// terminal.
#include "row.h"
#include "shown.h"
#include "typed.h"

#include <lib/prng.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// --- typed ---------------------------------------------------------------------------------------

static struct typed typed;

// How many lines that completes; the last one is in typed.line.
static unsigned type(const char *text)
{
    unsigned lines = 0;
    for (; *text != '\0'; text++) {
        lines += typed_char(&typed, *text);
    }
    return lines;
}

static void every_kind_of_line_end_ends_one_line(void **state)
{
    (void)state;
    memset(&typed, 0, sizeof(typed));
    assert_int_equal(type("help"), 0);
    assert_int_equal(type("\r"), 1);
    assert_string_equal(typed.line, "help");
    assert_int_equal(type("\n\r\r\n"), 0);
    assert_int_equal(type("two\n"), 1);
    assert_string_equal(typed.line, "two");
    assert_int_equal(type("\none\ntwo\r\nthree\n"), 3);
    assert_string_equal(typed.line, "three");
}

static void a_line_that_is_too_long_is_cut(void **state)
{
    (void)state;
    memset(&typed, 0, sizeof(typed));
    for (unsigned i = 0; i < 3 * TYPED_LINE_SIZE; i++) {
        assert_int_equal(type("z"), 0);
    }
    assert_int_equal(type("\n"), 1);
    assert_int_equal(strlen(typed.line), TYPED_LINE_SIZE - 1);
}

static void unprintable_characters_come_as_question_marks(void **state)
{
    (void)state;
    memset(&typed, 0, sizeof(typed));
    assert_int_equal(type("a \x1b\x7f\xc3~\n"), 1);
    assert_string_equal(typed.line, "a ???~");
}

// --- the row -------------------------------------------------------------------------------------

static void put(struct row *row, const char *text)
{
    row_put(row, text, (uint32_t)strlen(text));
}

static void a_row_is_what_came_since_its_beginning(void **state)
{
    (void)state;
    struct row row = {.length = 0};
    uint32_t length = 1;
    (void)row_leave(&row, &length);
    assert_int_equal(length, 0);
    put(&row, "before\r\n\rkaal> ab\x1b[K");
    assert_int_equal(row.length, strlen("kaal> ab\x1b[K"));
    assert_memory_equal(row.text, "kaal> ab\x1b[K", row.length);
    assert_string_equal(row_leave(&row, &length), "\r\x1b[K");
    put(&row, "\r\n");
    assert_int_equal(row.length, 0);
}

static void a_row_that_is_too_long_is_not_shown_again(void **state)
{
    (void)state;
    struct row row = {.length = 0};
    uint32_t length = 0;
    for (unsigned i = 0; i < 2 * ROW_SIZE; i++) {
        put(&row, "x");
    }
    assert_true(row.lost);
    assert_int_equal(row.length, 0);
    assert_string_equal(row_leave(&row, &length), "\r\n");
    put(&row, "\ry");
    assert_false(row.lost);
    assert_int_equal(row.length, 1);
}

// --- shown ---------------------------------------------------------------------------------------

static struct shown shown;

static void add(const char *line)
{
    shown_add(&shown, line, (uint32_t)strlen(line));
}

static void lines_are_found_by_number(void **state)
{
    (void)state;
    char line[16];
    uint32_t length = 0;
    uint64_t number = 1;
    memset(&shown, 0, sizeof(shown));
    assert_false(shown_read(&shown, &number, line, sizeof(line), &length));
    add("one");
    add("");
    add("three\nfour");
    number = 0;
    assert_true(shown_read(&shown, &number, line, sizeof(line), &length));
    assert_int_equal(number, 1);
    assert_int_equal(length, 3);
    number = 2;
    assert_true(shown_read(&shown, &number, line, sizeof(line), &length));
    assert_int_equal(length, 0);
    number = 3;
    assert_true(shown_read(&shown, &number, line, 4, &length));
    assert_int_equal(length, 4);
    assert_memory_equal(line, "thre", 4);
    number = 4;
    assert_false(shown_read(&shown, &number, line, sizeof(line), &length));
    number = UINT64_MAX;
    assert_false(shown_read(&shown, &number, line, sizeof(line), &length));
}

static void the_oldest_lines_make_room(void **state)
{
    (void)state;
    char text[600];
    char line[600];
    struct prng prng = {.state = 9};
    memset(&shown, 0, sizeof(shown));
    for (unsigned i = 1; i <= 5000; i++) {
        uint32_t length = 0;
        uint64_t number = i;
        int size = snprintf(text, sizeof(text), "%u %*s", i, (int)(prng_next(&prng) % 500), "");
        shown_add(&shown, text, (uint32_t)size);
        assert_true(shown.used <= SHOWN_SIZE);
        assert_true(shown_read(&shown, &number, line, sizeof(line), &length));
        assert_int_equal(number, i);
        assert_int_equal(length, size);
        assert_memory_equal(line, text, length);
        number = 1;
        assert_true(shown_read(&shown, &number, line, sizeof(line), &length));
        assert_int_equal(number, shown.dropped + 1);
        assert_int_equal(strtoul(line, NULL, 10), number);
    }
    assert_true(shown.dropped > 4000);
}

static void a_line_longer_than_all_is_cut(void **state)
{
    (void)state;
    static char text[2 * SHOWN_SIZE];
    static char line[SHOWN_SIZE];
    uint32_t length = 0;
    uint64_t number = 1;
    memset(&shown, 0, sizeof(shown));
    memset(text, 'x', sizeof(text));
    add("before");
    shown_add(&shown, text, sizeof(text));
    assert_true(shown_read(&shown, &number, line, sizeof(line), &length));
    assert_int_equal(number, 2);
    assert_int_equal(length, SHOWN_SIZE - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_line_end_ends_one_line),
        cmocka_unit_test(a_line_that_is_too_long_is_cut),
        cmocka_unit_test(unprintable_characters_come_as_question_marks),
        cmocka_unit_test(a_row_is_what_came_since_its_beginning),
        cmocka_unit_test(a_row_that_is_too_long_is_not_shown_again),
        cmocka_unit_test(lines_are_found_by_number),
        cmocka_unit_test(the_oldest_lines_make_room),
        cmocka_unit_test(a_line_longer_than_all_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
