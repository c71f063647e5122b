// SPDX-License-Identifier: BSD-2-Clause
//
// Sees by what another counts when that has had a turn: while this one runs, the other does not.

#include "say.h"

enum { TURNS = 5 };

const volatile seL4_Word *count;

void init(void)
{
    seL4_Word turns = 0;
    seL4_Word last = *count;
    while (turns < TURNS) {
        seL4_Word now = *count;
        turns += now != last;
        last = now;
    }
    say_number("turns", "seen", turns);
}

void notified(microkit_channel ch)
{
    (void)ch;
}
