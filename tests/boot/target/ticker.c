// SPDX-License-Identifier: BSD-2-Clause
//
// A user of the clock: alarms at, before and long after their time, and each deadline that a faulty
// user may write. Reports how late each came.

#include <kaal/component.h>
#include <kaal/time.h>

enum { ROUNDS = 20 };

static struct kaal_alarm alarm;
static seL4_CPtr notification;
static uint64_t worst; // ticks after the first tick at which an alarm was due

static void wait_alarm(void)
{
    seL4_Word bits = 0;
    while ((bits & alarm.bit) == 0) {
        seL4_Wait(notification, &bits);
    }
}

// Ticks that have passed since `deadline_us` was due; a huge number if it is not yet.
static uint64_t lateness(uint64_t deadline_us)
{
    return (kaal_time_us() - deadline_us) / kaal_time_tick_us();
}

static void sleep_until(uint64_t deadline_us)
{
    kaal_alarm_set(&alarm, deadline_us);
    wait_alarm();
    uint64_t late = lateness(deadline_us);
    worst = late > worst ? late : worst;
}

void init(void)
{
    notification = kaal_need(KAAL_START_NOTIFICATION, NULL)->slot;
    if (!kaal_alarm_open(&alarm, "alarm_ticker")) {
        kaal_stop("no alarm");
    }
    sleep_until(1);
    uint64_t start = kaal_time_us();
    for (uint64_t i = 0; i < ROUNDS; i++) {
        sleep_until(kaal_time_us() + 1000 + 777 * i);
    }
    uint64_t passed = kaal_time_us() - start;

    // Replaced before it is due, and taken back.
    kaal_alarm_set(&alarm, UINT64_MAX);
    sleep_until(kaal_time_us() + 5000);
    kaal_alarm_set(&alarm, kaal_time_us() + 2000);
    kaal_alarm_set(&alarm, 0);
    sleep_until(kaal_time_us() + 10000);

    struct kaal_report report;
    kaal_report_begin(&report, "alarms");
    kaal_report_u64(&report, "worst", worst);
    kaal_report_u64(&report, "tick", kaal_time_tick_us());
    kaal_report_u64(&report, "passed", passed);
    kaal_report_end(&report);
}
