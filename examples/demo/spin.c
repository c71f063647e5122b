// SPDX-License-Identifier: BSD-2-Clause
//
// Spinner and worker: two components of one program that take all the processor time they get. What
// they get is in the description, and the meter measures it.

#include <kaal/component.h>

void init(void)
{
    for (;;) {
        __asm__ volatile("");
    }
}
