// SPDX-License-Identifier: BSD-2-Clause
//
// Takes the messages of each row and reports what one has cost, in instructions of both components
// and the kernel.

#include "rows.h"

#include <kaal/component.h>

static struct kaal_ring ring;
static const struct kaal_start_entry *source;
static volatile struct marks *marks;
static uint64_t received;
static uint64_t costs[ROWS];

static void report(void)
{
    static const char *const names[ROWS] = {"batch1", "batch8", "batch64"};
    struct kaal_report r;
    kaal_report_begin(&r, "ring");
    for (unsigned row = 0; row < ROWS; row++) {
        kaal_report_u64(&r, names[row], costs[row]);
    }
    kaal_report_end(&r);
    (void)kaal_console_flush(); // the console's interrupts must not fall into the other pair's rows
    const struct kaal_start_entry *other = kaal_start_find(kaal_start, KAAL_START_SIGNAL, "go");
    if (other != NULL) {
        kaal_signal(other);
    }
}

void notified(seL4_Word bits)
{
    (void)bits;
    uint64_t row = received / MESSAGES;
    if (row == ROWS) {
        return;
    }
    ring_bench_consume(&ring, source, batches[row], &received);
    if (received == (row + 1) * MESSAGES) {
        costs[row] = (counter() - marks->begins + MESSAGES - 1) / MESSAGES;
        if (row + 1 == ROWS) {
            report();
        }
        marks->finished = row + 1;
        kaal_signal(source);
    }
}

void init(void)
{
    source = kaal_need(KAAL_START_SIGNAL, "room");
    marks = rows_marks();
    rows_open(&ring, KAAL_RING_CONSUMER);
    kaal_signal(source);
    notified(0);
}
