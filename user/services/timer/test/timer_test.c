// SPDX-License-Identifier: BSD-2-Clause
//
// The timers, and many random requests against a model that keeps one entry for each client.

#include "timer.h"

#include <lib/prng.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct timers timers;
static uint32_t rung[TIMER_CLIENTS_MAX + 1];

static void ring(uint64_t client)
{
    assert_true(client <= TIMER_CLIENTS_MAX);
    rung[client]++;
}

static int setup(void **state)
{
    (void)state;
    memset(&timers, 0, sizeof(timers));
    memset(rung, 0, sizeof(rung));
    return 0;
}

static void the_earliest_comes_first(void **state)
{
    (void)state;
    assert_int_equal(timer_next(&timers), 0);
    assert_true(timer_set(&timers, 1, 300, 0));
    assert_true(timer_set(&timers, 2, 100, 0));
    assert_true(timer_set(&timers, 3, 200, 0));
    assert_int_equal(timer_next(&timers), 100);
    timer_expire(&timers, 99, ring);
    assert_int_equal(rung[2], 0);
    timer_expire(&timers, 200, ring);
    assert_int_equal(rung[1], 0);
    assert_int_equal(rung[2], 1);
    assert_int_equal(rung[3], 1);
    assert_int_equal(timer_next(&timers), 300);
}

static void a_period_keeps_its_grid_and_is_not_made_up_for(void **state)
{
    (void)state;
    assert_true(timer_set(&timers, 1, 100, 10));
    timer_expire(&timers, 100, ring);
    assert_int_equal(timer_next(&timers), 110);
    timer_expire(&timers, 147, ring);
    assert_int_equal(rung[1], 2);
    assert_int_equal(timer_next(&timers), 150);
}

static void a_period_beyond_all_time_ends(void **state)
{
    (void)state;
    assert_true(timer_set(&timers, 1, 100, UINT64_MAX));
    timer_expire(&timers, 100, ring);
    assert_int_equal(rung[1], 1);
    assert_int_equal(timer_next(&timers), 0);
}

static void setting_replaces_and_cancelling_removes(void **state)
{
    (void)state;
    assert_true(timer_set(&timers, 1, 100, 10));
    assert_true(timer_set(&timers, 1, 500, 0));
    assert_int_equal(timers.count, 1);
    assert_int_equal(timer_next(&timers), 500);
    assert_true(timer_cancel(&timers, 1));
    assert_false(timer_cancel(&timers, 1));
    timer_expire(&timers, UINT64_MAX, ring);
    assert_int_equal(rung[1], 0);
}

static void each_client_has_a_place_and_no_more_than_one(void **state)
{
    (void)state;
    for (uint64_t round = 0; round < 3; round++) {
        for (uint64_t i = 0; i < TIMER_CLIENTS_MAX; i++) {
            assert_true(timer_set(&timers, i, 1 + round, 0));
        }
    }
    assert_false(timer_set(&timers, TIMER_CLIENTS_MAX, 1, 0));
    timer_expire(&timers, 3, ring);
    for (uint64_t i = 0; i < TIMER_CLIENTS_MAX; i++) {
        assert_int_equal(rung[i], 1);
    }
    assert_int_equal(timers.count, 0);
}

static void random_requests_agree_with_a_model(void **state)
{
    (void)state;
    enum { CLIENTS = 16, ROUNDS = 20000 };
    uint64_t deadlines[CLIENTS] = {0};
    uint64_t periods[CLIENTS] = {0};
    uint32_t expected[CLIENTS] = {0};
    struct prng random = {.state = 42};
    uint64_t now = 0;
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint64_t client = prng_next(&random) % CLIENTS;
        uint64_t kind = prng_next(&random) % 4;
        if (kind == 0) {
            assert_int_equal(timer_cancel(&timers, client), deadlines[client] != 0);
            deadlines[client] = 0;
        } else if (kind == 1) {
            deadlines[client] = now + 1 + prng_next(&random) % 50;
            periods[client] = prng_next(&random) % 20;
            assert_true(timer_set(&timers, client, deadlines[client], periods[client]));
        }
        now += prng_next(&random) % 10;
        for (unsigned c = 0; c < CLIENTS; c++) {
            if (deadlines[c] == 0 || deadlines[c] > now) {
                continue;
            }
            expected[c]++;
            while (periods[c] != 0 && deadlines[c] <= now) {
                deadlines[c] += periods[c];
            }
            deadlines[c] = periods[c] == 0 ? 0 : deadlines[c];
        }
        timer_expire(&timers, now, ring);
        for (unsigned c = 0; c < CLIENTS; c++) {
            assert_int_equal(rung[c], expected[c]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_earliest_comes_first, setup),
        cmocka_unit_test_setup(a_period_keeps_its_grid_and_is_not_made_up_for, setup),
        cmocka_unit_test_setup(a_period_beyond_all_time_ends, setup),
        cmocka_unit_test_setup(setting_replaces_and_cancelling_removes, setup),
        cmocka_unit_test_setup(each_client_has_a_place_and_no_more_than_one, setup),
        cmocka_unit_test_setup(random_requests_agree_with_a_model, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
