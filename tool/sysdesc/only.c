// SPDX-License-Identifier: BSD-2-Clause
//
// The model of a part of a system: what of the checked model belongs to the components that stay,
// numbered anew.
//
//   keep[]   old:  root broker console a b c        new:  root broker console b
//   now[]           0    1      2      - 3 -
#include "tool/system.h"

#include "tool/arena.h"
#include "tool/near.h"
#include "tool/options.h"

#include <kaal/time_page.h>

#include <string.h>

struct part {
    struct arena *arena;
    struct system *system;
    const struct strings *names;
    size_t *now;  // of each domain: its new number, SYSTEM_NONE: it does not stay
    bool closing; // what is needed stays as well,
    bool closed;  // and nothing more was
    struct diag *diag;
};

static bool stays(const struct part *p, size_t pd)
{
    return pd == SYSTEM_NONE || p->now[pd] != SYSTEM_NONE;
}

// Does somebody ask for `pd` himself? Root task and broker take what is there.
static bool is_asked_for(const struct part *p, size_t pd)
{
    return p->system->pds[pd].role == KAAL_ROLE_COMPONENT;
}

// --- names -------------------------------------------------------------------------------------

static void choose(struct part *p)
{
    struct system *s = p->system;
    const char **known = arena_alloc(p->arena, s->pd_count * sizeof(*known));
    for (size_t i = 0; i < s->pd_count; i++) {
        known[i] = s->pds[i].name.text;
        p->now[i] = is_asked_for(p, i) ? SYSTEM_NONE : 0;
    }
    for (size_t i = 0; i < p->names->count; i++) {
        const char *name = p->names->items[i];
        size_t pd = system_find_pd(s, name);
        if (pd == SYSTEM_NONE) {
            diag_error(p->diag, place_none(), "--only %s: there is no such component; %s", name,
                       near_fix(p->arena, name, known, s->pd_count));
        } else {
            p->now[pd] = 0;
        }
    }
    size_t count = 0;
    for (size_t i = 0; i < s->pd_count; i++) {
        p->now[i] = p->now[i] == SYSTEM_NONE ? SYSTEM_NONE : count++;
    }
}

// --- dependencies ------------------------------------------------------------------------------

// `pd` stays and needs `on`: says so, or has that stay too.
static void need(struct part *p, struct place at, size_t pd, size_t on, const char *why)
{
    if (!stays(p, pd) || !is_asked_for(p, pd) || stays(p, on)) {
        return;
    }
    if (p->closing) {
        p->now[on] = 0;
        p->closed = false;
    } else {
        diag_error(p->diag, at, "`%s` needs `%s`, %s; add it to --only",
                   p->system->pds[pd].name.text, p->system->pds[on].name.text, why);
    }
}

static void check_needs(struct part *p)
{
    static const char *const why[] = {
        [KAAL_LINK_DEPENDS] = "on which it depends",
        [KAAL_LINK_WATCHES] = "which it watches",
        [KAAL_LINK_ESCALATE] = "to which its failures go",
    };
    const struct system *s = p->system;
    for (size_t i = 0; i < s->channel_count; i++) {
        const struct sd_channel *c = &s->channels[i];
        need(p, c->at, c->from, c->to, c->is_call ? "which it calls" : "which it signals");
    }
    for (size_t i = 0; i < s->cap_count; i++) {
        const struct sd_cap *c = &s->caps[i];
        if (c->kind != KAAL_CAP_FRAME && c->object != SYSTEM_NONE) {
            need(p, c->at, c->pd, c->object, "of which it holds an object");
        }
    }
    for (size_t i = 0; i < s->pd_count; i++) {
        const struct sd_pd *pd = &s->pds[i];
        if (pd->parent != SYSTEM_NONE) {
            need(p, pd->parent_name.at, i, pd->parent, "its parent");
        }
    }
    for (size_t i = 0; i < s->link_count; i++) {
        const struct sd_link *l = &s->links[i];
        need(p, l->at, l->pd, l->on, why[l->kind]);
    }
}

// The clock is what the policies of the broker are timed by.
static bool is_timed(const struct sd_pd *pd)
{
    const struct kaal_policy policy = system_policy(pd);
    return policy.restart != KAAL_RESTART_NEVER &&
           (policy.heartbeat_us != 0 || policy.backoff_us != 0 || policy.window_us != 0);
}

static void check_clock(struct part *p)
{
    const struct system *s = p->system;
    size_t clock = system_find_pd(s, KAAL_TIME_CLOCK);
    for (size_t i = 0; clock != SYSTEM_NONE && i < s->pd_count; i++) {
        if (system_has_clock(s) && is_timed(&s->pds[i])) {
            need(p, s->pds[i].policy.restart_name.at, i, clock, "which times its restarts");
        }
    }
}

// Tells all that is needed, by those that are needed as well.
static void note_all(struct part *p)
{
    const char *list = NULL;
    p->closing = true;
    do {
        p->closed = true;
        check_needs(p);
        check_clock(p);
    } while (!p->closed);
    for (size_t i = 0; i < p->system->pd_count; i++) {
        if (is_asked_for(p, i) && stays(p, i)) {
            const char *name = p->system->pds[i].name.text;
            list = list == NULL ? name : arena_printf(p->arena, "%s,%s", list, name);
        }
    }
    diag_note(p->diag, place_none(), "with all that they need: --only %s", list);
}

// --- what stays --------------------------------------------------------------------------------

static void keep_texts(const struct part *p, struct sd_texts *names)
{
    size_t count = 0;
    for (size_t i = 0; i < names->count; i++) {
        if (stays(p, system_find_pd(p->system, names->items[i].text))) {
            names->items[count++] = names->items[i];
        }
    }
    names->count = count;
}

static void keep_channels(const struct part *p)
{
    struct system *s = p->system;
    size_t count = 0;
    for (size_t i = 0; i < s->channel_count; i++) {
        struct sd_channel c = s->channels[i];
        if (stays(p, c.from) && stays(p, c.to)) {
            c.from = p->now[c.from];
            c.to = p->now[c.to];
            s->channels[count++] = c;
        }
    }
    s->channel_count = count;
}

static void keep_devices(const struct part *p)
{
    struct system *s = p->system;
    size_t count = 0;
    for (size_t i = 0; i < s->device_count; i++) {
        struct sd_device device = s->devices[i];
        if (stays(p, device.pd)) {
            device.pd = p->now[device.pd];
            s->devices[count++] = device;
        }
    }
    s->device_count = count;
}

static void keep_irqs(const struct part *p)
{
    struct system *s = p->system;
    size_t count = 0;
    for (size_t i = 0; i < s->irq_count; i++) {
        struct sd_irq irq = s->irqs[i];
        if (stays(p, irq.pd)) {
            irq.pd = p->now[irq.pd];
            s->irqs[count++] = irq;
        }
    }
    s->irq_count = count;
}

static void keep_links(const struct part *p)
{
    struct system *s = p->system;
    size_t count = 0;
    for (size_t i = 0; i < s->link_count; i++) {
        struct sd_link link = s->links[i];
        if (stays(p, link.pd) && stays(p, link.on)) {
            link.pd = p->now[link.pd];
            link.on = p->now[link.on];
            s->links[count++] = link;
        }
    }
    s->link_count = count;
}

static void keep_maps(const struct part *p, struct sd_region *region)
{
    size_t count = 0;
    for (size_t i = 0; i < region->map_count; i++) {
        struct sd_map map = region->maps[i];
        if (stays(p, map.pd)) {
            map.pd = p->now[map.pd];
            region->maps[count++] = map;
        }
    }
    region->map_count = count;
}

static bool holds_page(const struct part *p, size_t region)
{
    const struct system *s = p->system;
    for (size_t i = 0; i < s->cap_count; i++) {
        if (s->caps[i].kind == KAAL_CAP_FRAME && s->caps[i].object == region &&
            stays(p, s->caps[i].pd)) {
            return true;
        }
    }
    return false;
}

static bool is_of_region(const struct sd_setvar *var)
{
    return var->kind <= SD_SETVAR_PREFILL_SIZE;
}

// Is a symbol of somebody set to where the region is, or how large?
static bool is_told(const struct part *p, size_t region)
{
    const struct system *s = p->system;
    for (size_t i = 0; i < s->pd_count; i++) {
        for (size_t j = 0; j < s->pds[i].setvar_count && stays(p, i); j++) {
            const struct sd_setvar *var = &s->pds[i].setvars[j];
            if (is_of_region(var) && var->region == region) {
                return true;
            }
        }
    }
    return false;
}

// Regions that somebody still has; fills in their new numbers.
static void keep_regions(const struct part *p, size_t *now)
{
    struct system *s = p->system;
    size_t count = 0;
    for (size_t i = 0; i < s->region_count; i++) {
        struct sd_region region = s->regions[i];
        keep_maps(p, &region);
        bool kept = region.map_count != 0 || holds_page(p, i) || is_told(p, i);
        now[i] = kept ? count : SYSTEM_NONE;
        if (kept) {
            s->regions[count++] = region;
        }
    }
    s->region_count = count;
}

static void keep_setvars(const struct part *p, const size_t *regions)
{
    for (size_t i = 0; i < p->system->pd_count; i++) {
        const struct sd_pd *pd = &p->system->pds[i];
        for (size_t j = 0; j < pd->setvar_count && stays(p, i); j++) {
            struct sd_setvar *var = &pd->setvars[j];
            var->region = is_of_region(var) ? regions[var->region] : var->region;
        }
    }
}

static void keep_caps(const struct part *p, const size_t *regions)
{
    struct system *s = p->system;
    size_t count = 0;
    for (size_t i = 0; i < s->cap_count; i++) {
        struct sd_cap cap = s->caps[i];
        if (!stays(p, cap.pd)) {
            continue;
        }
        cap.pd = p->now[cap.pd];
        if (cap.object != SYSTEM_NONE) {
            cap.object = cap.kind == KAAL_CAP_FRAME ? regions[cap.object] : p->now[cap.object];
        }
        s->caps[count++] = cap;
    }
    s->cap_count = count;
}

// Last: the others are found by the old numbers and names.
static void keep_pds(const struct part *p)
{
    struct system *s = p->system;
    size_t count = 0;
    bool spawns = false;
    for (size_t i = 0; i < s->pd_count; i++) {
        struct sd_pd pd = s->pds[i];
        if (!stays(p, i)) {
            continue;
        }
        pd.parent = pd.parent == SYSTEM_NONE ? SYSTEM_NONE : p->now[pd.parent];
        spawns = spawns || (pd.policy.allow & KAAL_ALLOW_SPAWN) != 0;
        s->pds[count++] = pd;
    }
    s->root = p->now[s->root];
    s->broker = p->now[s->broker];
    s->pd_count = count;
    s->programs.count = spawns ? s->programs.count : 0;
}

bool system_only(struct arena *a, struct system *s, const struct strings *names, struct diag *d)
{
    struct part p = {.arena = a, .system = s, .names = names, .diag = d};
    size_t errors = d->errors;
    if (names->count == 0) {
        return true;
    }
    p.now = arena_alloc(a, s->pd_count * sizeof(*p.now));
    choose(&p);
    if (d->errors != errors) {
        return false;
    }
    check_needs(&p);
    check_clock(&p);
    if (d->errors != errors) {
        note_all(&p);
        return false;
    }
    size_t *regions = arena_alloc(a, (s->region_count + 1) * sizeof(*regions));
    keep_texts(&p, &s->start_order);
    keep_channels(&p);
    keep_devices(&p);
    keep_irqs(&p);
    keep_links(&p);
    keep_regions(&p, regions);
    keep_setvars(&p, regions);
    keep_caps(&p, regions);
    keep_pds(&p);
    s->partial = true;
    return true;
}
