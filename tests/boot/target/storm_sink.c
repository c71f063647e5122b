// SPDX-License-Identifier: BSD-2-Clause
//
// Takes numbered items out of a ring: each at least once, none left out. What was taken or put in
// at the last moment of a life comes again.

#include "storm_part.h"

#include <kaal/ring.h>

static volatile struct storm_part *me;
static struct kaal_ring ring;
static const struct kaal_start_entry *room;

static void judge_item(uint64_t i)
{
    struct storm_item item;
    kaal_ring_read(&ring, i, &item, sizeof(item));
    if (item.number > me->next || item.check != storm_check(item.number)) {
        me->wrong++;
    } else if (item.number == me->next) {
        me->next++;
        me->work++;
    }
}

static bool take(void)
{
    uint64_t ready = kaal_ring_peek(&ring, STORM_BATCH);
    for (uint64_t i = 0; i < ready; i++) {
        judge_item(i);
    }
    storm_place(me);
    if (ready != 0 && kaal_ring_release(&ring, ready)) {
        storm_place(me);
        kaal_signal(room);
    }
    return ready != 0;
}

void notified(seL4_Word bits)
{
    (void)bits;
    me->deaths +=
        kaal_ring_peer(&ring, *(volatile const uint64_t *)&room->value) == KAAL_RING_PEER_NEW;
    do {
        while (take()) {
        }
    } while (!kaal_ring_sleep(&ring, 1));
}

void init(void)
{
    me = storm_me();
    const struct kaal_start_entry *memory = storm_ring();
    room = kaal_need(KAAL_START_SIGNAL, "room");
    if (kaal_ring_open(&ring, KAAL_RING_CONSUMER, (void *)memory->address, memory->size, // NOLINT
                       sizeof(struct storm_item), kaal_start->generation) != KAAL_OK) {
        me->wrong++;
        kaal_stop("the ring cannot be opened");
    }
    kaal_signal(room);
    notified(0);
}
