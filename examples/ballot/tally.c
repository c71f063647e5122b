// SPDX-License-Identifier: BSD-2-Clause
//
// Is signalled over two channels by each voter, more than its notification has bits, and reports
// who said yes. In its first life it breaks down halfway.
//
//    v00 yes, v01 yes, ...   the first have bits of their own: notified()
//    ... v62 no, v63 no      the others are in groups: notified_channel()

#include "ballot.h"

#include <kaal/component.h>

#include <lib/mem.h>

static uint64_t voted; // a bit for each voter
static uint64_t yes;
static uint32_t with_bit; // channels
static uint32_t grouped;

static bool is_vote(const struct kaal_start_entry *entry)
{
    return entry->kind == KAAL_START_SIGNALED || entry->kind == KAAL_START_GROUPED;
}

// Of the two channels of a voter `yes` is the first, as in the description.
static bool is_yes(const struct kaal_start_entry *channel)
{
    const struct kaal_start_entry *entry = kaal_start->entries;
    while (!is_vote(entry) || strcmp(entry->name, channel->name) != 0) {
        entry++;
    }
    return entry == channel;
}

static void report_all(void)
{
    struct kaal_report report;
    kaal_report_begin(&report, "counted");
    kaal_report_u64(&report, "with_bit", with_bit);
    kaal_report_u64(&report, "grouped", grouped);
    kaal_report_hex(&report, "yes", yes);
    kaal_report_end(&report);
}

static void take(const struct kaal_start_entry *channel)
{
    uint64_t voter = UINT64_C(1) << ballot_number(channel->name);
    if ((voted & voter) != 0) {
        return; // one that voted in both lives
    }
    voted |= voter;
    yes |= is_yes(channel) ? voter : 0;
    // Two voters that are half of all apart: when they vote in order, 33 have.
    if (kaal_start->generation == 1 && (voted & voted >> VOTERS / 2) != 0) {
        kaal_stop("lost count");
    }
    if (voted == UINT64_MAX) {
        report_all();
    }
}

void notified(seL4_Word bits)
{
    for (uint32_t i = 0; i < kaal_start->entry_count; i++) {
        const struct kaal_start_entry *entry = &kaal_start->entries[i];
        if (entry->kind == KAAL_START_SIGNALED && (entry->value & bits) != 0) {
            take(entry);
        }
    }
}

void notified_channel(const struct kaal_start_entry *channel)
{
    take(channel);
}

void init(void)
{
    for (uint32_t i = 0; i < kaal_start->entry_count; i++) {
        with_bit += kaal_start->entries[i].kind == KAAL_START_SIGNALED;
        grouped += kaal_start->entries[i].kind == KAAL_START_GROUPED;
    }
}
