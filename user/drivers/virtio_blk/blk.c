// SPDX-License-Identifier: BSD-2-Clause

#include "blk.h"

// 5.2.3
#define BLK_F_RO    (UINT64_C(1) << 5)
#define BLK_F_FLUSH (UINT64_C(1) << 9)

// 5.2.6
enum {
    TYPE_IN = 0,
    TYPE_OUT = 1,
    TYPE_FLUSH = 4,

    STATUS_OK = 0,
    STATUS_NONE = 0xff, // no status of virtio's: the device has not written it

    HEADER_BYTES = 16,
    QUEUE = 0,
};

struct blk_wire {
    uint32_t type;
    uint32_t reserved;
    uint64_t sector;
    uint8_t status;
    uint8_t unused[15];
};

_Static_assert(sizeof(struct blk_wire) == 32, "virtio 1.2, 5.2.6");
_Static_assert(BLK_REQUESTS_MAX * 3 <= BLK_QUEUE_SIZE, "every request finds descriptors");
_Static_assert(BLK_REQUESTS_MAX * sizeof(struct blk_wire) <= 4096, "BLK_DMA_BYTES");

enum kaal_err blk_open(struct blk *blk, struct kaal_device *device)
{
    *blk = (struct blk){0};
    enum kaal_err err =
        kaal_virtio_open(&blk->virtio, device, BLK_DEVICE_ID, BLK_F_RO | BLK_F_FLUSH);
    if (err == KAAL_OK) {
        err = kaal_virtio_queue(&blk->virtio, QUEUE, BLK_QUEUE_SIZE, &device->dma, &blk->queue);
    }
    if (err != KAAL_OK) {
        return err;
    }
    blk->wire = kaal_dma_take(&device->dma, BLK_REQUESTS_MAX * sizeof(struct blk_wire), 32,
                              &blk->wire_paddr);
    if (blk->wire == NULL) {
        return KAAL_ERR_MEMORY;
    }
    blk->read_only = (blk->virtio.features & BLK_F_RO) != 0;
    blk->can_flush = (blk->virtio.features & BLK_F_FLUSH) != 0;
    kaal_virtio_start(&blk->virtio);
    blk->sectors = kaal_virtio_config64(&blk->virtio, 0);
    return KAAL_OK;
}

static uint32_t free_request(const struct blk *blk)
{
    uint32_t i = 0;
    while (i < BLK_REQUESTS_MAX && blk->requests[i].busy) {
        i++;
    }
    return i;
}

static uint32_t type_of(enum kaal_block_operation operation)
{
    if (operation == KAAL_BLOCK_FLUSH) {
        return TYPE_FLUSH;
    }
    return operation == KAAL_BLOCK_READ ? TYPE_IN : TYPE_OUT;
}

bool blk_submit(struct blk *blk, enum kaal_block_operation operation, uint64_t sector,
                uint64_t paddr, uint32_t bytes, uint64_t cookie)
{
    uint32_t index = free_request(blk);
    if (blk->failed || index == BLK_REQUESTS_MAX) {
        return false;
    }
    bool reads = operation == KAAL_BLOCK_READ;
    uint64_t wire_paddr = blk->wire_paddr + index * sizeof(struct blk_wire);
    struct kaal_virtq_buffer parts[3] = {{.paddr = wire_paddr, .length = HEADER_BYTES}};
    uint16_t count = 1;
    if (bytes > 0) {
        parts[count++] =
            (struct kaal_virtq_buffer){.paddr = paddr, .length = bytes, .device_writes = reads};
    }
    parts[count++] = (struct kaal_virtq_buffer){
        .paddr = wire_paddr + HEADER_BYTES, .length = 1, .device_writes = true};
    blk->wire[index] = (struct blk_wire){
        .type = type_of(operation),
        .sector = sector,
        .status = STATUS_NONE,
    };
    uint16_t head = 0;
    if (!kaal_virtq_add(&blk->queue, parts, count, &head)) {
        return false;
    }
    blk->request_of[head] = (uint8_t)index;
    blk->requests[index] = (struct blk_request){
        .busy = true,
        .cookie = cookie,
        .written_min = reads ? bytes + 1 : 1,
    };
    return true;
}

void blk_kick(const struct blk *blk)
{
    if (!blk->failed) {
        kaal_virtio_notify(&blk->virtio, QUEUE);
    }
}

void blk_interrupt(const struct blk *blk)
{
    kaal_virtio_interrupt(&blk->virtio);
}

// Any of those that a failed device will not answer.
static bool take_lost(struct blk *blk, uint64_t *cookie, enum kaal_err *err)
{
    for (uint32_t i = 0; i < BLK_REQUESTS_MAX; i++) {
        if (blk->requests[i].busy) {
            blk->requests[i].busy = false;
            *cookie = blk->requests[i].cookie;
            *err = KAAL_ERR_DEVICE;
            return true;
        }
    }
    return false;
}

bool blk_take(struct blk *blk, uint64_t *cookie, enum kaal_err *err)
{
    uint16_t head = 0;
    uint32_t written = 0;
    if (!blk->failed && kaal_virtq_take(&blk->queue, &head, &written)) {
        uint32_t index = blk->request_of[head];
        struct blk_request *request = &blk->requests[index];
        uint8_t status = __atomic_load_n(&blk->wire[index].status, __ATOMIC_RELAXED);
        // Less than all of it: what the client would read is not what is on the disk.
        bool good = status == STATUS_OK && written >= request->written_min;
        request->busy = false;
        *cookie = request->cookie;
        *err = good ? KAAL_OK : KAAL_ERR_DEVICE;
        return true;
    }
    if (blk->queue.broken && !blk->failed) {
        blk->failed = true;
        (void)kaal_virtio_reset(&blk->virtio);
    }
    return blk->failed && take_lost(blk, cookie, err);
}
