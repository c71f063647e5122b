// SPDX-License-Identifier: BSD-2-Clause
//
// args_split() on lines, each with the words that it must give.
#include "lib/args.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS_MAX = 64, SAMPLE_WORDS = 5 };

struct sample {
    const char *line;
    bool good;
    const char *words[SAMPLE_WORDS];
};

static const struct sample samples[] = {
    {"", true, {NULL}},
    {" \t\n ", true, {NULL}},
    {"one", true, {"one"}},
    {"  one\ttwo\n three ", true, {"one", "two", "three"}},
    {"'a b' c", true, {"a b", "c"}},
    {"\"a b\" c", true, {"a b", "c"}},
    {"a'b c'\"d e\"f", true, {"ab cd ef"}},
    {"'' \"\" ''\"\"", true, {"", "", ""}},
    {"'a\\b' \"a\\b\" a\\b", true, {"a\\b", "a\\b", "ab"}},
    {"\"a\\\"b\\\\c\"", true, {"a\"b\\c"}},
    {"'a\"b' \"a'b\"", true, {"a\"b", "a'b"}},
    {"a\\ b \\' \\\" \\\\", true, {"a b", "'", "\"", "\\"}},
    {"--key=value -x=\"1 2\"", true, {"--key=value", "-x=1 2"}},
    {"\303\244 b", true, {"\303\244", "b"}},
    {"a 'b c", false, {"a", "b c"}},
    {"\"b c", false, {"b c"}},
    {"'", false, {""}},
    {"\"a\\\"", false, {"a\""}},
    {"a b\\", false, {"a", "b\\"}},
    {"\\", false, {"\\"}},
};

static void words_are_split_as_a_shell_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
        const struct sample *s = &samples[i];
        char *line = malloc(strlen(s->line) + 1);
        char *words[WORDS_MAX];
        size_t count;
        size_t expected = 0;
        memcpy(line, s->line, strlen(s->line) + 1);
        assert_int_equal(args_split(line, words, WORDS_MAX, &count), s->good);
        while (expected < SAMPLE_WORDS && s->words[expected] != NULL) {
            expected++;
        }
        assert_int_equal(count, expected);
        for (size_t j = 0; j < count; j++) {
            assert_string_equal(words[j], s->words[j]);
        }
        free(line);
    }
}

static void words_beyond_the_maximum_are_left_out(void **state)
{
    (void)state;
    char line[] = "a b c d";
    char *words[2];
    size_t count;
    assert_true(args_split(line, words, 2, &count));
    assert_int_equal(count, 2);
    assert_string_equal(words[1], "b");
}

static void try_line(const char *letters, size_t letter_count, size_t length, size_t number)
{
    char *line = malloc(length + 1);
    char *words[WORDS_MAX];
    size_t count;
    for (size_t i = 0; i < length; i++, number /= letter_count) {
        line[i] = letters[number % letter_count];
    }
    line[length] = '\0';
    (void)args_split(line, words, WORDS_MAX, &count);
    assert_true(count <= (length + 1) / 2);
    for (size_t i = 0; i < count; i++) {
        assert_true(words[i] + strlen(words[i]) <= line + length);
    }
    free(line);
}

// Every line of up to six of the characters that mean something. That no byte behind it is touched
// is what AddressSanitizer watches.
static void no_line_gives_more_words_than_half_its_bytes(void **state)
{
    (void)state;
    static const char letters[] = {'a', ' ', '\'', '"', '\\'};
    size_t lines = 1;
    for (size_t length = 0; length <= 6; length++, lines *= sizeof(letters)) {
        for (size_t n = 0; n < lines; n++) {
            try_line(letters, sizeof(letters), length, n);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_split_as_a_shell_does),
        cmocka_unit_test(words_beyond_the_maximum_are_left_out),
        cmocka_unit_test(no_line_gives_more_words_than_half_its_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
