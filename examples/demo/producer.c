// SPDX-License-Identifier: BSD-2-Clause
//
// Puts numbers into the ring until it is full, wakes the consumer, and goes on when there is room.

#include "demo.h"

#include <kaal/component.h>
#include <kaal/ring.h>

static struct kaal_ring ring;
static struct prng items;
static uint64_t next; // the item that waits for room
static uint64_t sent;
static uint64_t sum; // each item times its place: the order counts

static void finish(void)
{
    struct kaal_report report;
    kaal_report_begin(&report, "ring");
    kaal_report_u64(&report, "items", sent);
    kaal_report_hex(&report, "sum", sum);
    kaal_report_end(&report);
    kaal_signal(kaal_need(KAAL_START_SIGNAL, "done"));
}

static void fill(void)
{
    if (sent == RING_ITEMS) {
        return;
    }
    while (sent < RING_ITEMS && kaal_ring_put(&ring, next)) {
        sent++;
        sum += next * sent;
        next = prng_next(&items);
    }
    kaal_signal(kaal_need(KAAL_START_SIGNAL, "items"));
    if (sent == RING_ITEMS) {
        finish();
    }
}

void notified(seL4_Word bits)
{
    (void)bits; // there is room
    fill();
}

void init(void)
{
    const struct kaal_start_entry *memory = kaal_need(KAAL_START_MEMORY, "ring");
    if (!kaal_ring_open(&ring, (void *)memory->address, memory->size)) { // NOLINT: start page
        kaal_stop("the ring is too small");
    }
    items = demo_stream("ring");
    next = prng_next(&items);
    fill();
}
