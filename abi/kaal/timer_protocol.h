// SPDX-License-Identifier: BSD-2-Clause
//
// The timer's protocol (see protocol.h for the frame of a message).
//
// A client has one timer. When it is due the timer service signals the notify channel that bears
// the client's name. Nobody's answer is held back for it, so a client can wait for its timer and
// for other signals at once, and any number of clients can wait.
//
//    request    arguments                        results
//    NOW        -                                MR0 microseconds, MR1 microseconds of a tick
//    SET        MR1 deadline, MR2 period         MR0 microseconds now
//    CANCEL     -                                MR0 1: it was set
#pragma once

#include <kaal/protocol.h>

enum {
    KAAL_TIMER_MAJOR = 1,
    KAAL_TIMER_MINOR = 0,
};

enum kaal_timer_request {
    // Monotonic time since the clock started.
    KAAL_TIMER_NOW = 1,

    // Signals at the first tick at or after the deadline (of NOW's time), and then, unless the
    // period is 0, at each period after it; whoever is late gets one signal for all that he missed.
    // A deadline in the past signals at once. Replaces what was set. KAAL_ERR_ARGUMENT (2) for a
    // period shorter than a tick; KAAL_ERR_NOTFOUND without a channel to signal over.
    KAAL_TIMER_SET = 2,

    // No signal comes after the answer, but one may have come before.
    KAAL_TIMER_CANCEL = 3,
};

#define KAAL_TIMER_WORD kaal_protocol_word(KAAL_PROTOCOL_TIMER, KAAL_TIMER_MAJOR, KAAL_TIMER_MINOR)
