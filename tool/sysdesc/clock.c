// SPDX-License-Identifier: BSD-2-Clause
//
// `clock = true` of [system] stands for the statements that docs/system.md, "Time", has: the clock,
// its page, and the alarm of the broker. What is written is kept, what is missing added:
//
//   [protection_domains.clock]       begins first
//   [memory_regions.time]            clock: rw, broker: r, and whoever is written
//   [memory_regions.alarm_broker]    clock: rw, broker: rw
//   [[channels]] alarm_broker        from the clock to the broker
#include "checker.h"

#include <kaal/time_page.h>

#include <string.h>

// What a tick costs fits the budget well; the least budget would be used up on the way in.
enum { CLOCK_BUDGET_US = 100, CLOCK_PERIOD_US = 1000 };

static struct sd_number number_at(struct place at, int64_t value)
{
    return (struct sd_number){.value = value, .given = true, .at = at};
}

// --- adding ------------------------------------------------------------------------------------

static void add_domain(struct checker *c, struct place at)
{
    struct system *s = c->system;
    if (system_find_pd(s, KAAL_TIME_CLOCK) != SYSTEM_NONE) {
        return;
    }
    s->pds = arena_grow(c->arena, s->pds, s->pd_count, &s->pd_capacity, sizeof(*s->pds));
    s->pds[s->pd_count++] = (struct sd_pd){
        .name = sd_text_at(at, KAAL_TIME_CLOCK),
        .image = sd_text_at(at, "clock.elf"),
        .args = sd_text_at(at, "tick=1000"),
        .priority = number_at(at, KAAL_PRIORITY_MAX),
        .budget = number_at(at, CLOCK_BUDGET_US),
        .period = number_at(at, CLOCK_PERIOD_US),
        .role = KAAL_ROLE_COMPONENT,
        .parent = SYSTEM_NONE,
    };
}

static void begin_with_clock(struct checker *c, struct place at)
{
    struct sd_texts *order = &c->system->start_order;
    for (size_t i = 0; i < order->count; i++) {
        if (strcmp(order->items[i].text, KAAL_TIME_CLOCK) == 0) {
            return;
        }
    }
    order->items =
        arena_grow(c->arena, order->items, order->count, &order->capacity, sizeof(*order->items));
    memmove(order->items + 1, order->items, order->count * sizeof(*order->items));
    order->items[0] = sd_text_at(at, KAAL_TIME_CLOCK);
    order->count++;
}

static struct sd_region *need_region(struct checker *c, struct place at, const char *name)
{
    struct system *s = c->system;
    size_t found = system_find_region(s, name);
    if (found != SYSTEM_NONE) {
        return &s->regions[found];
    }
    s->regions =
        arena_grow(c->arena, s->regions, s->region_count, &s->region_capacity, sizeof(*s->regions));
    struct sd_region *region = &s->regions[s->region_count++];
    *region = (struct sd_region){.name = sd_text_at(at, name), .size = number_at(at, SD_PAGE)};
    return region;
}

static void need_map(struct checker *c, struct place at, struct sd_region *region, const char *pd,
                     const char *rights)
{
    for (size_t i = 0; i < region->map_count; i++) {
        const struct sd_text *name = &region->maps[i].pd_name;
        if (name->text != NULL && strcmp(name->text, pd) == 0) {
            return;
        }
    }
    region->maps = arena_grow(c->arena, region->maps, region->map_count, &region->map_capacity,
                              sizeof(*region->maps));
    region->maps[region->map_count++] = (struct sd_map){
        .at = at,
        .pd_name = sd_text_at(at, pd),
        .rights_name = sd_text_at(at, rights),
        .pd = SYSTEM_NONE,
    };
}

static void need_channel(struct checker *c, struct place at, const char *broker)
{
    struct system *s = c->system;
    for (size_t i = 0; i < s->channel_count; i++) {
        const struct sd_text *name = &s->channels[i].name;
        if (name->text != NULL && strcmp(name->text, KAAL_TIME_BROKER) == 0) {
            return;
        }
    }
    s->channels = arena_grow(c->arena, s->channels, s->channel_count, &s->channel_capacity,
                             sizeof(*s->channels));
    s->channels[s->channel_count++] = (struct sd_channel){
        .at = at,
        .name = sd_text_at(at, KAAL_TIME_BROKER),
        .from_name = sd_text_at(at, KAAL_TIME_CLOCK),
        .to_name = sd_text_at(at, broker),
        .kind_name = sd_text_at(at, "notify"),
        .from = SYSTEM_NONE,
        .to = SYSTEM_NONE,
    };
}

void add_clock(struct checker *c)
{
    struct place at = c->system->clock.at;
    if (!c->system->clock.value || c->system->broker == SYSTEM_NONE) {
        return;
    }
    const char *broker = c->system->pds[c->system->broker].name.text;
    add_domain(c, at);
    begin_with_clock(c, at);
    struct sd_region *time = need_region(c, at, KAAL_TIME_REGION);
    need_map(c, at, time, KAAL_TIME_CLOCK, "rw");
    need_map(c, at, time, broker, "r");
    struct sd_region *alarm = need_region(c, at, KAAL_TIME_BROKER);
    need_map(c, at, alarm, KAAL_TIME_CLOCK, "rw");
    need_map(c, at, alarm, broker, "rw");
    need_channel(c, at, broker);
}

// --- finding -----------------------------------------------------------------------------------

static bool sees(const struct system *s, size_t pd, const char *name, uint32_t rights)
{
    size_t region = system_find_region(s, name);
    for (size_t i = 0; region != SYSTEM_NONE && i < s->regions[region].map_count; i++) {
        const struct sd_map *map = &s->regions[region].maps[i];
        if (map->pd == pd && (map->rights & rights) == rights) {
            return true;
        }
    }
    return false;
}

static bool wakes(const struct system *s, size_t clock)
{
    for (size_t i = 0; i < s->channel_count; i++) {
        const struct sd_channel *ch = &s->channels[i];
        if (ch->from == clock && ch->to == s->broker && !ch->is_call &&
            strcmp(ch->name.text, KAAL_TIME_BROKER) == 0) {
            return true;
        }
    }
    return false;
}

bool system_has_clock(const struct system *s)
{
    const uint32_t both = KAAL_RIGHT_READ | KAAL_RIGHT_WRITE;
    size_t clock = system_find_pd(s, KAAL_TIME_CLOCK);
    return clock != SYSTEM_NONE && s->broker != SYSTEM_NONE &&
           sees(s, clock, KAAL_TIME_REGION, both) &&
           sees(s, s->broker, KAAL_TIME_REGION, KAAL_RIGHT_READ) &&
           sees(s, clock, KAAL_TIME_BROKER, both) && sees(s, s->broker, KAAL_TIME_BROKER, both) &&
           wakes(s, clock);
}
