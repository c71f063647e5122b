// SPDX-License-Identifier: BSD-2-Clause
#include "lib/mem.h"

#include "mem_names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum {
    ROOM = 256,
    MAX = 100, // beyond the unrolled loops and their tails
};

static uint8_t ours[ROOM];
static uint8_t theirs[ROOM];
static uint8_t source[ROOM];

static void fill(void)
{
    for (unsigned i = 0; i < ROOM; i++) {
        source[i] = (uint8_t)(i * 7 + 1);
        ours[i] = theirs[i] = (uint8_t)(0x80 ^ i);
    }
}

static int sign(int x)
{
    return (x > 0) - (x < 0);
}

static void memcpy_agrees_for_every_size_and_alignment(void **state)
{
    (void)state;
    for (size_t n = 0; n < MAX; n++) {
        for (size_t to = 0; to < 9; to++) {
            for (size_t from = 0; from < 9; from++) {
                fill();
                assert_ptr_equal(kaal_memcpy(ours + 16 + to, source + 16 + from, n),
                                 ours + 16 + to);
                memcpy(theirs + 16 + to, source + 16 + from, n);
                assert_memory_equal(ours, theirs, ROOM);
            }
        }
    }
}

static void memmove_agrees_for_every_overlap(void **state)
{
    (void)state;
    for (size_t n = 0; n < MAX; n++) {
        for (size_t from = 40; from < 49; from++) {
            for (size_t to = 0; to < 90; to++) {
                fill();
                assert_ptr_equal(kaal_memmove(ours + to, ours + from, n), ours + to);
                memmove(theirs + to, theirs + from, n);
                assert_memory_equal(ours, theirs, ROOM);
            }
        }
    }
}

static void memset_agrees_for_every_size_and_alignment(void **state)
{
    (void)state;
    for (size_t n = 0; n < 200; n++) {
        for (size_t to = 0; to < 9; to++) {
            fill();
            assert_ptr_equal(kaal_memset(ours + 16 + to, 0xa5, n), ours + 16 + to);
            memset(theirs + 16 + to, 0xa5, n);
            assert_memory_equal(ours, theirs, ROOM);
        }
    }
}

static void memcmp_has_the_sign_of_the_first_difference(void **state)
{
    (void)state;
    for (size_t n = 0; n < 40; n++) {
        for (size_t off = 0; off < 9; off++) {
            fill();
            memcpy(ours + off, source, n);
            assert_int_equal(kaal_memcmp(ours + off, source, n), 0);
            for (size_t at = 0; at < n; at++) {
                ours[off + at] ^= 0x80;
                assert_int_equal(sign(kaal_memcmp(ours + off, source, n)),
                                 sign(memcmp(ours + off, source, n)));
                ours[off + at] ^= 0x80;
            }
        }
    }
}

static void string_functions_agree(void **state)
{
    (void)state;
    static const char *const words[] = {"", "a", "ab", "abc", "abd", "\xff", "abcabc", "b"};
    enum {
        COUNT = sizeof(words) / sizeof(words[0]),
    };
    for (unsigned i = 0; i < COUNT; i++) {
        const char *a = words[i];
        assert_int_equal(kaal_strlen(a), strlen(a));
        assert_ptr_equal(kaal_strchr(a, 'b'), strchr(a, 'b'));
        assert_ptr_equal(kaal_strchr(a, '\0'), a + strlen(a));
        assert_ptr_equal(kaal_memchr(a, 'c', strlen(a)), memchr(a, 'c', strlen(a)));
        for (unsigned j = 0; j < COUNT; j++) {
            const char *b = words[j];
            assert_int_equal(sign(kaal_strcmp(a, b)), sign(strcmp(a, b)));
            for (size_t n = 0; n < 8; n++) {
                assert_int_equal(sign(kaal_strncmp(a, b, n)), sign(strncmp(a, b, n)));
                assert_int_equal(kaal_strnlen(a, n), strnlen(a, n));
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memcpy_agrees_for_every_size_and_alignment),
        cmocka_unit_test(memmove_agrees_for_every_overlap),
        cmocka_unit_test(memset_agrees_for_every_size_and_alignment),
        cmocka_unit_test(memcmp_has_the_sign_of_the_first_difference),
        cmocka_unit_test(string_functions_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
