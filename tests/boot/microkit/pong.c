// SPDX-License-Identifier: BSD-2-Clause
//
// The server: adds up what it is called with, and answers signals with signals.

#include "say.h"

enum { SERVES = 1, TOGETHER = 61 };

static seL4_Word calls;

void init(void)
{
    say("ready");
}

void notified(microkit_channel ch)
{
    if (ch == TOGETHER) {
        microkit_notify(TOGETHER);
    }
}

microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo)
{
    calls++;
    seL4_Word sum = microkit_mr_get(0) + microkit_mr_get(1) + microkit_mr_get(5);
    seL4_Word label = microkit_msginfo_get_label(msginfo) + ch;
    microkit_mr_set(0, sum);
    return microkit_msginfo_new(label, 1);
}
