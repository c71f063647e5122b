// SPDX-License-Identifier: BSD-2-Clause
//
// Votes yes or no, by its bit of a number that follows from the run's seed. When the tally has been
// restarted, it votes once more: the votes are gone with the life before.

#include "ballot.h"

#include <kaal/component.h>

static void vote(void)
{
    bool yes = (demo_value("ballot") >> ballot_number(kaal_start->name) & 1) != 0;
    kaal_signal(kaal_need(KAAL_START_SIGNAL, yes ? "yes" : "no"));
}

void notified(seL4_Word bits)
{
    (void)bits; // it watches the tally, and is signalled by nobody
    vote();
}

void init(void)
{
    vote();
}
