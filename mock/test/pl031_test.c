// SPDX-License-Identifier: BSD-2-Clause
#include "machine.h"

#include "kernel/plat_host.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { DR = 0x00, MR = 0x04, LR = 0x08, IMSC = 0x10, MIS = 0x18, ICR = 0x1c };

#define SECOND (UINT64_C(1000) * PLAT_TICKS_PER_MS)

static int setup(void **state)
{
    (void)state;
    host_machine.now = 1;
    pl031_open(1000);
    pl031_write(IMSC, 0);
    pl031_write(MR, 0);
    pl031_write(ICR, 1);
    return 0;
}

static void it_counts_the_machines_seconds(void **state)
{
    (void)state;
    assert_int_equal(pl031_read(DR), 1000);
    host_advance(SECOND);
    assert_int_equal(pl031_read(DR), 1001);
    pl031_write(LR, 5);
    assert_int_equal(pl031_read(DR), 5);
    host_advance(3 * SECOND);
    assert_int_equal(pl031_read(DR), 8);
}

static void an_alarm_interrupts_once_when_it_is_due(void **state)
{
    (void)state;
    pl031_write(MR, 1002);
    pl031_write(IMSC, 1);
    assert_false(pl031_line());
    assert_int_equal(pl031_deadline(), 2 * SECOND);
    host_advance(pl031_deadline() - host_machine.now);
    assert_true(pl031_line());
    assert_int_equal(pl031_read(MIS), 1);
    pl031_write(ICR, 1);
    assert_false(pl031_line());
    host_advance(SECOND);
    assert_false(pl031_line());
}

static void an_alarm_that_is_masked_is_no_deadline(void **state)
{
    (void)state;
    pl031_write(MR, 1002);
    assert_true(pl031_deadline() == UINT64_MAX);
    host_advance(2 * SECOND);
    assert_false(pl031_line());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_counts_the_machines_seconds, setup),
        cmocka_unit_test_setup(an_alarm_interrupts_once_when_it_is_due, setup),
        cmocka_unit_test_setup(an_alarm_that_is_masked_is_no_deadline, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
