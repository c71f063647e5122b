// SPDX-License-Identifier: BSD-2-Clause
#include "ring_bench.h"

#include <kaal/component.h>

static struct ring_bench_message message;

void ring_bench_produce(struct kaal_ring *ring, const struct kaal_start_entry *consumer,
                        seL4_CPtr own, uint64_t first, uint64_t count, uint64_t batch)
{
    uint64_t sent = 0;
    while (sent < count) {
        uint64_t left = count - sent;
        uint64_t free = kaal_ring_reserve(ring, left < batch ? left : batch);
        for (uint64_t i = 0; i < free; i++) {
            message.words[0] = first + sent++;
            kaal_ring_write(ring, i, &message, sizeof(message));
        }
        if (free == 0) {
            if (kaal_ring_sleep(ring, kaal_ring_capacity(ring) / 2)) {
                seL4_Wait(own, NULL);
            }
        } else if (kaal_ring_publish(ring, free)) {
            kaal_signal(consumer);
        }
    }
}

void ring_bench_consume(struct kaal_ring *ring, const struct kaal_start_entry *producer,
                        uint64_t batch, uint64_t *received)
{
    do {
        uint64_t ready;
        while ((ready = kaal_ring_peek(ring, batch)) != 0) {
            for (uint64_t i = 0; i < ready; i++) {
                kaal_ring_read(ring, i, &message, sizeof(message));
                if (message.words[0] != *received) {
                    kaal_stop("a message out of order");
                }
                ++*received;
            }
            if (kaal_ring_release(ring, ready)) {
                kaal_signal(producer);
            }
        }
    } while (!kaal_ring_sleep(ring, 1));
}
