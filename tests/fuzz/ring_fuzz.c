// SPDX-License-Identifier: BSD-2-Clause
//
// Whatever a peer writes into a ring and in whatever order a side is used: its slots lie in the
// ring, it never has more of them than there are, what was ready stays ready, and opening again is
// refused or gives a ring of the same kind.
#include "fuzz.h"
#include "lib/bits.h"

#include <kaal/ring.h>

#include <stdlib.h>
#include <string.h>

enum {
    SLOT = 16,
    CAPACITY = 4,
    SLOTS_SIZE = CAPACITY * SLOT,
    BYTES = sizeof(struct kaal_ring_memory) + SLOTS_SIZE,
    STEP = 10, // bytes of input: what, where, and a word
};

// As large as the ring, so that the sanitizer sees an access beyond it.
static struct kaal_ring_memory *memory;

static void must(bool x)
{
    if (!x) {
        abort();
    }
}

static void touch_slots(struct kaal_ring *ring, uint64_t ready)
{
    must(ready <= CAPACITY && kaal_ring_capacity(ring) == CAPACITY);
    for (uint64_t i = 0; i < ready; i++) {
        uint64_t words[SLOT / 8];
        kaal_ring_read(ring, i, words, sizeof(words));
        words[0]++;
        kaal_ring_write(ring, i, words, sizeof(words));
    }
}

// A word that the peer writes: near the truth, where a lie is believed, or anything.
static uint64_t lie(const struct kaal_ring *ring, uint8_t where, uint64_t word)
{
    return (where & 0x80) != 0 ? word : ring->own + (word & 0xf) - CAPACITY;
}

static void step(struct kaal_ring *ring, enum kaal_ring_side side, const uint8_t *at)
{
    uint64_t word = load_le64(at + 2);
    uint64_t before = ring->limit - ring->own;
    uint64_t *words = (uint64_t *)(void *)memory;
    switch (at[0] % 6) {
    case 0:
        words[(at[1] & 0x7f) % (BYTES / sizeof(*words))] = lie(ring, at[1], word);
        break;
    case 1:
        ring->its->count = lie(ring, at[1], word);
        break;
    case 2:
        touch_slots(ring, kaal_ring_ready(ring, word));
        must(ring->limit - ring->own >= before);
        break;
    case 3:
        (void)kaal_ring_advance(ring, kaal_ring_ready(ring, word % (CAPACITY + 1)));
        break;
    case 4:
        if (!kaal_ring_sleep(ring, word)) {
            must(kaal_ring_ready(ring, 1) == 1);
        }
        must(ring->limit - ring->own >= before);
        break;
    default: {
        struct kaal_ring again;
        if (kaal_ring_open(&again, side, memory, BYTES, SLOT, word) == KAAL_OK) {
            *ring = again;
        }
        (void)kaal_ring_peer(ring, word);
        break;
    }
    }
    must(ring->limit - ring->own <= CAPACITY);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) {
        return 0;
    }
    memory = aligned_alloc(KAAL_RING_LINE, BYTES);
    must(memory != NULL);
    memset(memory, 0, BYTES);
    enum kaal_ring_side side = (data[0] & 1) != 0 ? KAAL_RING_CONSUMER : KAAL_RING_PRODUCER;
    struct kaal_ring ring;
    must(kaal_ring_open(&ring, side, memory, BYTES, SLOT, 1) == KAAL_OK);
    for (size_t at = 1; at + STEP <= size; at += STEP) {
        step(&ring, side, data + at);
    }
    free(memory);
    return 0;
}

// Each kind of step once, for each side.
size_t fuzz_seed(unsigned index, uint8_t *out, size_t room)
{
    enum { STEPS = 12 };
    if (index > 1 || room < 1 + STEPS * STEP) {
        return 0;
    }
    memset(out, 0, 1 + STEPS * STEP);
    out[0] = (uint8_t)index;
    for (unsigned i = 0; i < STEPS; i++) {
        out[1 + i * STEP] = (uint8_t)i;
        out[1 + i * STEP + 2] = (uint8_t)(i + 1);
    }
    return 1 + STEPS * STEP;
}
