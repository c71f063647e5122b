// SPDX-License-Identifier: BSD-2-Clause
//
// Puts numbers into the ring until it is full, tells the consumer when that waits for them, and
// goes on when half of the ring is free.

#include "demo.h"

#include <kaal/component.h>
#include <kaal/ring.h>

static struct kaal_ring ring;
static struct prng items;
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

// Up to BATCH items, written where they lie in the ring.
static bool put(void)
{
    uint64_t left = RING_ITEMS - sent;
    uint64_t free = kaal_ring_reserve(&ring, left < BATCH ? left : BATCH);
    for (uint64_t i = 0; i < free; i++) {
        uint64_t item = prng_next(&items);
        kaal_ring_write(&ring, i, &item, sizeof(item));
        sent++;
        sum += item * sent;
    }
    if (free != 0 && kaal_ring_publish(&ring, free)) {
        kaal_signal(kaal_need(KAAL_START_SIGNAL, "items"));
    }
    return free != 0;
}

static void fill(void)
{
    if (sent == RING_ITEMS) {
        return;
    }
    do {
        while (put()) {
        }
    } while (sent < RING_ITEMS && !kaal_ring_sleep(&ring, kaal_ring_capacity(&ring) / 2));
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
    void *at = (void *)memory->address; // NOLINT: start page
    if (kaal_ring_open(&ring, KAAL_RING_PRODUCER, at, memory->size, sizeof(uint64_t),
                       kaal_start->generation) != KAAL_OK) {
        kaal_stop("the ring cannot be opened");
    }
    kaal_signal(kaal_need(KAAL_START_SIGNAL, "items"));
    items = demo_stream("ring");
    fill();
}
