// SPDX-License-Identifier: BSD-2-Clause
//
// The time, and a signal at a later one (abi/kaal/time.h): without a call, for those whom the
// description gives the clock's page, or an alarm.
//
//    struct kaal_alarm alarm;
//    kaal_alarm_open(&alarm, "alarm_timer");
//    kaal_alarm_set(&alarm, kaal_time_us() + 5000);
//    ...
//    void notified(seL4_Word bits) { if ((bits & alarm.bit) != 0) ... }
#pragma once

#include <kaal/start_page.h>
#include <kaal/time_page.h>

#include <stdbool.h>
#include <stdint.h>

// Microseconds since the clock started. 0 without a clock, and before its first tick.
uint64_t kaal_time_us(void);

// The length of a tick, and so the resolution of the above. 0 without a clock.
uint32_t kaal_time_tick_us(void);

struct kaal_alarm {
    struct kaal_alarm_word *word;
    uint64_t bit; // of the clock's signal
};

// The alarm whose region and channel have this name. False if the description gives the component
// none.
bool kaal_alarm_open(struct kaal_alarm *alarm, const char *name);

// One signal at the first tick at or after `deadline_us`; replaces the deadline before. 0: none.
void kaal_alarm_set(const struct kaal_alarm *alarm, uint64_t deadline_us);
