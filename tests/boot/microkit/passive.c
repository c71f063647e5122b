// SPDX-License-Identifier: BSD-2-Clause
//
// A passive server: after init() it has no time of its own, runs on that of its callers, and wakes
// for signals. It signals each caller together with its answer.

#include "say.h"

static seL4_Word calls;
static seL4_Word signals;

void init(void)
{
    say("init");
}

void notified(microkit_channel ch)
{
    signals += ch;
}

microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo)
{
    (void)msginfo;
    calls += ch;
    microkit_deferred_notify(ch + 1);
    microkit_mr_set(0, calls);
    microkit_mr_set(1, signals);
    return microkit_msginfo_new(0, 2);
}
