// SPDX-License-Identifier: BSD-2-Clause
//
// Signals back to ping; marks when it was reached by the client.

#include "marks.h"

static volatile struct marks *marks;
static const struct kaal_start_entry *ping;
static seL4_Word from_ping; // the badge bit

void notified(seL4_Word bits)
{
    if ((bits & from_ping) != 0) {
        kaal_signal(ping);
    } else {
        marks->reached = counter();
    }
}

void init(void)
{
    marks = marks_open();
    ping = kaal_need(KAAL_START_SIGNAL, "ping");
    from_ping = kaal_need(KAAL_START_SIGNALED, "ping")->value;
}
