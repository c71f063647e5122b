// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/block.h>
#include <kaal/component.h>

#include <lib/mem.h>

static enum kaal_err call_open(struct kaal_block *block, seL4_CPtr driver)
{
    seL4_SetMR(0, KAAL_BLOCK_WORD);
    seL4_MessageInfo_t info = seL4_Call(driver, seL4_MessageInfo_new(KAAL_BLOCK_OPEN, 0, 0, 1));
    enum kaal_err err = (enum kaal_err)seL4_MessageInfo_get_label(info);
    if (err == KAAL_OK && seL4_MessageInfo_get_length(info) < 3) {
        return KAAL_ERR_PROTOCOL;
    }
    if (err == KAAL_OK) {
        block->sectors = seL4_GetMR(0);
        block->read_only = (seL4_GetMR(1) & KAAL_BLOCK_READ_ONLY) != 0;
        block->bytes_max = (uint32_t)seL4_GetMR(2);
    }
    return err;
}

enum kaal_err kaal_block_open(struct kaal_block *block)
{
    const struct kaal_start_entry *region = kaal_block_region(kaal_start, kaal_start->name);
    const struct kaal_start_entry *driver = kaal_start_find(kaal_start, KAAL_START_CALL, "block");
    const struct kaal_start_entry *back = kaal_start_find(kaal_start, KAAL_START_SIGNALED, "block");
    *block = (struct kaal_block){
        .channel = kaal_start_find(kaal_start, KAAL_START_SIGNAL, "block"),
    };
    if (region == NULL || driver == NULL || back == NULL || block->channel == NULL) {
        return KAAL_ERR_NOTFOUND;
    }
    block->queue = (struct kaal_block_queue *)region->address;  // NOLINT: start page
    block->data = (uint8_t *)region->address + KAAL_BLOCK_DATA; // NOLINT: start page
    block->data_size = region->size - KAAL_BLOCK_DATA;
    block->bit = back->value;
    memset(block->queue, 0, sizeof(*block->queue));
    return call_open(block, driver->slot);
}

void kaal_block_kick(const struct kaal_block *block)
{
    kaal_signal(block->channel);
}

// For a component with nothing else under way.
static enum kaal_err run(struct kaal_block *block, enum kaal_block_operation operation,
                         uint64_t sector, uint32_t bytes, uint64_t offset)
{
    uint64_t tag = 0;
    enum kaal_err err = KAAL_OK;
    if (!kaal_block_submit(block, operation, sector, bytes, offset, 0)) {
        return KAAL_ERR_BUSY;
    }
    kaal_block_kick(block);
    while (!kaal_block_reap(block, &tag, &err)) {
        (void)kaal_wait_for(block->bit);
    }
    return err;
}

enum kaal_err kaal_block_read(struct kaal_block *block, uint64_t sector, uint32_t bytes,
                              uint64_t offset)
{
    return run(block, KAAL_BLOCK_READ, sector, bytes, offset);
}

enum kaal_err kaal_block_write(struct kaal_block *block, uint64_t sector, uint32_t bytes,
                               uint64_t offset)
{
    return run(block, KAAL_BLOCK_WRITE, sector, bytes, offset);
}

enum kaal_err kaal_block_flush(struct kaal_block *block)
{
    return run(block, KAAL_BLOCK_FLUSH, 0, 0, 0);
}
