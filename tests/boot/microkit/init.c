// SPDX-License-Identifier: BSD-2-Clause
//
// Says that it begins.

#include "say.h"

void init(void)
{
    say("init");
}

void notified(microkit_channel ch)
{
    (void)ch;
}
