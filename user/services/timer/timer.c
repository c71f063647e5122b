// SPDX-License-Identifier: BSD-2-Clause

#include "timer.h"

#include <stddef.h>

static struct timer_entry *find(struct timers *timers, uint64_t client)
{
    for (uint32_t i = 0; i < timers->count; i++) {
        if (timers->entries[i].client == client) {
            return &timers->entries[i];
        }
    }
    return NULL;
}

// The last one takes its place.
static void drop(struct timers *timers, struct timer_entry *entry)
{
    timers->count--;
    *entry = timers->entries[timers->count];
}

bool timer_set(struct timers *timers, uint64_t client, uint64_t deadline_us, uint64_t period_us)
{
    struct timer_entry *entry = find(timers, client);
    if (entry == NULL) {
        if (timers->count == TIMER_CLIENTS_MAX) {
            return false;
        }
        entry = &timers->entries[timers->count++];
    }
    *entry = (struct timer_entry){
        .client = client,
        .deadline_us = deadline_us == 0 ? 1 : deadline_us, // 0 is as long ago as 1 is
        .period_us = period_us,
    };
    return true;
}

bool timer_cancel(struct timers *timers, uint64_t client)
{
    struct timer_entry *entry = find(timers, client);
    if (entry == NULL) {
        return false;
    }
    drop(timers, entry);
    return true;
}

// The first time after now on the grid of deadline + n * period; 0 if there is none in 64 bits.
static uint64_t advance(const struct timer_entry *entry, uint64_t now_us)
{
    uint64_t periods = (now_us - entry->deadline_us) / entry->period_us + 1;
    if (periods > (UINT64_MAX - entry->deadline_us) / entry->period_us) {
        return 0;
    }
    return entry->deadline_us + periods * entry->period_us;
}

void timer_expire(struct timers *timers, uint64_t now_us, void (*ring)(uint64_t client))
{
    uint32_t i = 0;
    while (i < timers->count) {
        struct timer_entry *entry = &timers->entries[i];
        if (entry->deadline_us > now_us) {
            i++;
            continue;
        }
        ring(entry->client);
        entry->deadline_us = entry->period_us == 0 ? 0 : advance(entry, now_us);
        if (entry->deadline_us == 0) {
            drop(timers, entry);
        }
    }
}

uint64_t timer_next(const struct timers *timers)
{
    uint64_t next = 0;
    for (uint32_t i = 0; i < timers->count; i++) {
        uint64_t deadline = timers->entries[i].deadline_us;
        next = next == 0 || deadline < next ? deadline : next;
    }
    return next;
}
