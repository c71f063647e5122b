// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/ring.h>

#include <lib/bits.h>

bool kaal_ring_open(struct kaal_ring *ring, void *memory, size_t size)
{
    if (size < kaal_ring_bytes(1) || !is_aligned((uintptr_t)memory, KAAL_RING_LINE)) {
        return false;
    }
    uint64_t room = (size - sizeof(struct kaal_ring_memory)) / sizeof(uint64_t);
    ring->memory = memory;
    ring->capacity = UINT64_C(1) << log2_floor(room);
    ring->own = 0;
    return true;
}

// The slot of this side's next item. Accessed atomically, for a peer that breaks the rules may
// write it at the same time.
static uint64_t *slot_of(const struct kaal_ring *ring)
{
    return &ring->memory->items[ring->own & (ring->capacity - 1)];
}

bool kaal_ring_put(struct kaal_ring *ring, uint64_t item)
{
    struct kaal_ring_memory *memory = ring->memory;

    // Acquire: the consumer's reads of a slot come before its count says that the slot is free, and
    // our write to the slot comes after we have read that count.
    uint64_t taken = __atomic_load_n(&memory->taken, __ATOMIC_ACQUIRE);

    // Unsigned difference: right for counts that have wrapped, and for a lying `taken` above our
    // count a huge number, which reads as full.
    if (ring->own - taken >= ring->capacity) {
        return false;
    }
    __atomic_store_n(slot_of(ring), item, __ATOMIC_RELAXED);
    ring->own++;

    // Release: whoever sees the new count sees the item.
    __atomic_store_n(&memory->written, ring->own, __ATOMIC_RELEASE);
    return true;
}

bool kaal_ring_take(struct kaal_ring *ring, uint64_t *item)
{
    struct kaal_ring_memory *memory = ring->memory;

    // Acquire pairs with the producer's release: the item is read after the count that covers it.
    uint64_t written = __atomic_load_n(&memory->written, __ATOMIC_ACQUIRE);
    uint64_t waiting = written - ring->own;
    if (waiting == 0 || waiting > ring->capacity) {
        return false;
    }
    *item = __atomic_load_n(slot_of(ring), __ATOMIC_RELAXED);
    ring->own++;

    // Release: the read above is done before the producer may see the slot as free.
    __atomic_store_n(&memory->taken, ring->own, __ATOMIC_RELEASE);
    return true;
}
