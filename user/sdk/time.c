// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/time.h>

// The clock's page; NULL without one. Looked up at each call, for what a component holds can change
// while it runs; it is a few entries.
static const struct kaal_time *time_page(void)
{
    const struct kaal_start_entry *entry =
        kaal_start_find(kaal_start, KAAL_START_MEMORY, KAAL_TIME_REGION);
    if (entry == NULL || entry->size < sizeof(struct kaal_time)) {
        return NULL;
    }
    const struct kaal_time *page = (const void *)entry->address; // NOLINT: start page
    bool ready = __atomic_load_n(&page->magic, __ATOMIC_ACQUIRE) == KAAL_TIME_MAGIC;
    return ready && page->version == KAAL_TIME_VERSION ? page : NULL;
}

uint64_t kaal_time_us(void)
{
    const struct kaal_time *page = time_page();
    return page == NULL ? 0 : __atomic_load_n(&page->ticks, __ATOMIC_RELAXED) * page->tick_us;
}

uint32_t kaal_time_tick_us(void)
{
    const struct kaal_time *page = time_page();
    return page == NULL ? 0 : page->tick_us;
}

bool kaal_alarm_open(struct kaal_alarm *alarm, const char *name)
{
    const struct kaal_start_entry *region = kaal_start_find(kaal_start, KAAL_START_MEMORY, name);
    const struct kaal_start_entry *signal =
        kaal_start_find(kaal_start, KAAL_START_SIGNALED, KAAL_TIME_CLOCK);
    if (region == NULL || signal == NULL || region->size < sizeof(struct kaal_alarm_word)) {
        return false;
    }
    alarm->word = (struct kaal_alarm_word *)region->address; // NOLINT: start page
    alarm->bit = signal->value;
    return true;
}

void kaal_alarm_set(const struct kaal_alarm *alarm, uint64_t deadline_us)
{
    __atomic_store_n(&alarm->word->deadline_us, deadline_us, __ATOMIC_RELEASE);
}
