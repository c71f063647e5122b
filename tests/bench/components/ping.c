// SPDX-License-Identifier: BSD-2-Clause
//
// Told to by the client, signals pong, and is signalled by it.

#include "marks.h"

static volatile struct marks *marks;
static const struct kaal_start_entry *pong;
static seL4_Word from_pong; // the badge bit

void notified(seL4_Word bits)
{
    if ((bits & from_pong) != 0) {
        marks->reached = counter();
    } else {
        marks->left = counter();
        kaal_signal(pong);
    }
}

void init(void)
{
    marks = marks_open();
    pong = kaal_need(KAAL_START_SIGNAL, "pong");
    from_pong = kaal_need(KAAL_START_SIGNALED, "pong")->value;
}
