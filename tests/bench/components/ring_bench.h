// SPDX-License-Identifier: BSD-2-Clause
//
// Messages of 64 bytes through a ring, as components send them: copied in from memory of the
// sender, copied out into memory of the receiver, a signal only when somebody sleeps.
//
//    source: ring_bench_produce(&ring, &to_sink, own, first, 4096, 8);
//    sink:   void notified(seL4_Word bits) { ring_bench_consume(&ring, &to_source, 8, &received); }
//
// Both have opened their side of one ring with slots of RING_BENCH_BYTES, and signalled once.
#pragma once

#include <kaal/ring.h>
#include <kaal/start.h>

#include <sel4/sel4.h>

#include <stdint.h>

enum { RING_BENCH_BYTES = 64 };

struct ring_bench_message {
    uint64_t words[RING_BENCH_BYTES / 8]; // the first one is its number
};

// Sends messages `first` to `first + count - 1`, `batch` in one step. Waits on `own`, the
// component's notification, when the ring is full.
void ring_bench_produce(struct kaal_ring *ring, const struct kaal_start_entry *consumer,
                        seL4_CPtr own, uint64_t first, uint64_t count, uint64_t batch);

// Takes all messages that there are, at most `batch` in one step, and goes to sleep: returns when
// the component is to wait for its notification. *received counts them. Stops the component if one
// has not the number that is its turn.
void ring_bench_consume(struct kaal_ring *ring, const struct kaal_start_entry *producer,
                        uint64_t batch, uint64_t *received);
