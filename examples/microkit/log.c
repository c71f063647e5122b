/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A log of numbers, called by others. It is passive: it runs on its callers' time.
 */
#include "station.h"

enum { CALLER = 30 };

seL4_Word *entries;
seL4_Word entries_size;
static seL4_Word count;

void init(void)
{
    print_number("log: room for ", entries_size / sizeof(*entries), " numbers\n");
}

void notified(microkit_channel ch)
{
    (void)ch;
}

static microkit_msginfo append(seL4_Word number)
{
    if (count == entries_size / sizeof(*entries)) {
        return microkit_msginfo_new(1, 0);
    }
    entries[count++] = number;
    microkit_mr_set(0, count);
    return microkit_msginfo_new(0, 1);
}

static microkit_msginfo sum(void)
{
    seL4_Word total = 0;
    for (seL4_Word i = 0; i < count; i++) {
        total += entries[i];
    }
    microkit_mr_set(0, total);
    microkit_mr_set(1, count);
    microkit_deferred_notify(CALLER);
    return microkit_msginfo_new(0, 2);
}

microkit_msginfo protected(microkit_channel ch, microkit_msginfo msginfo)
{
    if (ch == CALLER && microkit_msginfo_get_label(msginfo) == LOG_APPEND &&
        microkit_msginfo_get_count(msginfo) == 1) {
        return append(microkit_mr_get(0));
    }
    return microkit_msginfo_get_label(msginfo) == LOG_SUM ? sum() : microkit_msginfo_new(1, 0);
}
