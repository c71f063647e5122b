// SPDX-License-Identifier: BSD-2-Clause
//
// The client's side of the queue, and the name of its region.

#include <kaal/block.h>

#include <lib/mem.h>

const struct kaal_start_entry *kaal_block_region(const struct kaal_start *start, const char *client)
{
    char name[KAAL_NAME_SIZE] = KAAL_BLOCK_REGION;
    size_t used = strlen(name);
    size_t length = strnlen(client, KAAL_NAME_SIZE);
    // Cut to fit, it could be the name of another client's.
    if (used + length >= sizeof(name)) {
        return NULL;
    }
    memcpy(&name[used], client, length);
    const struct kaal_start_entry *region = kaal_start_find(start, KAAL_START_DMA, name);
    return region != NULL && region->size > KAAL_BLOCK_DATA ? region : NULL;
}

bool kaal_block_submit(struct kaal_block *block, enum kaal_block_operation operation,
                       uint64_t sector, uint32_t bytes, uint64_t offset, uint64_t tag)
{
    if (block->submitted - block->seen >= KAAL_BLOCK_SLOTS) {
        return false;
    }
    block->queue->requests[block->submitted % KAAL_BLOCK_SLOTS] = (struct kaal_block_request){
        .operation = operation,
        .bytes = bytes,
        .sector = sector,
        .offset = KAAL_BLOCK_DATA + offset,
        .tag = tag,
    };
    block->submitted++;
    // Release: the request, and the data that it writes, before the count that says so.
    __atomic_store_n(&block->queue->submitted, block->submitted, __ATOMIC_RELEASE);
    return true;
}

bool kaal_block_reap(struct kaal_block *block, uint64_t *tag, enum kaal_err *err)
{
    // Acquire: the completion, and the data that came with it, after the count.
    uint64_t completed = __atomic_load_n(&block->queue->completed, __ATOMIC_ACQUIRE);
    if (completed == block->seen || completed - block->seen > block->submitted - block->seen) {
        return false;
    }
    const struct kaal_block_completion *completion =
        &block->queue->completions[block->seen % KAAL_BLOCK_SLOTS];
    *tag = completion->tag;
    *err = (enum kaal_err)completion->error;
    block->seen++;
    __atomic_store_n(&block->queue->seen, block->seen, __ATOMIC_RELEASE);
    return true;
}
