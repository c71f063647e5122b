// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/component.h>
#include <kaal/timer.h>
#include <kaal/timer_protocol.h>

// A request of `words` words; at least `wanted` results.
static enum kaal_err request(const struct kaal_timer *timer, enum kaal_timer_request number,
                             unsigned words, unsigned wanted)
{
    seL4_SetMR(0, KAAL_TIMER_WORD);
    seL4_MessageInfo_t info =
        seL4_Call(timer->channel->slot, seL4_MessageInfo_new(number, 0, 0, words));
    enum kaal_err err = (enum kaal_err)seL4_MessageInfo_get_label(info);
    if (err == KAAL_OK && seL4_MessageInfo_get_length(info) < wanted) {
        return KAAL_ERR_PROTOCOL;
    }
    return err;
}

enum kaal_err kaal_timer_open(struct kaal_timer *timer)
{
    const struct kaal_start_entry *signal =
        kaal_start_find(kaal_start, KAAL_START_SIGNALED, "timer");
    timer->channel = kaal_start_find(kaal_start, KAAL_START_CALL, "timer");
    if (signal == NULL || timer->channel == NULL) {
        return KAAL_ERR_NOTFOUND;
    }
    timer->bit = signal->value;
    return kaal_timer_cancel(timer);
}

enum kaal_err kaal_timer_now(const struct kaal_timer *timer, uint64_t *now_us, uint64_t *tick_us)
{
    enum kaal_err err = request(timer, KAAL_TIMER_NOW, 1, 2);
    if (err == KAAL_OK) {
        *now_us = seL4_GetMR(0);
        if (tick_us != NULL) {
            *tick_us = seL4_GetMR(1);
        }
    }
    return err;
}

enum kaal_err kaal_timer_set(const struct kaal_timer *timer, uint64_t deadline_us,
                             uint64_t period_us)
{
    seL4_SetMR(1, deadline_us);
    seL4_SetMR(2, period_us);
    return request(timer, KAAL_TIMER_SET, 3, 1);
}

enum kaal_err kaal_timer_cancel(const struct kaal_timer *timer)
{
    return request(timer, KAAL_TIMER_CANCEL, 1, 1);
}

enum kaal_err kaal_timer_sleep(const struct kaal_timer *timer, uint64_t us)
{
    uint64_t now_us = 0;
    enum kaal_err err = kaal_timer_now(timer, &now_us, NULL);
    uint64_t end_us = us > UINT64_MAX - now_us ? UINT64_MAX : now_us + us;
    // A signal of what was set before may still come: the time decides, not the signal.
    while (err == KAAL_OK && now_us < end_us) {
        err = kaal_timer_set(timer, end_us, 0);
        if (err == KAAL_OK) {
            (void)kaal_wait_for(timer->bit);
            err = kaal_timer_now(timer, &now_us, NULL);
        }
    }
    return err;
}
