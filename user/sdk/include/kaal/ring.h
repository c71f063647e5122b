// SPDX-License-Identifier: BSD-2-Clause
//
// A lock-free queue of words between two components, in memory that both have mapped: one writes,
// one reads.
//
//    header   | written | pad | taken | pad |        counts, never wrapped to the capacity
//    items    |.....|#####|##|..............|        item of count n lies at n mod capacity
//                   taken    written
//
// Each side owns one count and only reads the other's. The peer may be faulty or hostile, so its
// count is input: a reader believes at most `capacity` items, a writer never more free space than
// `capacity`, and every index is reduced before use. A peer that lies gets or gives wrong items;
// it cannot make this side leave the ring. Capacity and addresses are this side's own.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { KAAL_RING_LINE = 64 }; // bytes of a cache line, so that the two counts do not share one

struct kaal_ring_memory {
    _Alignas(KAAL_RING_LINE) uint64_t written; // by the producer
    _Alignas(KAAL_RING_LINE) uint64_t taken;   // by the consumer
    _Alignas(KAAL_RING_LINE) uint64_t items[];
};

// One side's view.
struct kaal_ring {
    struct kaal_ring_memory *memory;
    uint64_t capacity; // items, a power of two
    uint64_t own;      // this side's count
};

// Bytes of memory for a ring of that many items.
static inline size_t kaal_ring_bytes(uint64_t capacity)
{
    return sizeof(struct kaal_ring_memory) + capacity * sizeof(uint64_t);
}

// The largest ring that fits in `size` bytes of zeroed memory, seen by one side. False if not
// even one item fits or the address is not aligned.
bool kaal_ring_open(struct kaal_ring *ring, void *memory, size_t size);

// Producer: false if the ring is full.
bool kaal_ring_put(struct kaal_ring *ring, uint64_t item);

// Consumer: false if the ring is empty, or the peer's count makes no sense.
bool kaal_ring_take(struct kaal_ring *ring, uint64_t *item);
