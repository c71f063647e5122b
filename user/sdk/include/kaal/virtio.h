// SPDX-License-Identifier: BSD-2-Clause
//
// A virtio device behind memory-mapped registers: virtio 1.2, section 4.2, and the legacy interface
// of section 4.2.4, which older machines offer.
//
//    open ──► (queues) ──► start ──► notify, take ... ──► broken? reset
#pragma once

#include <kaal/driver.h>
#include <kaal/error.h>
#include <kaal/virtq.h>

#include <stddef.h>

// 4.2.2 and, where named so, 4.2.4.
struct kaal_virtio_registers {
    kaal_ro32 magic;
    kaal_ro32 version; // 1: legacy
    kaal_ro32 device_id;
    kaal_ro32 vendor_id;
    kaal_ro32 device_features;
    kaal_wo32 device_features_select;
    uint32_t unused0[2];
    kaal_wo32 driver_features;
    kaal_wo32 driver_features_select;
    kaal_wo32 legacy_page_size;
    uint32_t unused1;
    kaal_wo32 queue_select;
    kaal_ro32 queue_size_max;
    kaal_wo32 queue_size;
    kaal_wo32 legacy_queue_align;
    kaal_rw32 legacy_queue_page;
    kaal_rw32 queue_ready;
    uint32_t unused2[2];
    kaal_wo32 queue_notify;
    uint32_t unused3[3];
    kaal_ro32 interrupt_status;
    kaal_wo32 interrupt_ack;
    uint32_t unused4[2];
    kaal_rw32 status;
    uint32_t unused5[3];
    kaal_wo32 queue_descriptors_low;
    kaal_wo32 queue_descriptors_high;
    uint32_t unused6[2];
    kaal_wo32 queue_available_low;
    kaal_wo32 queue_available_high;
    uint32_t unused7[2];
    kaal_wo32 queue_used_low;
    kaal_wo32 queue_used_high;
    uint32_t unused8[21];
    kaal_ro32 config_generation;
    kaal_ro32 config[64]; // of the device's own, as words
};

enum kaal_virtio_bits {
    KAAL_VIRTIO_MAGIC = 0x74726976, // "virt"

    // 2.1
    KAAL_VIRTIO_ACKNOWLEDGE = 1u << 0,
    KAAL_VIRTIO_DRIVER = 1u << 1,
    KAAL_VIRTIO_DRIVER_OK = 1u << 2,
    KAAL_VIRTIO_FEATURES_OK = 1u << 3,
    KAAL_VIRTIO_NEEDS_RESET = 1u << 6,
    KAAL_VIRTIO_FAILED = 1u << 7,

    KAAL_VIRTIO_POLLS_MAX = 100000, // for a device that never ends its reset
};

#define KAAL_VIRTIO_F_VERSION_1 (UINT64_C(1) << 32) // 6

struct kaal_virtio {
    volatile struct kaal_virtio_registers *regs;
    uint64_t features; // that both sides have
    bool legacy;
};

// Resets the device and agrees on features, of which the driver knows `features`.
// KAAL_ERR_NOTFOUND: there is no device, or one of another kind than `device_id`; KAAL_ERR_DEVICE:
// it does not do what every virtio device does.
enum kaal_err kaal_virtio_open(struct kaal_virtio *virtio, const struct kaal_device *device,
                               uint32_t device_id, uint64_t features);

// Makes queue `index`, of `size` descriptors or of fewer if the device has no more.
enum kaal_err kaal_virtio_queue(struct kaal_virtio *virtio, uint32_t index, uint16_t size,
                                struct kaal_dma *dma, struct kaal_virtq *queue);

// All queues are there: the device may begin.
void kaal_virtio_start(const struct kaal_virtio *virtio);

// Something was added to queue `index`.
void kaal_virtio_notify(const struct kaal_virtio *virtio, uint32_t index);

// To be called for every interrupt, before it is acknowledged and before the queues are looked at.
void kaal_virtio_interrupt(const struct kaal_virtio *virtio);

// 64 bits of the device's own configuration, from byte `offset` (a multiple of 8, up to 248), and
// all of one state.
uint64_t kaal_virtio_config64(const struct kaal_virtio *virtio, unsigned offset);

// Ends everything that the device does, its accesses to memory included. False if it does not end.
bool kaal_virtio_reset(const struct kaal_virtio *virtio);

_Static_assert(offsetof(struct kaal_virtio_registers, queue_notify) == 0x50, "virtio 1.2, 4.2.2");
_Static_assert(offsetof(struct kaal_virtio_registers, interrupt_status) == 0x60, "..");
_Static_assert(offsetof(struct kaal_virtio_registers, status) == 0x70, "..");
_Static_assert(offsetof(struct kaal_virtio_registers, queue_descriptors_low) == 0x80, "..");
_Static_assert(offsetof(struct kaal_virtio_registers, queue_used_high) == 0xa4, "..");
_Static_assert(offsetof(struct kaal_virtio_registers, config) == 0x100, "..");
