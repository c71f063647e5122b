// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/broker.h>
#include <kaal/broker_client.h>
#include <kaal/start_page.h>

#include <lib/mem.h>

#include "internal.h"

seL4_CPtr kaal_broker_slot(void)
{
    const struct kaal_start_entry *entry = kaal_start_find(kaal_start, KAAL_START_BROKER, NULL);
    return entry == NULL ? seL4_CapNull : entry->slot;
}

// One request of `words` words, the protocol word included, which this function sets.
static enum kaal_err request(enum kaal_broker_request number, unsigned words, unsigned *results)
{
    seL4_CPtr broker = kaal_broker_slot();
    if (broker == seL4_CapNull) {
        return KAAL_ERR_NOTFOUND;
    }
    seL4_SetMR(0, KAAL_BROKER_WORD);
    seL4_MessageInfo_t info = seL4_Call(broker, seL4_MessageInfo_new(number, 0, 0, words));
    if (results != NULL) {
        *results = (unsigned)seL4_MessageInfo_get_length(info);
    }
    return (enum kaal_err)seL4_MessageInfo_get_label(info);
}

enum kaal_err kaal_broker_memory(size_t size, uint32_t rights, void **address)
{
    unsigned results = 0;
    seL4_SetMR(1, size);
    seL4_SetMR(2, rights);
    enum kaal_err err = request(KAAL_BROKER_MEMORY, 3, &results);
    if (err != KAAL_OK) {
        return err;
    }
    if (results < 2) {
        return KAAL_ERR_PROTOCOL;
    }
    *address = (void *)seL4_GetMR(0); // NOLINT: an address from the broker
    return KAAL_OK;
}

enum kaal_err kaal_broker_channel(uint64_t badge, seL4_CPtr *wait, seL4_CPtr *signal)
{
    unsigned results = 0;
    seL4_SetMR(1, badge);
    enum kaal_err err = request(KAAL_BROKER_CHANNEL, 2, &results);
    if (err != KAAL_OK) {
        return err;
    }
    if (results < 2) {
        return KAAL_ERR_PROTOCOL;
    }
    *wait = seL4_GetMR(0);
    *signal = seL4_GetMR(1);
    return KAAL_OK;
}

enum kaal_err kaal_broker_started(void)
{
    return request(KAAL_BROKER_STARTED, 1, NULL);
}

enum kaal_err kaal_alive(void)
{
    return request(KAAL_BROKER_ALIVE, 1, NULL);
}

void kaal_broker_stop(int64_t status, const char *reason)
{
    size_t length = strnlen(reason, KAAL_BROKER_TEXT_MAX);
    seL4_SetMR(1, length);
    seL4_SetMR(2, (seL4_Word)status);
    kaal_message_put_text(3, reason, length);
    (void)request(KAAL_BROKER_STOP, 3 + kaal_text_words(length), NULL);
}

const char *kaal_strerror(enum kaal_err err)
{
    static const char *const texts[] = {
        [KAAL_OK] = "no error",
        [KAAL_ERR_PROTOCOL] = "not a message of this protocol",
        [KAAL_ERR_VERSION] = "version not spoken",
        [KAAL_ERR_REQUEST] = "unknown request",
        [KAAL_ERR_ARGUMENT] = "argument out of range",
        [KAAL_ERR_MEMORY] = "out of memory",
        [KAAL_ERR_SLOTS] = "out of capability slots",
        [KAAL_ERR_DENIED] = "not allowed by the description or a quota",
        [KAAL_ERR_NOTFOUND] = "not found",
        [KAAL_ERR_KERNEL] = "refused by the kernel",
        [KAAL_ERR_BUSY] = "busy",
        [KAAL_ERR_STALE] = "names something that is no more",
        [KAAL_ERR_DEAD] = "the peer has died",
        [KAAL_ERR_STATE] = "not in this state",
        [KAAL_ERR_AGAIN] = "too many wait for this",
        [KAAL_ERR_EXISTS] = "the name is taken",
        [KAAL_ERR_PROGRAM] = "not a program that can be started",
        [KAAL_ERR_DEVICE] = "a device failed",
    };
    bool known = (size_t)err < sizeof(texts) / sizeof(texts[0]) && texts[err] != NULL;
    return known ? texts[err] : "unknown error";
}
