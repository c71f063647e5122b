// SPDX-License-Identifier: BSD-2-Clause
#include "complete.h"
#include "words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void a_line_falls_into_commands_and_words(void **state)
{
    (void)state;
    struct words w;
    const char *line = "  spawn  a.elf x;; wait a ";
    assert_true(words_next(&line, &w));
    assert_int_equal(w.count, 3);
    assert_string_equal(w.word[0], "spawn");
    assert_string_equal(w.word[1], "a.elf");
    assert_string_equal(w.word[2], "x");
    assert_true(words_next(&line, &w));
    assert_int_equal(w.count, 0);
    assert_true(words_next(&line, &w));
    assert_int_equal(w.count, 2);
    assert_string_equal(w.word[1], "a");
    assert_false(words_next(&line, &w));
}

static void a_line_of_one_letter_words_has_room(void **state)
{
    (void)state;
    struct words w;
    char text[EDIT_LINE_SIZE];
    for (unsigned i = 0; i < EDIT_LINE_SIZE - 1; i++) {
        text[i] = (char)(i % 2 == 0 ? 'x' : ' ');
    }
    text[EDIT_LINE_SIZE - 1] = '\0';
    const char *line = text;
    assert_true(words_next(&line, &w));
    assert_int_equal(w.count, WORDS_MAX);
    assert_false(words_next(&line, &w));
}

static void words_are_joined_if_there_is_room(void **state)
{
    (void)state;
    struct words w;
    char text[8];
    const char *line = "echo ab  cd e";
    assert_true(words_next(&line, &w));
    assert_true(words_join(&w, 1, text, sizeof(text)));
    assert_string_equal(text, "ab cd e");
    assert_false(words_join(&w, 0, text, sizeof(text)));
    assert_true(words_join(&w, 4, text, sizeof(text)));
    assert_string_equal(text, "");
    assert_false(words_join(&w, 1, text, 7));
}

static void numbers_are_digits_alone(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "-1", "1x", "x", "256", "18446744073709551616", " 1"};
    uint64_t n = 0;
    assert_true(word_number("255", 255, &n));
    assert_int_equal(n, 255);
    assert_true(word_number("18446744073709551615", UINT64_MAX, &n));
    assert_int_equal(n, UINT64_MAX);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_false(word_number(bad[i], 255, &n));
    }
    assert_false(word_number("1", 0, &n));
}

static void times_have_units(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        uint64_t us;
    } good[] = {{"2", 2000000},    {"0.25", 250000}, {"2s", 2000000},
                {"250ms", 250000}, {"100us", 100},   {"0", 0},
                {"1.5s", 1500000}, {"0.000001", 1},  {"86400", 86400000000}};
    static const char *const bad[] = {"",    ".5", "1.",    "1.0000001", "5m",
                                      "1ss", "-",  "1.5ms", "86401",     "99999999999999999999"};
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        uint64_t us = 1;
        assert_true(word_time(good[i].word, &us));
        assert_int_equal(us, good[i].us);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        uint64_t us = 0;
        assert_false(word_time(bad[i], &us));
    }
}

static void sizes_have_units(void **state)
{
    (void)state;
    uint64_t bytes = 0;
    assert_true(word_size("64K", &bytes));
    assert_int_equal(bytes, 65536);
    assert_true(word_size("2M", &bytes));
    assert_int_equal(bytes, 2 << 20);
    assert_true(word_size("17", &bytes));
    assert_int_equal(bytes, 17);
    assert_false(word_size("K", &bytes));
    assert_false(word_size("1G", &bytes));
    assert_false(word_size("4294967296", &bytes));
}

static void completion_says_what_all_have_in_common(void **state)
{
    (void)state;
    struct completion c;
    uint32_t length = 0;
    complete_open(&c, "re", 2);
    assert_true(complete_offer(&c, "restart"));
    assert_string_equal(complete_rest(&c, &length), "start");
    assert_int_equal(length, 5);
    assert_true(complete_offer(&c, "resume"));
    assert_false(complete_offer(&c, "kill"));
    assert_false(complete_offer(&c, "r"));
    assert_int_equal(c.count, 2);
    assert_memory_equal(complete_rest(&c, &length), "s", 1);
    assert_int_equal(length, 1);
    complete_open(&c, "none", 4);
    assert_false(complete_offer(&c, "kill"));
    (void)complete_rest(&c, &length);
    assert_int_equal(length, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_falls_into_commands_and_words),
        cmocka_unit_test(a_line_of_one_letter_words_has_room),
        cmocka_unit_test(words_are_joined_if_there_is_room),
        cmocka_unit_test(numbers_are_digits_alone),
        cmocka_unit_test(times_have_units),
        cmocka_unit_test(sizes_have_units),
        cmocka_unit_test(completion_says_what_all_have_in_common),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
