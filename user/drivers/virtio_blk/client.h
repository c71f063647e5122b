// SPDX-License-Identifier: BSD-2-Clause
//
// The driver's side of a client's queue (abi/kaal/block_protocol.h). All that lies in the shared
// memory is input, and may change at any time: each word is read once.
#pragma once

#include <kaal/block_protocol.h>
#include <kaal/error.h>

#include <stdbool.h>
#include <stdint.h>

struct client {
    struct kaal_block_queue *queue;
    uint64_t paddr; // of the region
    uint64_t size;

    // Invariant: completed <= taken, and taken - completed requests are with the device.
    uint64_t taken;
    uint64_t completed;
};

// What the disk is like.
struct client_disk {
    uint64_t sectors;
    bool read_only;
};

// Takes the next request that may go to the device. Those that may not are completed on the way,
// at most KAAL_BLOCK_SLOTS of them. False if there is none, or the client has not yet looked at
// enough of its completions.
bool client_take(struct client *client, const struct client_disk *disk,
                 struct kaal_block_request *request);

// Answers a request that was taken.
void client_complete(struct client *client, uint64_t tag, enum kaal_err err);
