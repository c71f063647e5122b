/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fails in its first two lives. What it counts them with is kept: a restart changes no memory.
 */
#include "station.h"

enum { PARENT = 3, LIVES = 2 };

static seL4_Word lives = 0;

void init(void)
{
    lives++;
    print_number("flaky: life ", lives, "\n");
    if (lives <= LIVES) {
        microkit_internal_crash((seL4_Error)(lives * 100));
    }
    __asm__ volatile(".inst 0");
    microkit_notify(PARENT);
    print("flaky: resumed\n");
}

void notified(microkit_channel ch)
{
    (void)ch;
}
