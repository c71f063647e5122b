// SPDX-License-Identifier: BSD-2-Clause
//
// Takes numbers out of the ring until it is empty, tells the producer of the room when that waits
// for it, and goes on when there are more. What it reports is computed from what it took alone.

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

// Up to BATCH items, as they lie in the ring.
static bool take(void)
{
    uint64_t ready = kaal_ring_peek(&ring, BATCH);
    for (uint64_t i = 0; i < ready; i++) {
        uint64_t item = 0;
        kaal_ring_read(&ring, i, &item, sizeof(item));
        received++;
        sum += item * received;
    }
    if (ready != 0 && kaal_ring_release(&ring, ready)) {
        kaal_signal(kaal_need(KAAL_START_SIGNAL, "room"));
    }
    return ready != 0;
}

void notified(seL4_Word bits)
{
    (void)bits; // there are items
    uint64_t before = received;
    do {
        while (take()) {
        }
    } while (!kaal_ring_sleep(&ring, 1));
    if (before < RING_ITEMS && received >= RING_ITEMS) {
        finish();
    }
}

void init(void)
{
    const struct kaal_start_entry *memory = kaal_need(KAAL_START_MEMORY, "ring");
    void *at = (void *)memory->address; // NOLINT: start page
    if (kaal_ring_open(&ring, KAAL_RING_CONSUMER, at, memory->size, sizeof(uint64_t),
                       kaal_start->generation) != KAAL_OK) {
        kaal_stop("the ring cannot be opened");
    }
    kaal_signal(kaal_need(KAAL_START_SIGNAL, "room"));
    notified(0);
}
