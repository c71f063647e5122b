// SPDX-License-Identifier: BSD-2-Clause
//
// Signals its parent for ever.

#include <microkit.h>

enum { PARENT = 9 };

void init(void)
{
    for (;;) {
        microkit_notify(PARENT);
    }
}

void notified(microkit_channel ch)
{
    (void)ch;
}
