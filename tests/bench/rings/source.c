// SPDX-License-Identifier: BSD-2-Clause
//
// Sends the messages of each row, and goes on with the next when the sink has them all. With a
// signal from "high_sink" it waits for that before it begins.

#include "rows.h"

#include <kaal/component.h>

static struct kaal_ring ring;

static void wait_for_go(seL4_CPtr own)
{
    const struct kaal_start_entry *go =
        kaal_start_find(kaal_start, KAAL_START_SIGNALED, "high_sink");
    seL4_Word bits = 0;
    while (go != NULL && (bits & go->value) == 0) {
        seL4_Wait(own, &bits);
    }
}

void init(void)
{
    const struct kaal_start_entry *sink = kaal_need(KAAL_START_SIGNAL, "messages");
    seL4_CPtr own = kaal_need(KAAL_START_NOTIFICATION, NULL)->slot;
    volatile struct marks *marks = rows_marks();
    rows_open(&ring, KAAL_RING_PRODUCER);
    counter_open();
    kaal_signal(sink);
    wait_for_go(own);
    for (unsigned row = 0; row < ROWS; row++) {
        while (marks->finished != row) {
            seL4_Wait(own, NULL);
        }
        marks->begins = counter();
        ring_bench_produce(&ring, sink, own, (uint64_t)row * MESSAGES, MESSAGES, batches[row]);
    }
}
