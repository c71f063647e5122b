// SPDX-License-Identifier: BSD-2-Clause
//
// Fills a ring with numbered items, for ever. The number of the next one survives: what
// kaal_ring_publish() has taken must arrive, for nobody puts it in once more.

#include "storm_part.h"

#include <kaal/ring.h>

static volatile struct storm_part *me;
static struct kaal_ring ring;
static const struct kaal_start_entry *items;

static bool put(void)
{
    uint64_t free = kaal_ring_reserve(&ring, STORM_BATCH);
    for (uint64_t i = 0; i < free; i++) {
        uint64_t number = me->next + i;
        struct storm_item item = {number, storm_check(number)};
        kaal_ring_write(&ring, i, &item, sizeof(item));
    }
    storm_place(me);
    bool sleeps = free != 0 && kaal_ring_publish(&ring, free);
    me->next += free;
    storm_place(me);
    if (sleeps) {
        kaal_signal(items);
    }
    me->work += free;
    return free != 0;
}

void notified(seL4_Word bits)
{
    (void)bits;
    me->deaths +=
        kaal_ring_peer(&ring, *(volatile const uint64_t *)&items->value) == KAAL_RING_PEER_NEW;
    do {
        while (put()) {
        }
    } while (!kaal_ring_sleep(&ring, kaal_ring_capacity(&ring) / 2));
}

void init(void)
{
    me = storm_me();
    const struct kaal_start_entry *memory = storm_ring();
    items = kaal_need(KAAL_START_SIGNAL, "items");
    if (kaal_ring_open(&ring, KAAL_RING_PRODUCER, (void *)memory->address, memory->size, // NOLINT
                       sizeof(struct storm_item), kaal_start->generation) != KAAL_OK) {
        me->wrong++;
        kaal_stop("the ring cannot be opened");
    }
    kaal_signal(items);
    notified(0);
}
