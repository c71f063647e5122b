// SPDX-License-Identifier: BSD-2-Clause
//
// The arithmetic of refills (seL4 ABI §10.3), by itself: no kernel is booted. The minimum budget is
// 20 us = 1250 ticks.
#include "kernel/refill.h"

#include "lib/prng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { CAPACITY = 10, MINIMUM = 1250, BUDGET = 10000, PERIOD = 100000 };

static union {
    struct sched_context context;
    uint8_t bytes[sizeof(struct sched_context) + CAPACITY * sizeof(struct refill)];
} object;

static struct sched_context *sc;

static int fresh(void **state)
{
    (void)state;
    memset(&object, 0, sizeof(object));
    sc = &object.context;
    sc->refill_capacity = CAPACITY;
    return 0;
}

static void assert_refill(uint32_t i, ticks_t time, ticks_t amount)
{
    assert_int_equal(refill_at(sc, i)->time, time);
    assert_int_equal(refill_at(sc, i)->amount, amount);
}

static void the_minimum_budget_is_20_us(void **state)
{
    (void)state;
    assert_int_equal(refill_minimum(), MINIMUM);
}

static void a_new_context_has_one_full_refill(void **state)
{
    (void)state;
    refill_new(sc, 4, BUDGET, PERIOD, 500);
    assert_int_equal(sc->refill_count, 1);
    assert_refill(0, 500, BUDGET);
    assert_true(refill_ok(sc));
}

static void round_robin_has_what_is_left_and_what_was_used(void **state)
{
    (void)state;
    refill_new(sc, 2, BUDGET, 0, 500);
    assert_int_equal(sc->refill_count, 2);
    assert_refill(0, 500, BUDGET);
    assert_refill(1, 500, 0);
    refill_charge(sc, 3000);
    assert_int_equal(refill_at(sc, 0)->amount, BUDGET - 3000);
    assert_int_equal(refill_at(sc, 1)->amount, 3000);
    refill_exhaust(sc, 7000);
    assert_int_equal(refill_at(sc, 0)->amount, BUDGET);
    assert_int_equal(refill_at(sc, 1)->amount, 0);
    assert_true(refill_is_ready(sc, 500));
}

static void what_is_used_comes_back_a_period_later(void **state)
{
    (void)state;
    refill_new(sc, 4, BUDGET, PERIOD, 0);
    refill_charge(sc, 2000);
    assert_int_equal(sc->refill_count, 2);
    assert_refill(0, 2000, 8000);
    assert_refill(1, PERIOD, 2000);
    // Use without a gap joins what comes back.
    refill_charge(sc, 1000);
    assert_int_equal(sc->refill_count, 2);
    assert_refill(0, 3000, 7000);
    assert_refill(1, PERIOD, 3000);
}

static void a_used_up_budget_is_one_refill_in_the_next_period(void **state)
{
    (void)state;
    refill_new(sc, 4, BUDGET, PERIOD, 0);
    refill_charge(sc, BUDGET);
    assert_int_equal(sc->refill_count, 1);
    assert_refill(0, PERIOD, BUDGET);
    assert_false(refill_is_ready(sc, PERIOD - 1));
    assert_true(refill_is_ready(sc, PERIOD));
}

static void a_head_below_the_minimum_joins_the_next_refill(void **state)
{
    (void)state;
    refill_new(sc, 4, BUDGET, PERIOD, 0);
    refill_charge(sc, BUDGET - MINIMUM + 1);
    assert_int_equal(sc->refill_count, 1);
    assert_refill(0, PERIOD - (MINIMUM - 1), BUDGET);
    assert_true(refill_ok(sc));
}

static void an_overrun_is_taken_from_the_refills_that_follow(void **state)
{
    (void)state;
    refill_new(sc, 4, BUDGET, PERIOD, 0);
    refill_charge(sc, 2000); // (2000, 8000) (P, 2000)
    refill_charge(sc, 8500); // all of the head, 500 of the next
    assert_int_equal(refill_head(sc)->time, PERIOD + 500);
    assert_true(refill_ok(sc));
}

static void a_refill_that_touches_the_tail_joins_it(void **state)
{
    (void)state;
    refill_new(sc, 3, BUDGET, PERIOD, 0);
    refill_charge(sc, 2000);
    refill_unblock(sc, 50000); // (50000, 8000) (P, 2000)
    assert_refill(0, 50000, 8000);
    assert_refill(1, PERIOD, 2000);
    refill_charge(sc, 2000); // a gap: 150000 is after P + 2000
    assert_int_equal(sc->refill_count, 3);
    assert_refill(2, 150000, 2000);
}

static void without_room_the_tail_comes_later(void **state)
{
    (void)state;
    refill_new(sc, 2, BUDGET, PERIOD, 0);
    refill_charge(sc, 2000);
    refill_unblock(sc, 50000);
    refill_charge(sc, 2000);
    assert_int_equal(sc->refill_count, 2);
    assert_refill(0, 52000, 6000);
    assert_refill(1, 150000 - 2000, 4000);
    assert_true(refill_ok(sc));
}

static void unblocking_forgets_refills_that_were_missed(void **state)
{
    (void)state;
    refill_new(sc, 4, BUDGET, PERIOD, 0);
    refill_charge(sc, 2000);           // (2000, 8000) (P, 2000)
    refill_unblock(sc, PERIOD - 1000); // the head lasts until P + 7000: past the next one's start
    assert_int_equal(sc->refill_count, 1);
    assert_refill(0, PERIOD - 1000, BUDGET);
}

static void unblocking_changes_nothing_before_the_head_is_due(void **state)
{
    (void)state;
    refill_new(sc, 4, BUDGET, PERIOD, 0);
    refill_charge(sc, BUDGET);
    refill_unblock(sc, 50000);
    assert_refill(0, PERIOD, BUDGET);
}

static void a_smaller_budget_trims_the_head(void **state)
{
    (void)state;
    refill_new(sc, 4, BUDGET, PERIOD, 0);
    refill_update(sc, 4, 5000, PERIOD, 700);
    assert_int_equal(sc->refill_count, 1);
    assert_refill(0, 700, 5000);
}

static void a_larger_budget_adds_a_refill_a_period_after_the_head(void **state)
{
    (void)state;
    refill_new(sc, 4, BUDGET, PERIOD, 0);
    refill_charge(sc, 4000);
    refill_update(sc, 4, 20000, UINT64_C(2) * PERIOD, 5000);
    assert_int_equal(sc->refill_count, 2);
    assert_refill(0, 5000, 6000);
    assert_refill(1, 5000 + 2 * PERIOD, 14000);
    assert_true(refill_ok(sc));
}

static void a_head_in_the_future_stays_there_when_parameters_change(void **state)
{
    (void)state;
    refill_new(sc, 4, BUDGET, PERIOD, 0);
    refill_charge(sc, BUDGET);
    refill_update(sc, 4, BUDGET, PERIOD / 2, 20);
    assert_refill(0, PERIOD, BUDGET);
}

static void round_robin_starts_afresh_when_parameters_change(void **state)
{
    (void)state;
    refill_new(sc, 4, BUDGET, PERIOD, 0);
    refill_charge(sc, BUDGET);
    refill_update(sc, 2, UINT64_C(2) * BUDGET, 0, 20);
    assert_refill(REFILL_LEFT, 20, UINT64_C(2) * BUDGET);
    assert_int_equal(refill_at(sc, REFILL_USED)->amount, 0);
    refill_charge(sc, BUDGET / 2);
    refill_update(sc, 2, BUDGET, 0, 30);
    assert_refill(REFILL_LEFT, 30, BUDGET);
    assert_true(refill_ok(sc));
}

static void an_overrun_of_many_budgets_ends_soon(void **state)
{
    (void)state;
    refill_new(sc, 4, MINIMUM, PERIOD, 0);
    refill_charge(sc, UINT64_C(1) << 50);
    assert_true(refill_ok(sc));
    const uint64_t budgets = (UINT64_C(1) << 50) / MINIMUM;
    assert_true(refill_head(sc)->time >= budgets * PERIOD);
}

static void times_do_not_overflow_with_the_longest_period(void **state)
{
    (void)state;
    const ticks_t longest = UINT64_MAX / 8;
    refill_new(sc, 4, MINIMUM, longest, 0);
    for (unsigned i = 0; i < 20; i++) {
        refill_charge(sc, MINIMUM);
        assert_true(refill_ok(sc));
    }
    assert_false(refill_is_ready(sc, longest));
}

// --- the promise -------------------------------------------------------------------------------

enum { USES = 2000 };

struct use {
    ticks_t start;
    ticks_t length;
};

// What a thread with a random mind makes of its budget.
static void use_at_random(struct use uses[USES], uint64_t seed)
{
    struct prng random = {.state = seed};
    ticks_t now = 0;
    for (unsigned i = 0; i < USES; i++) {
        now += prng_next(&random) % 30000;
        if (!refill_is_ready(sc, now)) {
            now = refill_head(sc)->time;
        }
        refill_unblock(sc, now);
        const ticks_t amount = refill_head(sc)->amount;
        uses[i] = (struct use){.start = now, .length = amount - prng_next(&random) % amount};
        refill_charge(sc, uses[i].length);
        now += uses[i].length;
        assert_true(refill_ok(sc));
    }
}

static ticks_t used_in_period(const struct use *use, const struct use *last)
{
    const ticks_t end = use->start + PERIOD;
    ticks_t sum = 0;
    for (; use < last && use->start < end; use++) {
        const ticks_t left = end - use->start;
        sum += use->length < left ? use->length : left;
    }
    return sum;
}

static void the_budget_bounds_use_in_every_period(void **state)
{
    (void)state;
    static struct use uses[USES];
    for (uint32_t max = 2; max <= CAPACITY; max++) {
        refill_new(sc, max, BUDGET, PERIOD, 0);
        use_at_random(uses, max);
        for (unsigned i = 0; i < USES; i++) {
            assert_true(used_in_period(&uses[i], &uses[USES]) <= BUDGET);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_minimum_budget_is_20_us, fresh),
        cmocka_unit_test_setup(a_new_context_has_one_full_refill, fresh),
        cmocka_unit_test_setup(round_robin_has_what_is_left_and_what_was_used, fresh),
        cmocka_unit_test_setup(what_is_used_comes_back_a_period_later, fresh),
        cmocka_unit_test_setup(a_used_up_budget_is_one_refill_in_the_next_period, fresh),
        cmocka_unit_test_setup(a_head_below_the_minimum_joins_the_next_refill, fresh),
        cmocka_unit_test_setup(an_overrun_is_taken_from_the_refills_that_follow, fresh),
        cmocka_unit_test_setup(a_refill_that_touches_the_tail_joins_it, fresh),
        cmocka_unit_test_setup(without_room_the_tail_comes_later, fresh),
        cmocka_unit_test_setup(unblocking_forgets_refills_that_were_missed, fresh),
        cmocka_unit_test_setup(unblocking_changes_nothing_before_the_head_is_due, fresh),
        cmocka_unit_test_setup(a_smaller_budget_trims_the_head, fresh),
        cmocka_unit_test_setup(a_larger_budget_adds_a_refill_a_period_after_the_head, fresh),
        cmocka_unit_test_setup(a_head_in_the_future_stays_there_when_parameters_change, fresh),
        cmocka_unit_test_setup(round_robin_starts_afresh_when_parameters_change, fresh),
        cmocka_unit_test_setup(an_overrun_of_many_budgets_ends_soon, fresh),
        cmocka_unit_test_setup(times_do_not_overflow_with_the_longest_period, fresh),
        cmocka_unit_test_setup(the_budget_bounds_use_in_every_period, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
