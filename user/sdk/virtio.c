// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/virtio.h>

enum {
    LEGACY_VERSION = 1,
    VERSION = 2,
    CONFIG_TRIES_MAX = 16,
};

static void add_status(const struct kaal_virtio *virtio, uint32_t bits)
{
    kaal_write(&virtio->regs->status, kaal_read(&virtio->regs->status) | bits);
}

bool kaal_virtio_reset(const struct kaal_virtio *virtio)
{
    kaal_write(&virtio->regs->status, 0);
    for (uint32_t polls = 0; kaal_read(&virtio->regs->status) != 0; polls++) {
        if (polls == KAAL_VIRTIO_POLLS_MAX) {
            return false;
        }
    }
    return true;
}

static uint64_t device_features(const struct kaal_virtio *virtio)
{
    kaal_write(&virtio->regs->device_features_select, 1);
    uint64_t high = kaal_read(&virtio->regs->device_features);
    kaal_write(&virtio->regs->device_features_select, 0);
    return high << 32 | kaal_read(&virtio->regs->device_features);
}

// Section 3.1.1, steps 4 to 6; the legacy interface has no step to agree.
static bool agree(struct kaal_virtio *virtio, uint64_t features)
{
    volatile struct kaal_virtio_registers *regs = virtio->regs;
    uint64_t offered = device_features(virtio);
    if (!virtio->legacy) {
        features |= KAAL_VIRTIO_F_VERSION_1;
        if ((offered & KAAL_VIRTIO_F_VERSION_1) == 0) {
            return false;
        }
    }
    virtio->features = offered & features;
    kaal_write(&regs->driver_features_select, 1);
    kaal_write(&regs->driver_features, (uint32_t)(virtio->features >> 32));
    kaal_write(&regs->driver_features_select, 0);
    kaal_write(&regs->driver_features, (uint32_t)virtio->features);
    if (virtio->legacy) {
        kaal_write(&regs->legacy_page_size, KAAL_VIRTQ_ALIGN);
        return true;
    }
    add_status(virtio, KAAL_VIRTIO_FEATURES_OK);
    return (kaal_read(&regs->status) & KAAL_VIRTIO_FEATURES_OK) != 0;
}

static enum kaal_err fail(const struct kaal_virtio *virtio)
{
    add_status(virtio, KAAL_VIRTIO_FAILED);
    return KAAL_ERR_DEVICE;
}

enum kaal_err kaal_virtio_open(struct kaal_virtio *virtio, const struct kaal_device *device,
                               uint32_t device_id, uint64_t features)
{
    *virtio = (struct kaal_virtio){.regs = device->registers[0].at};
    uint32_t version = kaal_read(&virtio->regs->version);
    if (kaal_read(&virtio->regs->magic) != KAAL_VIRTIO_MAGIC ||
        (version != LEGACY_VERSION && version != VERSION) ||
        kaal_read(&virtio->regs->device_id) != device_id) {
        return KAAL_ERR_NOTFOUND;
    }
    virtio->legacy = version == LEGACY_VERSION;
    if (!kaal_virtio_reset(virtio)) {
        return fail(virtio);
    }
    add_status(virtio, KAAL_VIRTIO_ACKNOWLEDGE);
    add_status(virtio, KAAL_VIRTIO_DRIVER);
    return agree(virtio, features) ? KAAL_OK : fail(virtio);
}

static void tell_queue(const struct kaal_virtio *virtio, const struct kaal_virtq *queue)
{
    volatile struct kaal_virtio_registers *regs = virtio->regs;
    kaal_write(&regs->queue_size, queue->size);
    if (virtio->legacy) {
        kaal_write(&regs->legacy_queue_align, KAAL_VIRTQ_ALIGN);
        kaal_write(&regs->legacy_queue_page,
                   (uint32_t)(queue->descriptors_paddr / KAAL_VIRTQ_ALIGN));
        return;
    }
    kaal_write(&regs->queue_descriptors_low, (uint32_t)queue->descriptors_paddr);
    kaal_write(&regs->queue_descriptors_high, (uint32_t)(queue->descriptors_paddr >> 32));
    kaal_write(&regs->queue_available_low, (uint32_t)queue->available_paddr);
    kaal_write(&regs->queue_available_high, (uint32_t)(queue->available_paddr >> 32));
    kaal_write(&regs->queue_used_low, (uint32_t)queue->used_paddr);
    kaal_write(&regs->queue_used_high, (uint32_t)(queue->used_paddr >> 32));
    kaal_write(&regs->queue_ready, 1);
}

enum kaal_err kaal_virtio_queue(struct kaal_virtio *virtio, uint32_t index, uint16_t size,
                                struct kaal_dma *dma, struct kaal_virtq *queue)
{
    kaal_write(&virtio->regs->queue_select, index);
    uint32_t most = kaal_read(&virtio->regs->queue_size_max);
    while (size > most && size > 1) {
        size /= 2;
    }
    if (size > most) {
        return fail(virtio); // there is no such queue
    }
    if (!kaal_virtq_open(queue, size, dma)) {
        return KAAL_ERR_MEMORY;
    }
    tell_queue(virtio, queue);
    return KAAL_OK;
}

void kaal_virtio_start(const struct kaal_virtio *virtio)
{
    add_status(virtio, KAAL_VIRTIO_DRIVER_OK);
}

void kaal_virtio_notify(const struct kaal_virtio *virtio, uint32_t index)
{
    kaal_write(&virtio->regs->queue_notify, index);
}

void kaal_virtio_interrupt(const struct kaal_virtio *virtio)
{
    kaal_write(&virtio->regs->interrupt_ack, kaal_read(&virtio->regs->interrupt_status));
}

// 2.5.1: the generation tells whether the two halves belong together. The legacy interface has none
// and reads it as constant.
uint64_t kaal_virtio_config64(const struct kaal_virtio *virtio, unsigned offset)
{
    const volatile kaal_ro32 *words = &virtio->regs->config[offset / 4];
    uint64_t value = 0;
    for (uint32_t i = 0; i < CONFIG_TRIES_MAX; i++) {
        uint32_t before = kaal_read(&virtio->regs->config_generation);
        value = kaal_read(&words[0]) | (uint64_t)kaal_read(&words[1]) << 32;
        if (virtio->legacy || kaal_read(&virtio->regs->config_generation) == before) {
            break;
        }
    }
    return value;
}
