// SPDX-License-Identifier: BSD-2-Clause
//
// The clock's page: the time of the whole system, in a memory region named "time" that the clock
// writes and everybody else may read. No call is needed to know the time.
//
//    struct kaal_time    magic, version, length of a tick, ticks so far
//
// And an alarm: a memory region that the clock shares with one user, of which the first word is a
// deadline, with a notify channel of the same name from the clock, a domain of the name "clock", to
// that user:
//
//    user                        clock, once a tick
//    deadline_us = t      ──►    t <= now?  deadline_us = 0, signal
//
// Whatever the user writes there is a deadline: one in the past is signalled at the next tick. The
// word is the user's own, so nobody can disturb the alarm of another.
//
// A tick is a period of the clock's scheduling context. It is late rather than early, so the clock
// never runs fast: what waits until a deadline has waited at least so long.
#pragma once

#include <stdint.h>

#define KAAL_TIME_MAGIC   UINT64_C(0x314d49544c41414b) // "KAALTIM1"
#define KAAL_TIME_VERSION 1u
#define KAAL_TIME_REGION  "time"
#define KAAL_TIME_CLOCK   "clock"
#define KAAL_TIME_BROKER  "alarm_broker" // the alarm of the broker, a region and a channel

// Read and written as whole words, atomically. `ticks` is the only one that changes once `magic` is
// there, so that it needs no sequence number; it goes on where it was when a clock is restarted.
struct kaal_time {
    uint64_t magic; // written last
    uint32_t version;
    uint32_t tick_us;
    uint64_t ticks;
};

struct kaal_alarm_word {
    uint64_t deadline_us; // of kaal_time, 0: none
};

_Static_assert(sizeof(struct kaal_time) == 24, "time page layout");
