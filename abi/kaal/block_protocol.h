// SPDX-License-Identifier: BSD-2-Clause
//
// The block protocol: sectors of a disk, through memory that a client shares with the driver. The
// device reads and writes the client's memory itself; the driver copies no data.
//
// The region is contiguous, bears the name "block_" and the client's, and has
//
//    +0                     struct kaal_block_queue    requests one way, completions the other
//    +KAAL_BLOCK_DATA       data                       where requests have their bytes
//
//    client  requests[submitted % SLOTS] = ..; submitted++; signal the channel "block"
//    driver  completions[completed % SLOTS] = ..; completed++; signal the channel of the client's
//    name client  ..; seen++
//
// A client has at most SLOTS requests between `submitted` and `seen`; the driver takes no more, and
// answers them in any order. Each side keeps its own counts and believes the other's no further
// than that: they are input, and so is every word of a request.
//
// Before that one call (see protocol.h for its frame) over the channel "block":
//
//    request    arguments    results
//    OPEN       -            MR0 sectors, MR1 enum kaal_block_flag, MR2 bytes of a request at most
#pragma once

#include <kaal/protocol.h>

#include <stdint.h>

enum {
    KAAL_BLOCK_MAJOR = 1,
    KAAL_BLOCK_MINOR = 0,

    KAAL_BLOCK_SECTOR = 512,
    KAAL_BLOCK_SLOTS = 32, // a power of two
    KAAL_BLOCK_DATA = 4096,
    KAAL_BLOCK_BYTES_MAX = 1 << 20, // of one request
};

#define KAAL_BLOCK_REGION "block_" // and the client's name

enum kaal_block_call {
    // Begins anew: the counts are zero, which the client has written. KAAL_ERR_BUSY while requests
    // of
    // an earlier life are with the device; KAAL_ERR_NOTFOUND without region and channel;
    // KAAL_ERR_DEVICE if the device has failed.
    KAAL_BLOCK_OPEN = 1,
};

enum kaal_block_flag {
    KAAL_BLOCK_READ_ONLY = 1u << 0,
};

enum kaal_block_operation {
    KAAL_BLOCK_READ = 1,
    KAAL_BLOCK_WRITE = 2,
    KAAL_BLOCK_FLUSH = 3, // what was completed before is on the disk for good; no bytes
};

struct kaal_block_request {
    uint32_t operation; // enum kaal_block_operation
    uint32_t bytes;     // a multiple of KAAL_BLOCK_SECTOR
    uint64_t sector;    // the first
    uint64_t offset;    // of the bytes in the region, KAAL_BLOCK_DATA or more
    uint64_t tag;       // comes back with the completion
};

struct kaal_block_completion {
    uint64_t tag;
    uint32_t error; // enum kaal_err: ARGUMENT, DENIED (read-only), DEVICE
    uint32_t reserved;
};

struct kaal_block_queue {
    _Alignas(64) uint64_t submitted; // by the client
    uint64_t seen;                   // by the client
    _Alignas(64) uint64_t completed; // by the driver
    _Alignas(64) struct kaal_block_request requests[KAAL_BLOCK_SLOTS];
    struct kaal_block_completion completions[KAAL_BLOCK_SLOTS];
};

#define KAAL_BLOCK_WORD kaal_protocol_word(KAAL_PROTOCOL_BLOCK, KAAL_BLOCK_MAJOR, KAAL_BLOCK_MINOR)

_Static_assert(sizeof(struct kaal_block_request) == 32, "protocol layout");
_Static_assert(sizeof(struct kaal_block_completion) == 16, "protocol layout");
_Static_assert(sizeof(struct kaal_block_queue) <= KAAL_BLOCK_DATA, "the queue lies below the data");
