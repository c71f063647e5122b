// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/ring.h>

#include <lib/bits.h>

void *kaal_ring_lane(void *memory, size_t *size, unsigned lanes, unsigned lane)
{
    if (lanes == 0 || lanes > KAAL_RING_LANES_MAX || lane >= lanes) {
        return NULL;
    }
    *size = align_down(*size / lanes, KAAL_RING_LINE);
    return (unsigned char *)memory + lane * *size;
}

enum kaal_err kaal_ring_many_open(struct kaal_ring_many *many, struct kaal_ring *rings,
                                  unsigned lanes, void *memory, size_t size, size_t slot_size,
                                  uint64_t generation)
{
    if (lanes == 0 || lanes > KAAL_RING_LANES_MAX) {
        return KAAL_ERR_ARGUMENT;
    }
    for (unsigned i = 0; i < lanes; i++) {
        size_t bytes = size;
        void *lane = kaal_ring_lane(memory, &bytes, lanes, i);
        enum kaal_err err =
            kaal_ring_open(&rings[i], KAAL_RING_CONSUMER, lane, bytes, slot_size, generation);
        if (err != KAAL_OK) {
            return err;
        }
    }
    *many = (struct kaal_ring_many){.lanes = rings, .count = lanes};
    return KAAL_OK;
}

struct kaal_ring *kaal_ring_many_next(struct kaal_ring_many *many)
{
    for (unsigned looked = 0; looked < many->count; looked++) {
        struct kaal_ring *lane = &many->lanes[many->next];
        many->next = many->next + 1 < many->count ? many->next + 1 : 0;
        if (kaal_ring_ready(lane, 1) != 0) {
            return lane;
        }
    }
    return NULL;
}

bool kaal_ring_many_sleep(struct kaal_ring_many *many)
{
    for (unsigned i = 0; i < many->count; i++) {
        if (!kaal_ring_sleep(&many->lanes[i], 1)) {
            return false;
        }
    }
    return true;
}
