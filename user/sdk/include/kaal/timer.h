// SPDX-License-Identifier: BSD-2-Clause
//
// The timer service (abi/kaal/timer_protocol.h) for those who call it. The description gives the
// component a channel "timer" to call, and one back, from "timer", with the component's name:
//
//    struct kaal_timer timer;
//    if (kaal_timer_open(&timer) == KAAL_OK) {
//        kaal_timer_sleep(&timer, 20000);
//        kaal_timer_set(&timer, 0, 1000000);     // notified() gets timer.bit once a second
//    }
#pragma once

#include <kaal/error.h>
#include <kaal/start_page.h>

#include <stdint.h>

struct kaal_timer {
    const struct kaal_start_entry *channel;
    uint64_t bit; // of its signals
};

// Also takes back what an earlier life of this component may have set. KAAL_ERR_NOTFOUND if the
// description lacks one of the two channels.
enum kaal_err kaal_timer_open(struct kaal_timer *timer);

// Microseconds since the clock started. `tick_us`, if not NULL: the resolution.
enum kaal_err kaal_timer_now(const struct kaal_timer *timer, uint64_t *now_us, uint64_t *tick_us);

// A signal at the deadline, then one each period unless that is 0.
enum kaal_err kaal_timer_set(const struct kaal_timer *timer, uint64_t deadline_us,
                             uint64_t period_us);
enum kaal_err kaal_timer_cancel(const struct kaal_timer *timer);

// Returns after `us` at the earliest. Takes the timer for itself; other signals that come meanwhile
// go to notified() later.
enum kaal_err kaal_timer_sleep(const struct kaal_timer *timer, uint64_t us);
