// SPDX-License-Identifier: BSD-2-Clause

#include "clock.h"

void clock_open(struct clock *clock, struct kaal_time *page, uint32_t tick_us)
{
    *clock = (struct clock){.page = page};
    // A tick of another length would make the time jump: it begins anew then.
    bool before = page->magic == KAAL_TIME_MAGIC && page->version == KAAL_TIME_VERSION &&
                  page->tick_us == tick_us;
    if (!before) {
        __atomic_store_n(&page->magic, 0, __ATOMIC_RELAXED);
        page->version = KAAL_TIME_VERSION;
        page->tick_us = tick_us;
        __atomic_store_n(&page->ticks, 0, __ATOMIC_RELAXED);
    }
    // Release: whoever finds the magic number finds the rest.
    __atomic_store_n(&page->magic, KAAL_TIME_MAGIC, __ATOMIC_RELEASE);
}

bool clock_add_alarm(struct clock *clock, struct kaal_alarm_word *word)
{
    if (clock->alarm_count == CLOCK_ALARMS_MAX) {
        return false;
    }
    clock->alarms[clock->alarm_count++] = word;
    return true;
}

// Has this alarm's time come? Its user may write a new deadline at any moment. The exchange fails
// then, and the new one is looked at in the next tick; it is tried once, for a user who writes all
// the time must not hold up the others.
static bool is_due(struct kaal_alarm_word *word, uint64_t now_us)
{
    uint64_t deadline = __atomic_load_n(&word->deadline_us, __ATOMIC_ACQUIRE);
    return deadline != 0 && deadline <= now_us &&
           __atomic_compare_exchange_n(&word->deadline_us, &deadline, 0, true, __ATOMIC_ACQ_REL,
                                       __ATOMIC_RELAXED);
}

void clock_tick(struct clock *clock, void (*ring)(uint32_t alarm))
{
    uint64_t ticks = clock->page->ticks + 1;
    __atomic_store_n(&clock->page->ticks, ticks, __ATOMIC_RELEASE);
    uint64_t now_us = ticks * clock->page->tick_us;
    for (uint32_t i = 0; i < clock->alarm_count; i++) {
        if (is_due(clock->alarms[i], now_us)) {
            ring(i);
        }
    }
}
