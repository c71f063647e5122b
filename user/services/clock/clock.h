// SPDX-License-Identifier: BSD-2-Clause
//
// One tick of the clock, without system calls: main.c has the loop around it.
//
//    page     ticks++                      alarms[]   deadline_us <= now?  0, and signal
#pragma once

#include <kaal/limits.h>
#include <kaal/time_page.h>

#include <stdbool.h>
#include <stdint.h>

enum { CLOCK_ALARMS_MAX = KAAL_NOTIFY_BITS };

struct clock {
    struct kaal_time *page;
    struct kaal_alarm_word *alarms[CLOCK_ALARMS_MAX];
    uint32_t alarm_count;
};

// The page of a clock that may have been here before: then the time goes on from there.
void clock_open(struct clock *clock, struct kaal_time *page, uint32_t tick_us);

// False if there is no room for another alarm.
bool clock_add_alarm(struct clock *clock, struct kaal_alarm_word *word);

// A tick has passed. Calls `ring` with the number of each alarm that is due.
void clock_tick(struct clock *clock, void (*ring)(uint32_t alarm));
