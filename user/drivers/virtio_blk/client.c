// SPDX-License-Identifier: BSD-2-Clause

#include "client.h"

#include <lib/bits.h>

#include <stddef.h>

static void read_request(struct client *client, struct kaal_block_request *request)
{
    const struct kaal_block_request *from =
        &client->queue->requests[client->taken % KAAL_BLOCK_SLOTS];
    request->operation = __atomic_load_n(&from->operation, __ATOMIC_RELAXED);
    request->bytes = __atomic_load_n(&from->bytes, __ATOMIC_RELAXED);
    request->sector = __atomic_load_n(&from->sector, __ATOMIC_RELAXED);
    request->offset = __atomic_load_n(&from->offset, __ATOMIC_RELAXED);
    request->tag = __atomic_load_n(&from->tag, __ATOMIC_RELAXED);
}

static enum kaal_err judge(const struct client *client, const struct client_disk *disk,
                           const struct kaal_block_request *request)
{
    if (request->operation == KAAL_BLOCK_FLUSH) {
        return request->bytes == 0 ? KAAL_OK : KAAL_ERR_ARGUMENT;
    }
    if (request->operation != KAAL_BLOCK_READ && request->operation != KAAL_BLOCK_WRITE) {
        return KAAL_ERR_ARGUMENT;
    }
    if (request->bytes == 0 || request->bytes > KAAL_BLOCK_BYTES_MAX ||
        request->bytes % KAAL_BLOCK_SECTOR != 0 || request->offset < KAAL_BLOCK_DATA ||
        !range_fits(request->offset, request->bytes, client->size) ||
        !range_fits(request->sector, request->bytes / KAAL_BLOCK_SECTOR, disk->sectors)) {
        return KAAL_ERR_ARGUMENT;
    }
    bool denied = disk->read_only && request->operation == KAAL_BLOCK_WRITE;
    return denied ? KAAL_ERR_DENIED : KAAL_OK;
}

// Is there room for the completion of one more request? A count of the client that is not between
// the completions that it could have seen gives none.
static bool room(const struct client *client)
{
    uint64_t seen = __atomic_load_n(&client->queue->seen, __ATOMIC_RELAXED);
    return client->completed - seen <= KAAL_BLOCK_SLOTS && client->taken - seen < KAAL_BLOCK_SLOTS;
}

bool client_take(struct client *client, const struct client_disk *disk,
                 struct kaal_block_request *request)
{
    for (uint32_t i = 0; i < KAAL_BLOCK_SLOTS && room(client); i++) {
        uint64_t submitted = __atomic_load_n(&client->queue->submitted, __ATOMIC_ACQUIRE);
        if (submitted == client->taken || submitted - client->taken > KAAL_BLOCK_SLOTS) {
            return false;
        }
        read_request(client, request);
        client->taken++;
        enum kaal_err err = judge(client, disk, request);
        if (err == KAAL_OK) {
            return true;
        }
        client_complete(client, request->tag, err);
    }
    return false;
}

void client_complete(struct client *client, uint64_t tag, enum kaal_err err)
{
    struct kaal_block_completion *to =
        &client->queue->completions[client->completed % KAAL_BLOCK_SLOTS];
    __atomic_store_n(&to->tag, tag, __ATOMIC_RELAXED);
    __atomic_store_n(&to->error, (uint32_t)err, __ATOMIC_RELAXED);
    client->completed++;
    __atomic_store_n(&client->queue->completed, client->completed, __ATOMIC_RELEASE);
}
