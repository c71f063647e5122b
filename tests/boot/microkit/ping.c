// SPDX-License-Identifier: BSD-2-Clause
//
// The client: calls, then takes turns with the server by signals.

#include "say.h"

enum { CALL = 7, NOTIFY = 8, CALLS = 1000, TURNS = 500 };

static seL4_Word turns;
static seL4_Word last;

void init(void)
{
    seL4_Word sum = 0;
    seL4_Word labels = 0;
    seL4_Word words = 0;
    for (seL4_Word i = 0; i < CALLS; i++) {
        microkit_mr_set(0, i);
        microkit_mr_set(1, 2 * i);
        microkit_mr_set(5, 1); // beyond what fits into registers
        microkit_msginfo answer = microkit_ppcall(CALL, microkit_msginfo_new(i, 6));
        sum += microkit_mr_get(0);
        labels += microkit_msginfo_get_label(answer);
        words += microkit_msginfo_get_count(answer);
    }
    struct line l;
    line_begin(&l, "called");
    line_number(&l, "calls", CALLS);
    line_number(&l, "sum", sum);
    line_number(&l, "labels", labels);
    line_number(&l, "words", words);
    line_end(&l);
    microkit_notify(NOTIFY);
}

void notified(microkit_channel ch)
{
    last = ch;
    turns++;
    if (turns < TURNS) {
        microkit_deferred_notify(NOTIFY);
        return;
    }
    struct line l;
    line_begin(&l, "turns");
    line_number(&l, "count", turns);
    line_number(&l, "channel", last);
    line_end(&l);
}
