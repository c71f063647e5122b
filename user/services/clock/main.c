// SPDX-License-Identifier: BSD-2-Clause
//
// The clock: user level cannot read the processor's, so it takes the one thing that passes with
// time, a budget. With budget < period, giving up what is left of the budget is to wait for the
// next period.
//
//    period    |tick.............|tick.............|tick.......
//              └ count, alarms, yield
//
// Argument: `tick=1000`, the microseconds of its period. docs/system.md, "Time", has the
// description.

#include "clock.h"

#include <kaal/args.h>
#include <kaal/broker_client.h>
#include <kaal/component.h>

static struct clock clock;
static seL4_CPtr channels[CLOCK_ALARMS_MAX]; // of the alarms

static void ring(uint32_t alarm)
{
    seL4_Signal(channels[alarm]);
}

static uint32_t tick_length(void)
{
    uint64_t tick_us = 0;
    if (!kaal_args_number(kaal_start->args, "tick", &tick_us) || tick_us < KAAL_BUDGET_MIN_US ||
        tick_us > UINT32_MAX) {
        kaal_stop("its arguments lack the length of its period, as in tick=1000");
    }
    return (uint32_t)tick_us;
}

// Each notify channel with a region of its name is an alarm.
static void open_alarms(void)
{
    for (uint32_t i = 0; i < kaal_start->entry_count; i++) {
        const struct kaal_start_entry *signal = &kaal_start->entries[i];
        if (signal->kind != KAAL_START_SIGNAL) {
            continue;
        }
        const struct kaal_start_entry *region =
            kaal_start_find(kaal_start, KAAL_START_MEMORY, signal->name);
        if (region == NULL || clock.alarm_count == CLOCK_ALARMS_MAX) {
            kaal_stop("a notify channel has no region of its name, or there are too many");
        }
        channels[clock.alarm_count] = signal->slot;
        // cppcheck-suppress nullPointerRedundantCheck; kaal_stop() does not return
        (void)clock_add_alarm(&clock, (void *)region->address); // NOLINT: start page
    }
}

int main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    const struct kaal_start_entry *page = kaal_need(KAAL_START_MEMORY, KAAL_TIME_REGION);
    clock_open(&clock, (void *)page->address, tick_length()); // NOLINT: start page
    open_alarms();
    if ((kaal_start->flags & KAAL_PD_AWAITED) != 0) {
        (void)kaal_broker_started();
    }
    for (;;) {
        seL4_Yield();
        clock_tick(&clock, ring);
    }
}
