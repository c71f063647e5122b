// SPDX-License-Identifier: BSD-2-Clause
//
// A queue of fixed-size slots in memory that two components share: one produces, the other
// consumes. docs/rings.md tells how to use it and what it guarantees.
//
//      0  producer: count             items published, since ever
//     64  producer: wake, shape, generation
//    128  consumer: count             items released, since ever
//    192  consumer: wake, shape, generation
//    256  slots  |.......|#########|#########|..............|     item n lies in slot n mod
//    capacity
//                     released   being read,       being written,
//                                published         free
//
// Each side writes its own half alone and only reads the other's. Nothing is ever read, changed and
// written back, so no operation waits for the peer: each takes a bounded number of steps.
//
// The peer may be faulty or hostile: what it writes is input. Its count is read once, and believed
// only if it goes forward and claims no more than `capacity`; where this side is it keeps for
// itself; every index is reduced to the capacity before use. A peer that lies gives or gets wrong
// items, or none.
//
// Zeroed memory is an empty ring. Counts wrap at 2^64.
#pragma once

#include <kaal/error.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    KAAL_RING_LINE = 64,    // bytes of a cache line: what one side writes often lies in its own
    KAAL_RING_SLOT_MIN = 8, // bytes of a slot
    KAAL_RING_SLOT_MAX = 0x10000,
    KAAL_RING_LANES_MAX = 64, // producers of a ring of many
};

enum kaal_ring_side {
    KAAL_RING_PRODUCER,
    KAAL_RING_CONSUMER,
};

// In shared memory: what one side writes.
struct kaal_ring_half {
    _Alignas(KAAL_RING_LINE) uint64_t count; // items that it has published, or released
    _Alignas(KAAL_RING_LINE) uint64_t wake;  // the peer's count at which it wants to be told
    uint64_t shape;                          // slot size and capacity as it sees them, 0: not open
    uint64_t generation;                     // of the component that opened it last
};

struct kaal_ring_memory {
    struct kaal_ring_half producer;
    struct kaal_ring_half consumer;
    _Alignas(KAAL_RING_LINE) unsigned char slots[];
};

_Static_assert(sizeof(struct kaal_ring_half) == 2ul * KAAL_RING_LINE, "ring layout");
_Static_assert(sizeof(struct kaal_ring_memory) == 4ul * KAAL_RING_LINE, "ring layout");

// One side's view, in memory of its own. Its fields are the library's.
struct kaal_ring {
    struct kaal_ring_half *mine;
    struct kaal_ring_half *its; // the peer's
    unsigned char *slots;
    uint64_t mask;       // capacity - 1
    uint64_t slot_shift; // log2 of the slot size
    uint64_t own;        // this side's count
    uint64_t limit;      // slots before this count are this side's, as far as it has looked
    uint64_t lead;       // limit - the peer's count: the capacity for a producer, 0 for a consumer
    uint64_t peer;       // generation of the peer, as last told
};

// --- opening -------------------------------------------------------------------------------------

// Bytes of memory for a ring of `capacity` slots of `slot_size` bytes, both powers of two.
static inline size_t kaal_ring_bytes(uint64_t capacity, size_t slot_size)
{
    return sizeof(struct kaal_ring_memory) + capacity * slot_size;
}

// Opens one side of the ring in the `size` bytes at `memory`, which is zeroed or holds this ring
// from before, is aligned to KAAL_RING_LINE, and stays mapped and the caller's as long as the ring
// is used. The capacity is the largest power of two that fits. `slot_size` is a power of two from
// KAAL_RING_SLOT_MIN to KAAL_RING_SLOT_MAX. `generation` is this component's own (kaal_start), not
// 0.
//
// Who opens a ring again, after a restart, goes on where its predecessor stopped: what that had
// published stays published, what it had released stays released; slots that it had reserved or
// peeked at only, it gets again. It may have died just before it told the peer of its last step.
// Therefore: after opening, signal the peer once.
//
// KAAL_ERR_ARGUMENT  a parameter is out of its range
// KAAL_ERR_MEMORY    not even one slot fits
// KAAL_ERR_VERSION   the peer has opened it with another slot size or capacity
// KAAL_ERR_PROTOCOL  the counts in memory make no sense: it was not zeroed, or somebody wrote there
enum kaal_err kaal_ring_open(struct kaal_ring *ring, enum kaal_ring_side side, void *memory,
                             size_t size, size_t slot_size, uint64_t generation);

// Slots of the ring.
static inline uint64_t kaal_ring_capacity(const struct kaal_ring *ring)
{
    return ring->mask + 1;
}

// Items that this side has published, or released, since the ring was new: by its predecessors too,
// so that who comes back knows where to go on.
static inline uint64_t kaal_ring_count(const struct kaal_ring *ring)
{
    return ring->own;
}

// --- passing items -------------------------------------------------------------------------------

// How many slots from this side's count on are this side's: free ones for a producer, published
// ones for a consumer; at most `want`. They stay so until kaal_ring_advance().
uint64_t kaal_ring_ready(struct kaal_ring *ring, uint64_t want);

// Gives the first `count` of those slots to the peer, in one step. `count` is at most what
// kaal_ring_ready() returned. True: the peer sleeps and waits for this; signal it.
bool kaal_ring_advance(struct kaal_ring *ring, uint64_t count);

// Producer: how many slots, at most `want`, may be written now. 0: the ring is full.
static inline uint64_t kaal_ring_reserve(struct kaal_ring *ring, uint64_t want)
{
    return kaal_ring_ready(ring, want);
}

// Producer: the first `count` reserved slots are items from now on; the others may be reserved
// again. True: the consumer is to be signalled.
static inline bool kaal_ring_publish(struct kaal_ring *ring, uint64_t count)
{
    return kaal_ring_advance(ring, count);
}

// Consumer: how many items, at most `want`, may be read now. 0: the ring is empty.
static inline uint64_t kaal_ring_peek(struct kaal_ring *ring, uint64_t want)
{
    return kaal_ring_ready(ring, want);
}

// Consumer: the first `count` items that were peeked at are done with; their slots are the
// producer's again. True: the producer is to be signalled.
static inline bool kaal_ring_release(struct kaal_ring *ring, uint64_t count)
{
    return kaal_ring_advance(ring, count);
}

// The slot number `i` of those reserved or peeked at, i below their number. It is shared memory,
// aligned to the smaller of slot size and KAAL_RING_LINE, and the caller's until it is published or
// released. A peer that breaks the rules may change it meanwhile: take a copy of what you decide
// by.
static inline void *kaal_ring_slot(const struct kaal_ring *ring, uint64_t i)
{
    return ring->slots + (((ring->own + i) & ring->mask) << ring->slot_shift);
}

// By words that are known to be aligned, four at a time, so that a copy of constant size is a few
// instructions also for compilers that may not access what is not aligned.
static inline void kaal_ring_copy(void *to, const void *from, size_t bytes)
{
    typedef uint64_t __attribute__((may_alias)) word;
    word *t = to;
    const word *f = from;
    size_t words = bytes / sizeof(word);
    size_t i = 0;
    for (; i + 4 <= words; i += 4) {
        uint64_t w[] = {f[i], f[i + 1], f[i + 2], f[i + 3]};
        t[i] = w[0];
        t[i + 1] = w[1];
        t[i + 2] = w[2];
        t[i + 3] = w[3];
    }
    for (; i < words; i++) {
        t[i] = f[i];
    }
}

// Copies `bytes`, at most the slot size, into that slot, or out of it. What is copied out is the
// caller's and read once: the compiler must not go back to the slot for it. `item` is aligned to 8
// bytes, and `bytes` a multiple of 8.
static inline void kaal_ring_write(const struct kaal_ring *ring, uint64_t i, const void *item,
                                   size_t bytes)
{
    kaal_ring_copy(kaal_ring_slot(ring, i), item, bytes);
}

static inline void kaal_ring_read(const struct kaal_ring *ring, uint64_t i, void *item,
                                  size_t bytes)
{
    kaal_ring_copy(item, kaal_ring_slot(ring, i), bytes);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
}

// --- waiting -------------------------------------------------------------------------------------

// "I want to wait until `want` slots are ready" (1 to capacity; others are taken for the nearest).
// True: they are not, and the peer will signal when they are; wait for the notification. False:
// they are there now; do not wait. A signal may come without need, so look again after each.
bool kaal_ring_sleep(struct kaal_ring *ring, uint64_t want);

// --- the peer ------------------------------------------------------------------------------------

enum kaal_ring_peer_state {
    KAAL_RING_PEER_ABSENT, // has not opened the ring, or has died since and not opened it again
    KAAL_RING_PEER_SAME,   // as at the last call
    KAAL_RING_PEER_NEW,    // another one than at the last call: it has been started or restarted
};

// What has become of the peer? `generation` is what the broker says of it: `value` of the SIGNAL or
// CALL entry of the channel to it, in the start page.
enum kaal_ring_peer_state kaal_ring_peer(struct kaal_ring *ring, uint64_t generation);

// --- many producers, one consumer
// ------------------------------------------------------------------
//
//    | lane 0 | lane 1 | lane 2 | ...      each a ring of one producer
//
// The order of items is kept for each producer. Between producers the consumer goes round, so that
// who sends much does not keep the others waiting; and a producer that stops anywhere, for ever,
// holds up nobody, for there is nothing that it could hold.

// The lane number `lane` of `lanes` in the `*size` bytes at `memory`: returns where it lies and
// sets *size to its bytes. A producer opens it as a ring of its own. 1 <= lanes <=
// KAAL_RING_LANES_MAX, lane < lanes; else NULL.
void *kaal_ring_lane(void *memory, size_t *size, unsigned lanes, unsigned lane);

// The consumer's end.
struct kaal_ring_many {
    struct kaal_ring *lanes;
    unsigned count;
    unsigned next; // where to look first
};

// Opens the consumer's side of all lanes. `rings` is an array of `lanes` elements, the caller's,
// used as long as `many` is; rings that the caller has opened itself, in memory of their own for
// each producer, may be put into *many in its stead. Errors as of kaal_ring_open().
enum kaal_err kaal_ring_many_open(struct kaal_ring_many *many, struct kaal_ring *rings,
                                  unsigned lanes, void *memory, size_t size, size_t slot_size,
                                  uint64_t generation);

// The next lane that has an item, NULL if none has. Peek, read and release there, a few items each
// time; `lane - many->lanes` tells whose they are.
struct kaal_ring *kaal_ring_many_next(struct kaal_ring_many *many);

// As kaal_ring_sleep() for one item of any lane. Takes a time that grows with the number of lanes.
bool kaal_ring_many_sleep(struct kaal_ring_many *many);
