// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/broker_client.h>
#include <kaal/broker_name.h>
#include <kaal/start_page.h>

#include <lib/mem.h>

#include "broker_call.h"
#include "internal.h"

seL4_CPtr kaal_broker_slot(void)
{
    const struct kaal_start_entry *entry = kaal_start_find(kaal_start, KAAL_START_BROKER, NULL);
    return entry == NULL ? seL4_CapNull : entry->slot;
}

// --- errors --------------------------------------------------------------------------------------

static struct {
    enum kaal_err err;
    uint64_t detail;
    char program[96]; // of KAAL_ERR_PROGRAM
} last;

static void keep_detail(enum kaal_err err, unsigned words)
{
    last.err = err;
    last.detail = words > 0 && err != KAAL_ERR_PROGRAM ? seL4_GetMR(0) : 0;
    if (err == KAAL_ERR_PROGRAM) {
        size_t sent = words > 1 ? (words - 1) * sizeof(seL4_Word) : 0;
        size_t length = words > 0 && seL4_GetMR(0) < sent ? seL4_GetMR(0) : sent;
        length = length < sizeof(last.program) ? length : sizeof(last.program) - 1;
        memset(last.program, 0, sizeof(last.program));
        memcpy(last.program, &seL4_GetIPCBuffer()->msg[1], length);
    }
}

uint64_t kaal_broker_last_detail(void)
{
    return last.detail;
}

const char *kaal_broker_last_cause(void)
{
    if (last.err == KAAL_ERR_DENIED) {
        return kaal_rule_name((uint32_t)last.detail);
    }
    return last.err == KAAL_ERR_PROGRAM ? last.program : kaal_strerror(last.err);
}

// --- calls ---------------------------------------------------------------------------------------

enum kaal_err kaal_broker_call(enum kaal_broker_request number, unsigned words, unsigned results)
{
    seL4_CPtr broker = kaal_broker_slot();
    if (broker == seL4_CapNull) {
        keep_detail(KAAL_ERR_NOTFOUND, 0);
        return KAAL_ERR_NOTFOUND;
    }
    seL4_SetMR(0, KAAL_BROKER_WORD);
    seL4_MessageInfo_t info = seL4_Call(broker, seL4_MessageInfo_new(number, 0, 0, words));
    enum kaal_err err = (enum kaal_err)seL4_MessageInfo_get_label(info);
    unsigned answered = (unsigned)seL4_MessageInfo_get_length(info);
    if (err == KAAL_OK && answered < results) {
        err = KAAL_ERR_PROTOCOL;
        answered = 0;
    }
    if (err != KAAL_OK) {
        keep_detail(err, answered);
    }
    return err;
}

unsigned kaal_broker_put(unsigned at, const void *from, size_t size)
{
    unsigned words = kaal_broker_words(size);
    if (words > 0) {
        seL4_SetMR((int)(at + words - 1), 0);
    }
    memcpy(&seL4_GetIPCBuffer()->msg[at], from, size);
    return at + words;
}

void kaal_broker_take(unsigned at, void *to, size_t size)
{
    memcpy(to, &seL4_GetIPCBuffer()->msg[at], size);
}

enum kaal_err kaal_broker_call_word(enum kaal_broker_request number, uint64_t word)
{
    seL4_SetMR(1, word);
    return kaal_broker_call(number, 2, 0);
}

// --- memory and devices --------------------------------------------------------------------------

enum kaal_err kaal_memory_get(size_t size, uint32_t how, struct kaal_memory_grant *memory)
{
    seL4_SetMR(1, size);
    seL4_SetMR(2, how);
    enum kaal_err err = kaal_broker_call(KAAL_BROKER_MEMORY, 3, 4);
    if (err == KAAL_OK) {
        *memory = (struct kaal_memory_grant){
            .address = (void *)seL4_GetMR(0), // NOLINT: an address from the broker
            .size = seL4_GetMR(1),
            .grant = seL4_GetMR(2),
            .paddr = seL4_GetMR(3),
        };
    }
    return err;
}

enum kaal_err kaal_dma_get(size_t size, struct kaal_memory_grant *memory)
{
    return kaal_memory_get(size, KAAL_RIGHT_READ | KAAL_RIGHT_WRITE | KAAL_MEMORY_DMA, memory);
}

enum kaal_err kaal_memory_release(struct kaal_memory_grant *memory)
{
    enum kaal_err err = kaal_grant_release(memory->grant);
    if (err == KAAL_OK) {
        *memory = (struct kaal_memory_grant){0};
    }
    return err;
}

enum kaal_err kaal_device_get(enum kaal_device_match match, const char *text,
                              struct kaal_device_grant *device)
{
    size_t length = strnlen(text, KAAL_BROKER_TEXT_MAX);
    seL4_SetMR(1, match);
    seL4_SetMR(2, length);
    unsigned words = kaal_broker_put(3, text, length);
    enum kaal_err err =
        kaal_broker_call(KAAL_BROKER_DEVICE, words, 1 + kaal_broker_words(sizeof(device->info)));
    if (err == KAAL_OK) {
        device->grant = seL4_GetMR(0);
        kaal_broker_take(1, &device->info, sizeof(device->info));
    }
    return err;
}

enum kaal_err kaal_device_release(struct kaal_device_grant *device)
{
    enum kaal_err err = kaal_grant_release(device->grant);
    if (err == KAAL_OK) {
        *device = (struct kaal_device_grant){0};
    }
    return err;
}

// --- channels ------------------------------------------------------------------------------------

enum kaal_err kaal_channel_new(uint64_t badge, struct kaal_channel *channel)
{
    seL4_SetMR(1, badge);
    enum kaal_err err = kaal_broker_call(KAAL_BROKER_CHANNEL, 2, 3);
    if (err == KAAL_OK) {
        *channel = (struct kaal_channel){
            .wait = seL4_GetMR(0), .signal = seL4_GetMR(1), .grant = seL4_GetMR(2)};
    }
    return err;
}

enum kaal_err kaal_channel_release(struct kaal_channel *channel)
{
    enum kaal_err err = kaal_grant_release(channel->grant);
    if (err == KAAL_OK) {
        *channel = (struct kaal_channel){0};
    }
    return err;
}

enum kaal_err kaal_connect(uint64_t component, enum kaal_connect how, struct kaal_peer *peer)
{
    seL4_SetMR(1, component);
    seL4_SetMR(2, how);
    enum kaal_err err = kaal_broker_call(KAAL_BROKER_CONNECT, 3, 2);
    if (err == KAAL_OK) {
        *peer = (struct kaal_peer){
            .grant = seL4_GetMR(0), .slot = seL4_GetMR(1), .component = component};
    }
    return err;
}

enum kaal_err kaal_publish(const char *name)
{
    size_t size = strnlen(name, KAAL_BROKER_TEXT_MAX);
    return kaal_broker_call(KAAL_BROKER_PUBLISH, kaal_broker_put(1, name, size), 0);
}

enum kaal_err kaal_lookup(const char *name, enum kaal_lookup how, struct kaal_peer *peer)
{
    size_t size = strnlen(name, KAAL_BROKER_TEXT_MAX);
    seL4_SetMR(1, how);
    enum kaal_err err = kaal_broker_call(KAAL_BROKER_LOOKUP, kaal_broker_put(2, name, size), 3);
    if (err == KAAL_OK) {
        *peer = (struct kaal_peer){
            .grant = seL4_GetMR(0), .slot = seL4_GetMR(1), .component = seL4_GetMR(2)};
    }
    return err;
}

// --- grants --------------------------------------------------------------------------------------

enum kaal_err kaal_grant_give(uint64_t grant, uint64_t component, uint32_t rights,
                              struct kaal_gift *gift)
{
    seL4_SetMR(1, grant);
    seL4_SetMR(2, component);
    seL4_SetMR(3, rights);
    enum kaal_err err = kaal_broker_call(KAAL_BROKER_GIVE, 4, 2);
    if (err == KAAL_OK && gift != NULL) {
        *gift = (struct kaal_gift){.grant = seL4_GetMR(0), .at = seL4_GetMR(1)};
    }
    return err;
}

static enum kaal_err revoke(uint64_t grant, uint64_t *taken)
{
    seL4_SetMR(1, grant);
    enum kaal_err err = kaal_broker_call(KAAL_BROKER_REVOKE, 2, 1);
    if (err == KAAL_OK && taken != NULL) {
        *taken = seL4_GetMR(0);
    }
    return err;
}

enum kaal_err kaal_grant_revoke(uint64_t grant, uint64_t *taken)
{
    // In the protocol 0 means all: whoever has no grant does not mean that.
    if (grant == 0) {
        keep_detail(KAAL_ERR_NOTFOUND, 0);
        return KAAL_ERR_NOTFOUND;
    }
    return revoke(grant, taken);
}

enum kaal_err kaal_grant_revoke_all(uint64_t *taken)
{
    return revoke(0, taken);
}

enum kaal_err kaal_grant_release(uint64_t grant)
{
    return kaal_broker_call_word(KAAL_BROKER_RELEASE, grant);
}
