// SPDX-License-Identifier: BSD-2-Clause
//
// Takes the readings of all sensors, a few of each in turn, and reports what came on each lane.

#include "gather.h"

#include <kaal/component.h>

static struct kaal_ring rings[LANES];
static struct kaal_ring_many many;
static const struct kaal_start_entry *room[LANES];
static bool reported;

static struct {
    uint64_t readings;
    uint64_t sum; // each value times its number: the order counts
} lanes[LANES];

// Whether it has everything: the last sensor breaks off.
static bool complete(void)
{
    return lanes[0].readings == MANY && lanes[1].readings == MANY && lanes[2].readings == FEW;
}

static void report_all(void)
{
    struct kaal_report report;
    for (unsigned i = 0; i < LANES; i++) {
        kaal_report_begin(&report, "lane");
        kaal_report_u64(&report, "n", i);
        kaal_report_u64(&report, "readings", lanes[i].readings);
        kaal_report_hex(&report, "sum", lanes[i].sum);
        kaal_report_end(&report);
    }
    kaal_report_begin(&report, "end");
    kaal_report_end(&report);
    (void)kaal_console_flush();
    kaal_halt();
}

static void take(struct kaal_ring *ring)
{
    unsigned lane = (unsigned)(ring - rings);
    uint64_t ready = kaal_ring_peek(ring, AT_ONCE);
    for (uint64_t i = 0; i < ready; i++) {
        struct reading reading; // a copy: what is checked is what is summed up
        kaal_ring_read(ring, i, &reading, sizeof(reading));
        lanes[lane].readings++;
        lanes[lane].sum += reading.value * reading.number;
    }
    if (kaal_ring_release(ring, ready)) {
        kaal_signal(room[lane]);
    }
}

void notified(seL4_Word bits)
{
    (void)bits; // there are readings
    do {
        for (struct kaal_ring *lane; (lane = kaal_ring_many_next(&many)) != NULL;) {
            take(lane);
        }
    } while (!kaal_ring_many_sleep(&many));
    if (complete() && !reported) {
        reported = true;
        report_all();
    }
}

void init(void)
{
    static const char *const names[LANES] = {"room0", "room1", "room2"};
    const struct kaal_start_entry *memory = kaal_need(KAAL_START_MEMORY, "readings");
    void *at = (void *)memory->address; // NOLINT: start page
    if (kaal_ring_many_open(&many, rings, LANES, at, memory->size, sizeof(struct reading),
                            kaal_start->generation) != KAAL_OK) {
        kaal_stop("the ring cannot be opened");
    }
    for (unsigned i = 0; i < LANES; i++) {
        room[i] = kaal_need(KAAL_START_SIGNAL, names[i]);
        kaal_signal(room[i]);
    }
    notified(0);
}
