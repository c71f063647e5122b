// SPDX-License-Identifier: BSD-2-Clause
//
// The timer service: many timers out of one alarm of the clock.
//
//    clients ── call SET ──► timers ── the earliest ──► alarm word ──► clock
//            ◄── signal ───         ◄────── signal ───────────────────┘
//
// It holds nobody's call back, so one reply object serves any number of sleepers, and a client that
// dies leaves nothing but an entry that its next life replaces.

#include "timer.h"

#include <kaal/component.h>
#include <kaal/serve.h>
#include <kaal/time.h>
#include <kaal/timer_protocol.h>

static struct timers timers;
static struct kaal_alarm alarm;

// The channel of a client bears its name.
static const struct kaal_start_entry *channel_of(uint64_t client)
{
    const struct kaal_start_entry *caller =
        kaal_start_by_value(kaal_start, KAAL_START_SERVES, client);
    return caller == NULL ? NULL : kaal_start_find(kaal_start, KAAL_START_SIGNAL, caller->name);
}

static void ring(uint64_t client)
{
    const struct kaal_start_entry *channel = channel_of(client);
    if (channel != NULL) {
        kaal_signal(channel);
    }
}

static void expire(void)
{
    timer_expire(&timers, kaal_time_us(), ring);
    kaal_alarm_set(&alarm, timer_next(&timers));
}

// --- requests ------------------------------------------------------------------------------------

static seL4_MessageInfo_t serve_now(void)
{
    seL4_SetMR(0, kaal_time_us());
    seL4_SetMR(1, kaal_time_tick_us());
    return kaal_answer(KAAL_OK, 2);
}

static seL4_MessageInfo_t serve_set(uint64_t client, seL4_Word words)
{
    if (words < 3) {
        return kaal_answer(KAAL_ERR_PROTOCOL, 0);
    }
    uint64_t deadline_us = seL4_GetMR(1);
    uint64_t period_us = seL4_GetMR(2);
    if (period_us != 0 && period_us < kaal_time_tick_us()) {
        return kaal_answer_argument(2);
    }
    if (channel_of(client) == NULL) {
        return kaal_answer(KAAL_ERR_NOTFOUND, 0);
    }
    if (!timer_set(&timers, client, deadline_us, period_us)) {
        return kaal_answer(KAAL_ERR_MEMORY, 0);
    }
    expire();
    seL4_SetMR(0, kaal_time_us());
    return kaal_answer(KAAL_OK, 1);
}

static seL4_MessageInfo_t serve_cancel(uint64_t client)
{
    seL4_SetMR(0, timer_cancel(&timers, client));
    kaal_alarm_set(&alarm, timer_next(&timers));
    return kaal_answer(KAAL_OK, 1);
}

seL4_MessageInfo_t protected(seL4_Word badge, seL4_MessageInfo_t info)
{
    struct kaal_request request;
    if (!kaal_request_open(&request, badge, info, KAAL_TIMER_WORD)) {
        return request.refusal;
    }
    switch (request.number) {
    case KAAL_TIMER_NOW:
        return serve_now();
    case KAAL_TIMER_SET:
        return serve_set(badge, request.words);
    case KAAL_TIMER_CANCEL:
        return serve_cancel(badge);
    default:
        return kaal_answer(KAAL_ERR_REQUEST, 0);
    }
}

void notified(seL4_Word bits)
{
    (void)bits;
    expire();
}

void init(void)
{
    if (!kaal_alarm_open(&alarm, "alarm_timer") || kaal_time_tick_us() == 0) {
        kaal_stop("it has no clock, or no region and channel alarm_timer");
    }
}
