// SPDX-License-Identifier: BSD-2-Clause
#include <kaal/untyped.h>

#include <lib/bits.h>
#include <lib/mem.h>
#include <lib/prng.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum {
    FREE = 1000, // an owner
    OTHER = 7,
    RANDOM_ROUNDS = 20000,
};

static struct untyped_pool pool;

static int setup(void **state)
{
    (void)state;
    memset(&pool, 0, sizeof(pool));
    return 0;
}

static void add(uint64_t paddr, uint8_t bits, uint32_t owner, bool device)
{
    assert_true(untyped_add(
        &pool, (struct untyped){.paddr = paddr, .bits = bits, .owner = owner, .device = device}));
}

static void objects_are_aligned_to_their_size(void **state)
{
    (void)state;
    struct untyped entry = {.paddr = 0x10000, .bits = 14};
    assert_true(untyped_take_from(&entry, 4, 1));
    assert_int_equal(entry.used, 16);
    assert_int_equal(untyped_room(&entry, 12), 0x3000);
    assert_true(untyped_take_from(&entry, 12, 1));
    assert_int_equal(entry.used, 0x2000);
    assert_true(untyped_take_from(&entry, 12, 2));
    assert_int_equal(untyped_room(&entry, 4), 0);
}

static void what_does_not_fit_changes_nothing(void **state)
{
    (void)state;
    struct untyped entry = {.bits = 14, .used = 16};
    assert_false(untyped_take_from(&entry, 12, 4));
    assert_false(untyped_take_from(&entry, 14, 1));
    assert_int_equal(entry.used, 16);
}

static void a_count_that_would_overflow_does_not_fit(void **state)
{
    (void)state;
    struct untyped entry = {.bits = 47};
    assert_false(untyped_take_from(&entry, 12, (UINT64_C(1) << 52) + 1));
    assert_false(untyped_take_from(&entry, 47, 2));
    assert_false(untyped_take_from(&entry, 4, UINT64_MAX));
    assert_int_equal(entry.used, 0);
    assert_true(untyped_take_from(&entry, 47, 1));
}

static void the_smallest_piece_with_room_is_picked(void **state)
{
    (void)state;
    uint32_t index = 0;
    add(0x100000, 20, FREE, false);
    add(0x10000, 12, FREE, false);
    add(0x20000, 14, FREE, false);
    assert_true(untyped_pick(&pool, FREE, 12, &index));
    assert_int_equal(index, 1);
    assert_true(untyped_take_from(&pool.entries[1], 12, 1));
    assert_true(untyped_pick(&pool, FREE, 12, &index));
    assert_int_equal(index, 2);
    assert_true(untyped_pick(&pool, FREE, 16, &index));
    assert_int_equal(index, 0);
    assert_false(untyped_pick(&pool, FREE, 21, &index));
}

static void nobody_gets_device_memory_or_what_is_anothers(void **state)
{
    (void)state;
    uint32_t index = 0;
    add(0x9000000, 12, FREE, true);
    add(0x40000000, 12, OTHER, false);
    assert_false(untyped_pick(&pool, FREE, 4, &index));
    assert_true(untyped_pick(&pool, OTHER, 4, &index));
    assert_int_equal(index, 1);
}

static void entries_beyond_the_count_are_not_looked_at(void **state)
{
    (void)state;
    uint32_t index = 0;
    add(0x10000, 12, FREE, false);
    add(0x20000, 12, FREE, true);
    pool.count = 0;
    assert_false(untyped_pick(&pool, FREE, 4, &index));
    pool.count = 1;
    assert_false(untyped_find(&pool, 0x20000, 12, true, &index));
}

static void of_equal_pieces_the_first_is_picked(void **state)
{
    (void)state;
    uint32_t index = 7;
    add(0x10000, 12, FREE, false);
    add(0x20000, 12, FREE, false);
    assert_true(untyped_pick(&pool, FREE, 4, &index));
    assert_int_equal(index, 0);
}

static void a_full_table_takes_no_more(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < UNTYPED_MAX; i++) {
        add((uint64_t)i << 12, 12, FREE, false);
    }
    assert_false(untyped_add(&pool, (struct untyped){.bits = 12}));
    assert_int_equal(pool.count, UNTYPED_MAX);
}

static void device_memory_is_found_by_its_address_while_it_is_free(void **state)
{
    (void)state;
    uint32_t index = 0;
    add(0x8000000, 12, FREE, false);
    add(0x8000000, 25, FREE, true);
    assert_true(untyped_find(&pool, 0x9000000, 12, true, &index));
    assert_int_equal(index, 1);
    assert_true(untyped_find(&pool, 0x9fff000, 12, true, &index));
    assert_false(untyped_find(&pool, 0xa000000, 12, true, &index));
    assert_false(untyped_find(&pool, 0x7fff000, 12, true, &index));
    assert_false(untyped_find(&pool, 0x9000800, 12, true, &index));
    pool.entries[1].used = 0x1001000;
    assert_false(untyped_find(&pool, 0x9000000, 12, true, &index));
    assert_true(untyped_find(&pool, 0x9001000, 12, true, &index));
}

static void the_top_of_the_addresses_does_not_wrap(void **state)
{
    (void)state;
    uint32_t index = 0;
    add(UINT64_MAX - 0xfff, 12, FREE, true);
    assert_true(untyped_find(&pool, UINT64_MAX - 0xfff, 12, true, &index));
    assert_false(untyped_find(&pool, 0, 12, true, &index));
}

// As the root task goes to a device's page: every step is aligned, none goes too far, and the last
// one arrives.
static void gaps_lead_to_any_page(void **state)
{
    (void)state;
    const uint64_t pages = 64; // of 18 bits of memory
    for (uint64_t page = 0; page < pages * pages; page++) {
        // From each mark to each page.
        struct untyped entry = {.paddr = 0x8000000, .bits = 18, .used = page / pages << 12};
        uint64_t paddr = entry.paddr + (page % pages << 12);
        if (paddr < entry.paddr + entry.used) {
            continue;
        }
        uint8_t bits = 0;
        while (untyped_gap(&entry, paddr, &bits)) {
            assert_true(bits >= 12);
            assert_true(is_aligned(entry.paddr + entry.used, UINT64_C(1) << bits));
            assert_true(untyped_take_from(&entry, bits, 1));
            assert_true(entry.paddr + entry.used <= paddr);
        }
        assert_int_equal(entry.paddr + entry.used, paddr);
    }
}

static void a_gap_from_address_zero_is_a_power_of_two(void **state)
{
    (void)state;
    struct untyped entry = {.bits = 27};
    uint8_t bits = 0;
    assert_true(untyped_gap(&entry, 0x3000000, &bits));
    assert_int_equal(bits, 25);
}

// The kernel's rule (6.3 of the ABI sheet), written another way: object by object.
static bool kernel_takes(uint64_t *mark, uint8_t region_bits, uint8_t bits, uint64_t count)
{
    uint64_t size = UINT64_C(1) << bits;
    uint64_t at = *mark;
    while (at % size != 0) {
        at += 16;
    }
    for (uint64_t i = 0; i < count; i++) {
        at += size;
        if (at > UINT64_C(1) << region_bits) {
            return false;
        }
    }
    *mark = at;
    return true;
}

static void random_takes_agree_with_the_kernels_rule(void **state)
{
    (void)state;
    struct prng prng = {.state = 3};
    struct untyped entry = {.bits = 16};
    uint64_t mark = 0;
    for (unsigned i = 0; i < RANDOM_ROUNDS; i++) {
        uint64_t r = prng_next(&prng);
        uint8_t bits = (uint8_t)(4 + r % 10);
        uint64_t count = 1 + (r >> 8) % 8;
        assert_int_equal(untyped_take_from(&entry, bits, count),
                         kernel_takes(&mark, entry.bits, bits, count));
        assert_int_equal(entry.used, mark);
        if ((r >> 32) % 16 == 0) {
            entry.used = 0;
            mark = 0;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(objects_are_aligned_to_their_size, setup),
        cmocka_unit_test_setup(what_does_not_fit_changes_nothing, setup),
        cmocka_unit_test_setup(a_count_that_would_overflow_does_not_fit, setup),
        cmocka_unit_test_setup(the_smallest_piece_with_room_is_picked, setup),
        cmocka_unit_test_setup(nobody_gets_device_memory_or_what_is_anothers, setup),
        cmocka_unit_test_setup(entries_beyond_the_count_are_not_looked_at, setup),
        cmocka_unit_test_setup(of_equal_pieces_the_first_is_picked, setup),
        cmocka_unit_test_setup(a_full_table_takes_no_more, setup),
        cmocka_unit_test_setup(device_memory_is_found_by_its_address_while_it_is_free, setup),
        cmocka_unit_test_setup(the_top_of_the_addresses_does_not_wrap, setup),
        cmocka_unit_test_setup(gaps_lead_to_any_page, setup),
        cmocka_unit_test_setup(a_gap_from_address_zero_is_a_power_of_two, setup),
        cmocka_unit_test_setup(random_takes_agree_with_the_kernels_rule, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
