// SPDX-License-Identifier: BSD-2-Clause
//
// A virtio block device (virtio 1.2, section 5.2). It waits for nothing and makes no system call.
//
//    submit ──► chain: header | data | status ──► device ──► interrupt ──► take
//
// The data is where the client has it; header and status of each request lie in the driver's own
// DMA memory.
#pragma once

#include <kaal/block_protocol.h>
#include <kaal/virtio.h>

enum {
    BLK_DEVICE_ID = 2,
    BLK_REQUESTS_MAX = 16, // with the device at a time
    BLK_QUEUE_SIZE = 64,   // descriptors: three for each request

    // Of DMA memory: the queue, whose place is aligned, and a page for headers and status.
    BLK_DMA_BYTES = KAAL_VIRTQ_BYTES + 4096,
};

struct blk_wire; // header and status, in blk.c

struct blk_request {
    bool busy;
    uint64_t cookie;
    uint32_t written_min; // bytes that the device must have written when it is done well
};

struct blk {
    struct kaal_virtio virtio;
    struct kaal_virtq queue;
    uint64_t sectors;
    bool read_only;
    bool can_flush;
    bool failed;           // it is reset and takes no more
    struct blk_wire *wire; // of each request
    uint64_t wire_paddr;
    struct blk_request requests[BLK_REQUESTS_MAX];
    uint8_t request_of[KAAL_VIRTQ_MAX]; // by head of the chain
};

// KAAL_ERR_NOTFOUND: no disk behind this transport.
enum kaal_err blk_open(struct blk *blk, struct kaal_device *device);

// The caller has checked the range. `cookie` comes back when it is done. False if the device has as
// many as it can have, or has failed.
bool blk_submit(struct blk *blk, enum kaal_block_operation operation, uint64_t sector,
                uint64_t paddr, uint32_t bytes, uint64_t cookie);

// Tells the device of what was submitted.
void blk_kick(const struct blk *blk);

// To be called for every interrupt, before it is acknowledged; then blk_take() until it is false.
void blk_interrupt(const struct blk *blk);

// A request that is done. A device that breaks its rules is reset, and all its requests are done
// with KAAL_ERR_DEVICE.
bool blk_take(struct blk *blk, uint64_t *cookie, enum kaal_err *err);
