// SPDX-License-Identifier: BSD-2-Clause
//
// Both sides do the same: they own the slots from `own` to `limit` and give them away in order. For
// a consumer the limit is the producer's count; for a producer it lies a capacity ahead of the
// consumer's.
//
//    producer     own = published        limit = released + capacity
//    consumer     own = released         limit = published
//
// Invariant R1: limit - own <= capacity. It holds whatever the peer writes.

#include <kaal/ring.h>

#include <kaal/ring_order.h>
#include <lib/bits.h>

#define SHAPE_MAGIC UINT64_C(0x474e495200000000) // "RING"

// Takes note of the peer's count, which was read once. A count that makes no sense changes nothing:
// one that claims more than the capacity (also one far behind, as the difference wraps), or that
// goes back. Slots that were ready once stay ready. Returns how many are.
static uint64_t believe(struct kaal_ring *ring, uint64_t count)
{
    uint64_t before = ring->limit - ring->own;
    uint64_t now = count + ring->lead - ring->own;
    if (now <= before || now > kaal_ring_capacity(ring)) {
        return before;
    }
    ring->limit = ring->own + now;
    return now;
}

uint64_t kaal_ring_ready(struct kaal_ring *ring, uint64_t want)
{
    uint64_t ready = ring->limit - ring->own;
    if (ready < want) {
        ready = believe(ring, count_read(&ring->its->count));
    }
    return ready < want ? ready : want;
}

bool kaal_ring_advance(struct kaal_ring *ring, uint64_t count)
{
    ring->own += count;
    count_publish(&ring->mine->count, ring->own);

    // Is the count that the peer waits for among the last `count`? An earlier one it was told of,
    // or it saw it itself; a later one comes later. So a sleeper is signalled once. A lie costs a
    // signal.
    return ring->own - wake_read(&ring->its->wake) < count;
}

bool kaal_ring_sleep(struct kaal_ring *ring, uint64_t want)
{
    if (want == 0) {
        want = 1;
    }
    if (want > kaal_ring_capacity(ring)) {
        want = kaal_ring_capacity(ring);
    }
    wake_write(&ring->mine->wake, ring->own + want - ring->lead);

    // Noted, not only looked at: after "do not wait" the slots are there for kaal_ring_ready(),
    // even if the peer takes its count back. So a caller's loop around both makes progress in each
    // round.
    return believe(ring, count_recheck(&ring->its->count)) < want;
}

enum kaal_ring_peer_state kaal_ring_peer(struct kaal_ring *ring, uint64_t generation)
{
    uint64_t there = open_read(&ring->its->generation);
    if (there == 0 || there != generation) {
        return KAAL_RING_PEER_ABSENT;
    }
    if (there == ring->peer) {
        return KAAL_RING_PEER_SAME;
    }
    ring->peer = there;
    return KAAL_RING_PEER_NEW;
}

// --- opening -------------------------------------------------------------------------------------

static bool arguments_ok(enum kaal_ring_side side, const void *memory, size_t slot_size,
                         uint64_t generation)
{
    return (side == KAAL_RING_PRODUCER || side == KAAL_RING_CONSUMER) && memory != NULL &&
           is_aligned((uintptr_t)memory, KAAL_RING_LINE) && is_pow2(slot_size) &&
           slot_size >= KAAL_RING_SLOT_MIN && slot_size <= KAAL_RING_SLOT_MAX && generation != 0;
}

// The view of one side, but for the counts, which are still in memory.
static void place(struct kaal_ring *ring, enum kaal_ring_side side, struct kaal_ring_memory *memory,
                  uint64_t slots, size_t slot_size)
{
    uint64_t capacity = UINT64_C(1) << log2_floor(slots);
    bool produces = side == KAAL_RING_PRODUCER;
    ring->mine = produces ? &memory->producer : &memory->consumer;
    ring->its = produces ? &memory->consumer : &memory->producer;
    ring->slots = memory->slots;
    ring->mask = capacity - 1;
    ring->slot_shift = log2_floor(slot_size);
    ring->lead = produces ? capacity : 0;
    ring->peer = 0;
}

enum kaal_err kaal_ring_open(struct kaal_ring *ring, enum kaal_ring_side side, void *memory,
                             size_t size, size_t slot_size, uint64_t generation)
{
    if (!arguments_ok(side, memory, slot_size, generation)) {
        return KAAL_ERR_ARGUMENT;
    }
    if (size < kaal_ring_bytes(1, slot_size)) {
        return KAAL_ERR_MEMORY;
    }
    place(ring, side, memory, (size - sizeof(struct kaal_ring_memory)) / slot_size, slot_size);

    // Where the predecessor stopped. A live peer moves its count meanwhile, but never beyond R1.
    ring->own = open_read(&ring->mine->count);
    ring->limit = count_read(&ring->its->count) + ring->lead;
    if (ring->limit - ring->own > kaal_ring_capacity(ring)) {
        return KAAL_ERR_PROTOCOL;
    }
    uint64_t shape = SHAPE_MAGIC | ring->slot_shift << 8 | log2_floor(kaal_ring_capacity(ring));
    open_write(&ring->mine->shape, shape);
    uint64_t other = open_read(&ring->its->shape);
    if (other != 0 && other != shape) {
        open_write(&ring->mine->shape, 0);
        return KAAL_ERR_VERSION;
    }
    open_write(&ring->mine->generation, generation);
    return KAAL_OK;
}
