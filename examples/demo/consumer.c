// SPDX-License-Identifier: BSD-2-Clause
//
// Takes numbers out of the ring until it is empty, wakes the producer, and goes on when there are
// more. What it reports is computed from what it took alone.

#include "demo.h"

#include <kaal/component.h>
#include <kaal/ring.h>

static struct kaal_ring ring;
static uint64_t received;
static uint64_t sum; // each item times its place: the order counts

static void finish(void)
{
    struct kaal_report report;
    kaal_report_begin(&report, "ring");
    kaal_report_u64(&report, "items", received);
    kaal_report_hex(&report, "sum", sum);
    kaal_report_end(&report);
    kaal_signal(kaal_need(KAAL_START_SIGNAL, "done"));
}

void notified(seL4_Word bits)
{
    (void)bits; // there are items
    uint64_t before = received;
    uint64_t item = 0;
    while (kaal_ring_take(&ring, &item)) {
        received++;
        sum += item * received;
    }
    kaal_signal(kaal_need(KAAL_START_SIGNAL, "room"));
    if (before < RING_ITEMS && received >= RING_ITEMS) {
        finish();
    }
}

void init(void)
{
    const struct kaal_start_entry *memory = kaal_need(KAAL_START_MEMORY, "ring");
    if (!kaal_ring_open(&ring, (void *)memory->address, memory->size)) { // NOLINT: start page
        kaal_stop("the ring is too small");
    }
}
