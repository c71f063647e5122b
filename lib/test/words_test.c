// SPDX-License-Identifier: BSD-2-Clause
//
// The small headers: bits, prng, sum64.
#include "lib/bits.h"
#include "lib/prng.h"
#include "lib/sum64.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void logarithms_agree_with_shifts(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 64; n++) {
        uint64_t x = 1ULL << n;
        assert_true(is_pow2(x));
        assert_int_equal(log2_floor(x), n);
        assert_int_equal(log2_ceil(x), n);
        assert_int_equal(ctz64(x), n);
        if (n > 1) {
            assert_false(is_pow2(x + 1));
            assert_int_equal(log2_floor(x - 1), n - 1);
            assert_int_equal(log2_ceil(x - 1), n);
        }
    }
    assert_false(is_pow2(0));
}

static void alignment_rounds_to_the_next_multiple(void **state)
{
    (void)state;
    uint64_t up;
    assert_int_equal(align_up(0, 8), 0);
    assert_int_equal(align_up(1, 8), 8);
    assert_int_equal(align_up(8, 8), 8);
    assert_int_equal(align_down(15, 8), 8);
    assert_true(align_up_checked(UINT64_MAX - 7, 8, &up));
    assert_true(up == UINT64_MAX - 7);
    assert_false(align_up_checked(UINT64_MAX - 6, 8, &up));
}

static void a_range_that_would_wrap_does_not_fit(void **state)
{
    (void)state;
    assert_true(range_fits(0, 10, 10));
    assert_true(range_fits(10, 0, 10));
    assert_false(range_fits(11, 0, 10));
    assert_false(range_fits(1, 10, 10));
    assert_false(range_fits(5, UINT64_MAX - 4, 10));
    assert_false(range_fits(UINT64_MAX, 2, 10));
}

static void empty_and_adjacent_ranges_do_not_overlap(void **state)
{
    (void)state;
    assert_true(ranges_overlap(0, 10, 9, 1));
    assert_false(ranges_overlap(0, 10, 10, 5));
    assert_false(ranges_overlap(10, 5, 0, 10));
    assert_false(ranges_overlap(3, 0, 0, 10));
}

static void stores_and_loads_agree_at_odd_addresses(void **state)
{
    (void)state;
    uint8_t b[9];
    store_le64(b + 1, 0x0123456789abcdefULL);
    assert_true(load_le64(b + 1) == 0x0123456789abcdefULL);
    assert_int_equal(load_le16(b + 1), 0xcdef);
    assert_int_equal(load_be32(b + 1), 0xefcdab89);
    store_be32(b + 1, 0x01234567);
    assert_int_equal(b[1], 0x01);
    assert_true(load_be64(b + 1) == 0x0123456767452301ULL);
}

static void sum64_is_its_definition_whole_and_in_parts(void **state)
{
    (void)state;
    uint64_t w[11];
    uint64_t expected = 0;
    for (uint64_t i = 0; i < 11; i++) {
        w[i] = prng_at(1, i);
        expected = expected * 0x9e3779b97f4a7c15ULL + w[i];
    }
    assert_true(sum64(0, w, 11) == expected);
    assert_true(sum64(sum64(0, w, 3), w + 3, 8) == expected);
}

static void sum64_sees_every_single_bit(void **state)
{
    (void)state;
    uint64_t w[9] = {0};
    for (unsigned bit = 0; bit < 9 * 64; bit++) {
        w[bit / 64] ^= 1ULL << (bit % 64);
        assert_true(sum64(0, w, 9) != 0);
        w[bit / 64] = 0;
    }
}

static void prng_gives_splitmix64_s_published_values(void **state)
{
    (void)state;
    struct prng p = {1234567};
    assert_true(prng_next(&p) == 6457827717110365317ULL);
    assert_true(prng_next(&p) == 3203168211198807973ULL);
    assert_true(prng_at(1234567, 1) == 3203168211198807973ULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logarithms_agree_with_shifts),
        cmocka_unit_test(alignment_rounds_to_the_next_multiple),
        cmocka_unit_test(a_range_that_would_wrap_does_not_fit),
        cmocka_unit_test(empty_and_adjacent_ranges_do_not_overlap),
        cmocka_unit_test(stores_and_loads_agree_at_odd_addresses),
        cmocka_unit_test(sum64_is_its_definition_whole_and_in_parts),
        cmocka_unit_test(sum64_sees_every_single_bit),
        cmocka_unit_test(prng_gives_splitmix64_s_published_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
