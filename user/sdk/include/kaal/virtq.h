// SPDX-License-Identifier: BSD-2-Clause
//
// A ring of DMA descriptors that a device works through: the split virtqueue of virtio 1.2, section
// 2.7, in DMA memory.
//
//    descriptors   | addr len flags next | ...        what a buffer is; chains by `next`
//    available     flags, idx | head | head | ...     driver: these chains are for you
//    used          flags, idx | head, length | ...    device: these are done
//
// What the device writes is input. The driver keeps its own record of which chains are with the
// device and never reads one back, so a device that lies makes the queue `broken`, which ends its
// use, and nothing else.
#pragma once

#include <kaal/dma.h>

#include <stdbool.h>
#include <stdint.h>

enum {
    KAAL_VIRTQ_MAX = 64,         // descriptors of a queue, a power of two
    KAAL_VIRTQ_ALIGN = 4096,     // of the used ring, as the legacy layout has it
    KAAL_VIRTQ_BYTES = 2 * 4096, // of DMA memory for a queue
};

struct kaal_virtq_descriptor; // in virtq.c
struct kaal_virtq_available;
struct kaal_virtq_used;

// A part of a chain, by its physical address.
struct kaal_virtq_buffer {
    uint64_t paddr;
    uint32_t length;
    bool device_writes; // else it reads; those that it writes come last
};

struct kaal_virtq {
    struct kaal_virtq_descriptor *descriptors;
    struct kaal_virtq_available *available;
    struct kaal_virtq_used *used;
    uint64_t descriptors_paddr;
    uint64_t available_paddr;
    uint64_t used_paddr;
    uint16_t size; // descriptors, a power of two
    bool broken;

    // The driver's own record.
    // Invariant: the free descriptors are a list from `first_free`, `free_count` long; each other
    // one is in the chain of exactly one head, which has lengths[head] != 0.
    uint16_t next[KAAL_VIRTQ_MAX];    // in the free list, or in the chain
    uint16_t lengths[KAAL_VIRTQ_MAX]; // descriptors of the chain with this head; 0: no head
    uint32_t room[KAAL_VIRTQ_MAX];    // bytes that the device may write, by head
    uint16_t first_free;
    uint16_t free_count;
    uint16_t outstanding; // chains with the device
    uint16_t available_count;
    uint16_t used_count;
};

// A queue of `size` descriptors, a power of two up to KAAL_VIRTQ_MAX. False if the DMA memory does
// not suffice.
bool kaal_virtq_open(struct kaal_virtq *queue, uint16_t size, struct kaal_dma *dma);

// Hands a chain of `count` buffers to the device; `head` names it until it is taken back. False if
// there are not so many free descriptors. The device has to be told (kaal_virtio_notify()).
bool kaal_virtq_add(struct kaal_virtq *queue, const struct kaal_virtq_buffer *buffers,
                    uint16_t count, uint16_t *head);

// Takes a chain back that the device has done; `written`: bytes that it says to have written, never
// more than the chain had room for. False if there is none.
bool kaal_virtq_take(struct kaal_virtq *queue, uint16_t *head, uint32_t *written);
