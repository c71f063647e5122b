// SPDX-License-Identifier: BSD-2-Clause
//
// Calls a passive server and signals it in turn; is signalled by it.

#include "say.h"

enum { CALL = 2, NOTIFY = 3, ROUNDS = 100 };

void init(void)
{
    say("init");
    for (int i = 0; i < ROUNDS; i++) {
        microkit_notify(NOTIFY);
        (void)microkit_ppcall(CALL, microkit_msginfo_new(0, 0));
    }
    seL4_Word calls = microkit_mr_get(0);
    seL4_Word signals = microkit_mr_get(1);
    struct line l;
    line_begin(&l, "served");
    line_number(&l, "calls", calls);
    line_number(&l, "signals", signals);
    line_end(&l);
}

void notified(microkit_channel ch)
{
    say_number("signalled", "channel", ch);
}
