// SPDX-License-Identifier: BSD-2-Clause
//
// Writes one byte too many. Without a sanitizer nobody notices.

#include <kaal/component.h>

static char array[16];

void init(void)
{
    char *volatile at = array; // the compiler does not see where it goes
    for (unsigned i = 0; i <= sizeof(array); i++) {
        at[i] = 1;
    }
}
