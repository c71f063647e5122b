// SPDX-License-Identifier: BSD-2-Clause
//
// Sends readings through its lane of the collector's ring. Its arguments are the number of the
// lane, and perhaps "breaks off": then it stops in the middle of writing.

#include "gather.h"

#include <kaal/component.h>

static struct kaal_ring ring;
static struct prng values;
static uint64_t sent;

// Up to AT_ONCE readings, written where they lie in the ring, and not published yet.
static uint64_t write_some(uint64_t most)
{
    uint64_t left = most - sent;
    uint64_t free = kaal_ring_reserve(&ring, left < AT_ONCE ? left : AT_ONCE);
    for (uint64_t i = 0; i < free; i++) {
        struct reading *reading = kaal_ring_slot(&ring, i);
        reading->number = ++sent;
        reading->value = prng_next(&values);
    }
    return free;
}

static void send(uint64_t most)
{
    while (sent < most) {
        uint64_t count = write_some(most);
        if (count != 0) {
            if (kaal_ring_publish(&ring, count)) {
                kaal_signal(kaal_need(KAAL_START_SIGNAL, "readings"));
            }
        } else if (kaal_ring_sleep(&ring, AT_ONCE)) {
            return; // until notified()
        }
    }
}

static void run(void)
{
    bool breaks_off = kaal_start->args[1] != '\0';
    send(breaks_off ? FEW : MANY);
    if (breaks_off && sent == FEW) {
        (void)write_some(MANY);
        kaal_stop("broke off");
    }
}

void notified(seL4_Word bits)
{
    (void)bits; // there is room
    run();
}

void init(void)
{
    const struct kaal_start_entry *memory = kaal_need(KAAL_START_MEMORY, "readings");
    size_t size = memory->size;
    void *lane = kaal_ring_lane((void *)memory->address, &size, LANES, // NOLINT: start page
                                (unsigned)(kaal_start->args[0] - '0'));
    if (kaal_ring_open(&ring, KAAL_RING_PRODUCER, lane, size, sizeof(struct reading),
                       kaal_start->generation) != KAAL_OK) {
        kaal_stop("the ring cannot be opened");
    }
    kaal_signal(kaal_need(KAAL_START_SIGNAL, "readings"));
    values = demo_stream(kaal_start->name);
    run();
}
