/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The application: prints a file, keeps a log, and hears of the clock.
 */
#include "station.h"

enum { LOG = 0, CLOCK = 61 };

const seL4_Word *ticks;
const char *motto;
seL4_Word motto_size;

static void print_motto(void)
{
    print("app: ");
    for (seL4_Word i = 0; i < motto_size; i++) {
        microkit_dbg_putc(motto[i]);
    }
}

void init(void)
{
    print_motto();
    for (seL4_Word i = 1; i <= 4; i++) {
        microkit_mr_set(0, 10 * i);
        microkit_ppcall(LOG, microkit_msginfo_new(LOG_APPEND, 1));
    }
    microkit_ppcall(LOG, microkit_msginfo_new(LOG_SUM, 0));
    seL4_Word sum = microkit_mr_get(0);
    print_number("app: ", microkit_mr_get(1), " numbers, ");
    print_number("sum ", sum, "\n");
    microkit_notify(2);
}

void notified(microkit_channel ch)
{
    if (ch == CLOCK) {
        print_number("app: the clock has ticked ", *ticks, " times\n");
    } else if (ch == LOG) {
        print("app: the log says that it was asked\n");
    }
}
