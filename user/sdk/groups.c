// SPDX-License-Identifier: BSD-2-Clause
//
// Why no signal is lost, says kaal_signal() (kaal/channel.h). A word is the sender's to write as it
// likes: it is looked at for being zero or not, and what it says concerns its own channel alone.

#include "groups.h"

#include <kaal/component.h>

#include <lib/bits.h>

seL4_Word groups_bits;

static uint16_t first_entry[KAAL_NOTIFY_BITS]; // of each group, by its bit

void groups_open(void)
{
    groups_bits = 0;
    for (uint32_t i = 0; i < kaal_start->entry_count; i++) {
        const struct kaal_start_entry *entry = &kaal_start->entries[i];
        if (entry->kind == KAAL_START_GROUPED && (groups_bits & entry->value) == 0) {
            groups_bits |= entry->value;
            first_entry[ctz64(entry->value)] = (uint16_t)i;
        }
    }
}

// Cleared before it is delivered: what is set from then on is another signal. Acquire pairs with
// the release of kaal_signal(): what the sender did before, is seen. Most words of a group are 0,
// and a look costs less than an exchange.
static bool take(const struct kaal_start_entry *channel)
{
    uint64_t *word = (uint64_t *)channel->word; // NOLINT: an address from the broker
    return __atomic_load_n(word, __ATOMIC_RELAXED) != 0 &&
           __atomic_exchange_n(word, 0, __ATOMIC_ACQUIRE) != 0;
}

static void deliver_group(uint32_t bit)
{
    for (uint32_t i = first_entry[bit]; i < kaal_start->entry_count; i++) {
        const struct kaal_start_entry *entry = &kaal_start->entries[i];
        if (entry->kind != KAAL_START_GROUPED) {
            continue;
        }
        if (entry->value != UINT64_C(1) << bit) {
            return;
        }
        if (take(entry)) {
            notified_channel(entry);
        }
    }
}

void groups_deliver(seL4_Word bits)
{
    for (; bits != 0; bits &= bits - 1) {
        deliver_group(ctz64(bits));
    }
}
