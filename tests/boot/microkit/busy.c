// SPDX-License-Identifier: BSD-2-Clause
//
// Counts for ever, and leaves no time to others of its domain.

#include <microkit.h>

volatile seL4_Word *count;

void init(void)
{
    for (;;) {
        *count += 1;
    }
}

void notified(microkit_channel ch)
{
    (void)ch;
}
