// SPDX-License-Identifier: BSD-2-Clause
//
// Notify channels beyond the bits of their receiver. The first in file order have a bit each, as
// all have where there are not too many; the others are in groups of KAAL_GROUP_CHANNELS, each of
// which has a bit (sysdesc/groups.c draws them). What tells the channels of a group apart is a word
// for each, in a region for each pair of a sender and a receiver, which those two map:
//
//    a ──►  words of a's channels to hub     mapped by a and hub
//    b ──►  words of b's channels to hub     mapped by b and hub
#include "planner.h"

#include "tool/arena.h"

#include "lib/bits.h"

#include <kaal/layout.h>

#include <stdio.h>
#include <stdlib.h>

// Receiving ends.
struct receiver {
    uint64_t channels; // that may be in groups
    uint64_t apart;    // channels that may not
    uint64_t others;   // bits for interrupts and what is watched
    uint64_t direct;   // of the channels: that have a bit each
    uint64_t seen;     // of the channels, in file order
};

// A channel that is in a group.
struct member {
    uint32_t channel;
    uint32_t from;
    uint32_t to;
};

struct members {
    struct member *items;
    size_t count;
};

// --- bits --------------------------------------------------------------------------------------

static uint32_t irq_count(const struct sd_device *device)
{
    return device->interrupts.given ? (uint32_t)device->interrupts.value : 1;
}

static struct receiver *count_signals(const struct planner *p)
{
    const struct system *s = p->system;
    struct receiver *all = arena_alloc(p->arena, s->pd_count * sizeof(*all));
    for (size_t i = 0; i < s->channel_count; i++) {
        const struct sd_channel *ch = &s->channels[i];
        bool may_group = system_may_group(s, ch);
        all[ch->to].channels += may_group;
        all[ch->to].apart += !may_group && !ch->is_call;
    }
    for (size_t i = 0; i < s->device_count; i++) {
        all[s->devices[i].pd].others += irq_count(&s->devices[i]);
    }
    for (size_t i = 0; i < s->pd_count; i++) {
        all[i].others += s->pds[i].policy.watches.count;
    }
    return all;
}

// The groups' bits are above those of channels, which come first, and below all others.
static void share_bits(struct receiver *r, struct wants *wants)
{
    wants->groups = system_groups(r->channels, r->apart + r->others);
    r->direct = r->channels;
    if (wants->groups != 0) {
        r->direct = KAAL_NOTIFY_BITS - r->apart - r->others - wants->groups;
    }
    wants->first_group = (uint32_t)(r->direct + r->apart);
}

static void join_group(struct planner *p, struct receiver *r, struct members *members,
                       uint32_t channel)
{
    const struct sd_channel *ch = &p->system->channels[channel];
    uint64_t place = r->seen++;
    if (place < r->direct) {
        return;
    }
    p->grouped[channel].in_group = 1 + (uint32_t)((place - r->direct) / KAAL_GROUP_CHANNELS);
    members->items[members->count++] =
        (struct member){channel, (uint32_t)ch->from, (uint32_t)ch->to};
}

static struct members find_members(struct planner *p)
{
    const struct system *s = p->system;
    struct receiver *receivers = count_signals(p);
    struct members members = {
        .items = arena_alloc(p->arena, (s->channel_count + 1) * sizeof(*members.items))};
    for (size_t i = 0; i < s->pd_count; i++) {
        share_bits(&receivers[i], &p->wants[i]);
    }
    for (uint32_t i = 0; i < s->channel_count; i++) {
        if (system_may_group(s, &s->channels[i])) {
            join_group(p, &receivers[s->channels[i].to], &members, i);
        }
    }
    return members;
}

// --- words -------------------------------------------------------------------------------------

static int by_pair(const void *a, const void *b)
{
    const struct member *left = a;
    const struct member *right = b;
    const uint32_t keys[][2] = {
        {left->to, right->to}, {left->from, right->from}, {left->channel, right->channel}};
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (keys[i][0] != keys[i][1]) {
            return keys[i][0] < keys[i][1] ? -1 : 1;
        }
    }
    return 0;
}

// How many of the first belong to one pair.
static size_t pair_length(const struct member *members, size_t count)
{
    size_t length = 1;
    while (length < count && members[length].to == members->to &&
           members[length].from == members->from) {
        length++;
    }
    return length;
}

// Number of the first word of what is mapped there.
static uint32_t first_word(struct planner *p, uint64_t vaddr)
{
    uint64_t number = (vaddr - KAAL_LAYOUT_MAP_START) / sizeof(uint64_t) + 1;
    if (number > UINT32_MAX) {
        diag_error(p->diag, place_start(p->system->file),
                   "no addresses are left for the words of channels; give regions lower ones");
    }
    return (uint32_t)number;
}

static uint32_t map_words(struct planner *p, uint32_t pd, size_t region)
{
    struct kaal_plan_map map = {
        .pd = pd,
        .source = KAAL_MAP_REGION,
        .object = (uint32_t)region,
        .rights = KAAL_RIGHT_READ | KAAL_RIGHT_WRITE,
        .cached = 1,
        .vaddr = plan_next_address(p, pd, p->plan->regions[region].size, SD_PAGE),
    };
    plan_add_map(p, p->plan->regions[region].name, map);
    return first_word(p, map.vaddr);
}

// No region of a description has a space in its name.
static void name_words(struct kaal_plan_region *region, size_t pair)
{
    (void)snprintf(region->name, sizeof(region->name), "signals %zu", pair);
}

static void add_words(struct planner *p, size_t pair, const struct member *members, size_t count)
{
    struct kaal_plan_region *region = &p->plan->regions[p->plan->region_count];
    region->size = align_up(count * sizeof(uint64_t), SD_PAGE);
    region->page_bits = log2_floor(SD_PAGE);
    region->flags = KAAL_REGION_WORDS;
    region->file = KAAL_NONE;
    name_words(region, pair);
    uint32_t at_sender = map_words(p, members->from, p->plan->region_count);
    uint32_t at_receiver = map_words(p, members->to, p->plan->region_count);
    for (uint32_t i = 0; i < count; i++) {
        p->grouped[members[i].channel].from_word = at_sender + i;
        p->grouped[members[i].channel].to_word = at_receiver + i;
    }
    p->plan->region_count++;
}

void plan_groups(struct planner *p)
{
    p->grouped = arena_alloc(p->arena, (p->system->channel_count + 1) * sizeof(*p->grouped));
    struct members members = find_members(p);
    qsort(members.items, members.count, sizeof(*members.items), by_pair);
    for (size_t i = 0, pair = 0; i < members.count; pair++) {
        size_t length = pair_length(&members.items[i], members.count - i);
        p->plan->pds[members.items[i].to].flags |= KAAL_PD_GROUPS;
        add_words(p, pair, &members.items[i], length);
        i += length;
    }
}
