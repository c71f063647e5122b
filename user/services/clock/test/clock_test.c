// SPDX-License-Identifier: BSD-2-Clause

#include "clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { TICK_US = 1000 };

static struct kaal_time page;
static struct kaal_alarm_word words[CLOCK_ALARMS_MAX + 1];
static struct clock clock;
static uint32_t rung[CLOCK_ALARMS_MAX];

static void ring(uint32_t alarm)
{
    assert_true(alarm < clock.alarm_count);
    rung[alarm]++;
}

static void ticks(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        clock_tick(&clock, ring);
    }
}

static int setup(void **state)
{
    (void)state;
    memset(&page, 0, sizeof(page));
    memset(words, 0, sizeof(words));
    memset(rung, 0, sizeof(rung));
    clock_open(&clock, &page, TICK_US);
    assert_true(clock_add_alarm(&clock, &words[0]));
    assert_true(clock_add_alarm(&clock, &words[1]));
    return 0;
}

static void the_page_tells_the_ticks(void **state)
{
    (void)state;
    assert_int_equal(page.magic, KAAL_TIME_MAGIC);
    assert_int_equal(page.version, KAAL_TIME_VERSION);
    assert_int_equal(page.tick_us, TICK_US);
    assert_int_equal(page.ticks, 0);
    ticks(7);
    assert_int_equal(page.ticks, 7);
}

static void an_alarm_rings_once_at_the_first_tick_at_or_after_its_deadline(void **state)
{
    (void)state;
    words[0].deadline_us = UINT64_C(3) * TICK_US;
    words[1].deadline_us = UINT64_C(3) * TICK_US + 1;
    ticks(2);
    assert_int_equal(rung[0] + rung[1], 0);
    ticks(1);
    assert_int_equal(rung[0], 1);
    assert_int_equal(rung[1], 0);
    assert_int_equal(words[0].deadline_us, 0);
    ticks(1);
    assert_int_equal(rung[1], 1);
    ticks(10);
    assert_int_equal(rung[0] + rung[1], 2);
}

static void a_deadline_in_the_past_rings_at_the_next_tick(void **state)
{
    (void)state;
    ticks(5);
    words[1].deadline_us = 1;
    ticks(1);
    assert_int_equal(rung[1], 1);
}

static void a_deadline_beyond_all_time_never_rings(void **state)
{
    (void)state;
    words[0].deadline_us = UINT64_MAX;
    ticks(1000);
    assert_int_equal(rung[0], 0);
    assert_int_equal(words[0].deadline_us, UINT64_MAX);
}

static void a_clock_that_comes_back_goes_on(void **state)
{
    (void)state;
    ticks(40);
    words[0].deadline_us = UINT64_C(41) * TICK_US;
    clock_open(&clock, &page, TICK_US);
    assert_int_equal(page.ticks, 40);
    assert_true(clock_add_alarm(&clock, &words[0]));
    ticks(1);
    assert_int_equal(page.ticks, 41);
    assert_int_equal(rung[0], 1);
}

static void a_page_with_a_tick_of_another_length_begins_anew(void **state)
{
    (void)state;
    ticks(40);
    clock_open(&clock, &page, TICK_US / 2);
    assert_int_equal(page.ticks, 0);
    assert_int_equal(page.tick_us, TICK_US / 2);
}

static void a_page_of_garbage_begins_anew(void **state)
{
    (void)state;
    memset(&page, 0xa5, sizeof(page));
    clock_open(&clock, &page, TICK_US);
    assert_int_equal(page.ticks, 0);
    assert_int_equal(page.magic, KAAL_TIME_MAGIC);
}

static void there_is_an_end_of_alarms(void **state)
{
    (void)state;
    for (unsigned i = clock.alarm_count; i < CLOCK_ALARMS_MAX; i++) {
        assert_true(clock_add_alarm(&clock, &words[i]));
    }
    assert_false(clock_add_alarm(&clock, &words[CLOCK_ALARMS_MAX]));
    for (unsigned i = 0; i < CLOCK_ALARMS_MAX; i++) {
        words[i].deadline_us = 1;
    }
    ticks(1);
    for (unsigned i = 0; i < CLOCK_ALARMS_MAX; i++) {
        assert_int_equal(rung[i], 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_page_tells_the_ticks, setup),
        cmocka_unit_test_setup(an_alarm_rings_once_at_the_first_tick_at_or_after_its_deadline,
                               setup),
        cmocka_unit_test_setup(a_deadline_in_the_past_rings_at_the_next_tick, setup),
        cmocka_unit_test_setup(a_deadline_beyond_all_time_never_rings, setup),
        cmocka_unit_test_setup(a_clock_that_comes_back_goes_on, setup),
        cmocka_unit_test_setup(a_page_with_a_tick_of_another_length_begins_anew, setup),
        cmocka_unit_test_setup(a_page_of_garbage_begins_anew, setup),
        cmocka_unit_test_setup(there_is_an_end_of_alarms, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
