// SPDX-License-Identifier: BSD-2-Clause
//
// A disk (abi/kaal/block_protocol.h) for a component whose description gives it
//
//    a channel "block" to call, one of kind notify to signal, both to the driver, the domain
//    "block" a channel of kind notify from the driver with the component's name a contiguous region
//    "block_" and the component's name, for both
//
//    struct kaal_block disk;
//    if (kaal_block_open(&disk) == KAAL_OK) {
//        memcpy(disk.data, text, 512);
//        kaal_block_write(&disk, 7, 512, 0);      // sector 7 from data + 0
//        kaal_block_flush(&disk);
//    }
#pragma once

#include <kaal/block_protocol.h>
#include <kaal/error.h>
#include <kaal/start_page.h>

#include <stdbool.h>
#include <stdint.h>

struct kaal_block {
    uint64_t sectors;
    uint8_t *data; // what requests read and write, by offset
    uint64_t data_size;
    uint32_t bytes_max; // of a request
    bool read_only;

    uint64_t bit; // of the driver's signals
    const struct kaal_start_entry *channel;
    struct kaal_block_queue *queue;
    uint64_t submitted; // own counts
    uint64_t seen;
};

// KAAL_ERR_BUSY: requests of an earlier life of this component are with the device; try again.
enum kaal_err kaal_block_open(struct kaal_block *block);

// The region that a start page has of this client; both sides look for it. NULL if there is none
// that can hold a request.
const struct kaal_start_entry *kaal_block_region(const struct kaal_start *start,
                                                 const char *client);

// One request, and its answer, for which it waits as long as the device takes; who needs a limit
// submits, sets a timer, and waits for both. Signals of others that come meanwhile go to notified()
// later. `offset` counts from `data`.
enum kaal_err kaal_block_read(struct kaal_block *block, uint64_t sector, uint32_t bytes,
                              uint64_t offset);
enum kaal_err kaal_block_write(struct kaal_block *block, uint64_t sector, uint32_t bytes,
                               uint64_t offset);
enum kaal_err kaal_block_flush(struct kaal_block *block);

// --- many at once ----------------------------------------------------------------------------

// Puts a request into the queue. False if KAAL_BLOCK_SLOTS are under way.
bool kaal_block_submit(struct kaal_block *block, enum kaal_block_operation operation,
                       uint64_t sector, uint32_t bytes, uint64_t offset, uint64_t tag);

// Tells the driver, once for all that were submitted.
void kaal_block_kick(const struct kaal_block *block);

// The next completion, false if there is none yet: it comes with a signal of `bit`.
bool kaal_block_reap(struct kaal_block *block, uint64_t *tag, enum kaal_err *err);
