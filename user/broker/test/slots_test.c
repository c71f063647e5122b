// SPDX-License-Identifier: BSD-2-Clause
#include "slots.h"

#include "ok.h"

#include <lib/bits.h>
#include <lib/prng.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { RANDOM_ROUNDS = 200000 };

static uint64_t words[SLOTS_WORDS(SLOTS_MAX)];
static struct slots slots;

static void open_free(uint32_t count)
{
    slots_open(&slots, words, count);
    assert_true(slots_give(&slots, 0, count));
    assert_true(slots_ok(&slots));
}

static uint32_t take(uint32_t count)
{
    uint32_t first = UINT32_MAX;
    assert_true(slots_take(&slots, count, &first));
    assert_true(slots_ok(&slots));
    return first;
}

static uint32_t largest(void)
{
    uint32_t best = 0;
    uint32_t row = 0;
    for (uint32_t i = 0; i < slots.count; i++) {
        row = (words[i / 64] >> i % 64 & 1) != 0 ? row + 1 : 0;
        best = row > best ? row : best;
    }
    return best;
}

static void at_first_all_are_taken(void **state)
{
    (void)state;
    uint32_t first = 77;
    slots_open(&slots, words, 100);
    assert_int_equal(slots.free, 0);
    assert_int_equal(largest(), 0);
    assert_false(slots_take(&slots, 1, &first));
    assert_int_equal(first, 77);
    assert_true(slots_ok(&slots));
}

static void the_next_ones_are_behind_the_last_ones(void **state)
{
    (void)state;
    open_free(200);
    assert_int_equal(take(1), 0);
    assert_int_equal(take(64), 1);
    assert_int_equal(take(3), 65);
    assert_true(slots_give(&slots, 0, 68));
    assert_int_equal(take(1), 68);
}

static void the_search_goes_round_once(void **state)
{
    (void)state;
    uint32_t first = 0;
    open_free(130);
    assert_int_equal(take(100), 0);
    assert_true(slots_give(&slots, 10, 50));
    assert_int_equal(take(40), 10);
    assert_int_equal(take(30), 100);
    assert_int_equal(take(10), 50);
    assert_false(slots_take(&slots, 1, &first));
}

static void a_row_around_the_place_of_the_search_is_found(void **state)
{
    (void)state;
    open_free(128);
    assert_int_equal(take(64), 0);
    assert_true(slots_give(&slots, 32, 32));
    assert_int_equal(take(90), 32);
}

static void rows_cross_words(void **state)
{
    (void)state;
    for (uint32_t count = 1; count <= 128; count++) {
        for (uint32_t first = 0; first + count <= 256; first += 7) {
            slots_open(&slots, words, 256);
            assert_true(slots_give(&slots, first, count));
            assert_int_equal(largest(), count);
            uint32_t none = 0;
            assert_false(slots_take(&slots, count + 1, &none));
            assert_int_equal(take(count), first);
            assert_int_equal(slots.free, 0);
        }
    }
}

static void holes_that_are_too_small_are_passed(void **state)
{
    (void)state;
    slots_open(&slots, words, 1024);
    for (uint32_t i = 0; i < 512; i += 2) {
        assert_true(slots_give(&slots, i, 1));
    }
    uint32_t none = 0;
    assert_false(slots_take(&slots, 2, &none));
    assert_true(slots_give(&slots, 700, 2));
    assert_int_equal(take(2), 700);
    assert_false(slots_take(&slots, 65, &none));
    assert_true(slots_give(&slots, 800, 65));
    assert_int_equal(take(65), 800);
}

static void nothing_is_no_row(void **state)
{
    (void)state;
    uint32_t first = 9;
    open_free(64);
    assert_false(slots_take(&slots, 0, &first));
    assert_int_equal(first, 9);
    assert_true(slots_give(&slots, 64, 0));
    assert_int_equal(slots.free, 64);
}

static void what_is_free_is_not_given_twice(void **state)
{
    (void)state;
    open_free(200);
    assert_int_equal(take(150), 0);
    assert_true(slots_give(&slots, 60, 10));
    assert_false(slots_give(&slots, 60, 10));
    assert_false(slots_give(&slots, 0, 61));
    assert_false(slots_give(&slots, 69, 80));
    assert_false(slots_give(&slots, 0, 150));
    assert_int_equal(slots.free, 60);
    assert_true(slots_ok(&slots));
}

static void what_is_out_of_range_is_not_given(void **state)
{
    (void)state;
    slots_open(&slots, words, 100);
    assert_false(slots_give(&slots, 100, 1));
    assert_false(slots_give(&slots, 99, 2));
    assert_false(slots_give(&slots, UINT32_MAX, 2));
    assert_false(slots_give(&slots, 1, UINT32_MAX));
    assert_int_equal(slots.free, 0);
    assert_true(slots_give(&slots, 99, 1));
    assert_int_equal(take(1), 99);
}

static void the_largest_table_is_used_to_the_last_slot(void **state)
{
    (void)state;
    uint32_t first = 0;
    open_free(SLOTS_MAX);
    assert_int_equal(largest(), SLOTS_MAX);
    assert_int_equal(take(SLOTS_MAX - 1), 0);
    assert_int_equal(take(1), SLOTS_MAX - 1);
    assert_false(slots_take(&slots, 1, &first));
    assert_true(slots_give(&slots, 0, SLOTS_MAX));
    assert_int_equal(take(SLOTS_MAX), 0);
}

static void the_checker_sees_damage(void **state)
{
    (void)state;
    open_free(100);
    words[0] ^= 1;
    assert_false(slots_ok(&slots));
    words[0] ^= 1;
    slots.next = 100;
    assert_false(slots_ok(&slots));
    slots.next = 0;
    words[1] ^= UINT64_C(1) << 36;
    slots.free++;
    assert_false(slots_ok(&slots));
}

// --- against a plain table -----------------------------------------------------------------------

enum { MODEL_SLOTS = 300 };

static bool is_free[MODEL_SLOTS];

static bool has_row(uint32_t count)
{
    uint32_t length = 0;
    for (uint32_t i = 0; i < MODEL_SLOTS; i++) {
        length = is_free[i] ? length + 1 : 0;
        if (length == count) {
            return true;
        }
    }
    return false;
}

static void random_take(uint32_t count)
{
    uint32_t first = 0;
    bool taken = slots_take(&slots, count, &first);
    assert_int_equal(taken, has_row(count));
    for (uint32_t i = 0; taken && i < count; i++) {
        assert_true(is_free[first + i]);
        is_free[first + i] = false;
    }
}

static void random_give(uint32_t first, uint32_t count)
{
    bool possible = first + count <= MODEL_SLOTS;
    for (uint32_t i = first; possible && i < first + count; i++) {
        possible = !is_free[i];
    }
    assert_int_equal(slots_give(&slots, first, count), possible);
    for (uint32_t i = first; possible && i < first + count; i++) {
        is_free[i] = true;
    }
}

static void random_requests_agree_with_a_plain_table(void **state)
{
    (void)state;
    struct prng prng = {.state = 11};
    memset(is_free, 0, sizeof(is_free));
    slots_open(&slots, words, MODEL_SLOTS);
    for (unsigned i = 0; i < RANDOM_ROUNDS; i++) {
        uint64_t r = prng_next(&prng);
        // Mostly small rows.
        uint32_t count = (uint32_t)(1 + (r >> 8) % (1 + (r >> 40) % 80));
        if (r % 2 == 0) {
            random_take(count);
        } else {
            random_give((uint32_t)(r >> 20) % (MODEL_SLOTS + 3), count);
        }
        assert_true(slots_ok(&slots));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(at_first_all_are_taken),
        cmocka_unit_test(the_next_ones_are_behind_the_last_ones),
        cmocka_unit_test(the_search_goes_round_once),
        cmocka_unit_test(a_row_around_the_place_of_the_search_is_found),
        cmocka_unit_test(rows_cross_words),
        cmocka_unit_test(holes_that_are_too_small_are_passed),
        cmocka_unit_test(nothing_is_no_row),
        cmocka_unit_test(what_is_free_is_not_given_twice),
        cmocka_unit_test(what_is_out_of_range_is_not_given),
        cmocka_unit_test(the_largest_table_is_used_to_the_last_slot),
        cmocka_unit_test(the_checker_sees_damage),
        cmocka_unit_test(random_requests_agree_with_a_plain_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
