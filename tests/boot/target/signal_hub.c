// SPDX-License-Identifier: BSD-2-Clause
//
// Gets more signals than its notification has bits, and counts those of each channel. A source that
// is gone has signalled once over each: the broker did it.

#include "signal_test.h"

#include <kaal/component.h>

#include <lib/bits.h>
#include <lib/mem.h>

enum { SIGNALS_MAX = 1100 };

// An incoming channel, by the order in the start page.
static struct {
    const struct kaal_start_entry *from;
    const struct kaal_start_entry *call; // to who signals
    seL4_Word index;                     // which of that one's channels
    uint64_t delivered;
} channels[SIGNALS_MAX];

static uint32_t channel_count;
static uint32_t by_bit[KAAL_NOTIFY_BITS];

// The channel before it with the same sender; they are few.
static seL4_Word index_of(uint32_t channel)
{
    seL4_Word index = 0;
    for (uint32_t i = 0; i < channel; i++) {
        index += channels[i].call == channels[channel].call;
    }
    return index;
}

static void add(const struct kaal_start_entry *from)
{
    uint32_t i = channel_count++;
    channels[i].from = from;
    channels[i].call = kaal_need(KAAL_START_CALL, from->name);
    channels[i].index = index_of(i);
    if (from->kind == KAAL_START_SIGNALED) {
        by_bit[ctz64(from->value)] = i;
    }
}

void init(void)
{
    for (uint32_t i = 0; i < kaal_start->entry_count && channel_count < SIGNALS_MAX; i++) {
        const struct kaal_start_entry *entry = &kaal_start->entries[i];
        if (entry->kind == KAAL_START_SIGNALED || entry->kind == KAAL_START_GROUPED) {
            add(entry);
        }
    }
}

void notified(seL4_Word bits)
{
    for (; bits != 0; bits &= bits - 1) {
        channels[by_bit[ctz64(bits)]].delivered++;
    }
}

void notified_channel(const struct kaal_start_entry *channel)
{
    for (uint32_t i = 0; i < channel_count; i++) {
        if (channels[i].from == channel) {
            channels[i].delivered++;
        }
    }
}

static enum kaal_err ask(uint32_t channel, seL4_Word what, seL4_Word *answer)
{
    seL4_Word words[KAAL_CALL_WORDS] = {what, channels[channel].index};
    enum kaal_err err = kaal_call_words(channels[channel].call, 0, words, 2, 0);
    *answer = words[0];
    return err;
}

// Another half of them each time.
static void ask_all(seL4_Word round)
{
    seL4_Word answer = 0;
    for (uint32_t i = 0; i < channel_count; i++) {
        if ((i * 2654435761u >> (round & 15u) & 1) != 0) {
            (void)ask(i, SOURCE_SEND, &answer);
        }
    }
}

static seL4_MessageInfo_t total(void)
{
    seL4_Word delivered = 0;
    seL4_Word wrong = 0;
    for (uint32_t i = 0; i < channel_count; i++) {
        seL4_Word sent = 0;
        if (ask(i, SOURCE_SENT, &sent) != KAAL_OK) {
            sent = 1;
        }
        delivered += channels[i].delivered;
        wrong += channels[i].delivered != sent;
        channels[i].delivered = 0;
    }
    seL4_SetMR(0, delivered);
    seL4_SetMR(1, wrong);
    return seL4_MessageInfo_new(KAAL_OK, 0, 0, 2);
}

seL4_MessageInfo_t protected(seL4_Word badge, seL4_MessageInfo_t info)
{
    seL4_Word request = seL4_GetMR(0);
    (void)badge;
    (void)info;
    if (request == HUB_TOTAL) {
        return total();
    }
    ask_all(seL4_GetMR(1));
    if (request == HUB_FALTER) {
        kaal_stop("as the judge asked");
    }
    return seL4_MessageInfo_new(KAAL_OK, 0, 0, 0);
}
