// SPDX-License-Identifier: BSD-2-Clause
//
// Executes what is no instruction, and goes on because its parent says so.

#include "say.h"

void init(void)
{
    __asm__ volatile(".inst 0");
    say("went_on");
}

void notified(microkit_channel ch)
{
    (void)ch;
}
