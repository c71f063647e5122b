// SPDX-License-Identifier: BSD-2-Clause
#include "tool/marks.h"

#include "graph.h"

#include "tool/arena.h"
#include "tool/devices.h"
#include "tool/plan.h"
#include "tool/system.h"

#include "lib/bits.h"

#include <kaal/boot.h>

#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

struct marker {
    struct arena *arena;
    const struct system *system;
    const struct device_found *devices;
    struct marks *marks;
};

static const struct {
    const char *word;
    const char *legend;
} meanings[MARK_KIND_COUNT] = {
    [MARK_PRIORITY] = {"priority", "a call to a component of lower priority, which others can keep "
                                   "from answering"},
    [MARK_CIRCLE] = {"circle", "a circle of calls, in which each can wait for the next for ever"},
    [MARK_WRITE_EXECUTE] = {"write-execute", "memory that is written and executed"},
    [MARK_UNREAD] = {"unread", "memory that nobody but its writer reads"},
    [MARK_UNWRITTEN] = {"unwritten", "memory that nobody writes"},
    [MARK_SHARED_DEVICE] = {"shared-device", "a device that more than one component can reach"},
    [MARK_UNUSED] = {"unused", "a component that nothing leads to and nothing comes from"},
};

const char *mark_word(enum mark_kind kind)
{
    return meanings[kind].word;
}

const char *mark_legend(enum mark_kind kind)
{
    return meanings[kind].legend;
}

const struct mark *marks_at(const struct marks *marks, enum mark_about about, size_t index)
{
    for (size_t i = 0; i < marks->count; i++) {
        if (marks->items[i].about == about && marks->items[i].index == index) {
            return &marks->items[i];
        }
    }
    return NULL;
}

__attribute__((format(printf, 5, 6))) static void add(struct marker *m, enum mark_kind kind,
                                                      enum mark_about about, size_t index,
                                                      const char *format, ...)
{
    struct marks *all = m->marks;
    va_list args;
    va_start(args, format);
    all->items = arena_grow(m->arena, all->items, all->count, &all->capacity, sizeof(*all->items));
    all->items[all->count++] = (struct mark){.kind = kind,
                                             .about = about,
                                             .index = index,
                                             .text = arena_vprintf(m->arena, format, args)};
    va_end(args);
}

static const char *pd_name(const struct marker *m, size_t pd)
{
    return m->system->pds[pd].name.text;
}

// --- calls -------------------------------------------------------------------------------------

static void mark_priorities(struct marker *m)
{
    for (size_t i = 0; i < m->system->channel_count; i++) {
        const struct sd_channel *ch = &m->system->channels[i];
        uint32_t from = system_priority(&m->system->pds[ch->from]);
        uint32_t to = system_priority(&m->system->pds[ch->to]);
        if (ch->is_call && from > to) {
            add(m, MARK_PRIORITY, ABOUT_CHANNEL, i,
                "%s (priority %u) calls %s (priority %u) over %s", pd_name(m, ch->from), from,
                pd_name(m, ch->to), to, ch->name.text);
        }
    }
}

// Every call that its answerer could close a circle of.
static void mark_circles(struct marker *m)
{
    const struct system *s = m->system;
    struct graph g = graph_new(m->arena, s->pd_count, s->pd_count + s->channel_count);
    for (size_t i = 0; i < s->pd_count; i++) {
        graph_add(&g, i, s->broker);
    }
    for (size_t i = 0; i < s->channel_count; i++) {
        if (s->channels[i].is_call) {
            graph_add(&g, s->channels[i].from, s->channels[i].to);
        }
    }
    for (size_t i = 0; i < s->channel_count; i++) {
        const struct sd_channel *ch = &s->channels[i];
        if (ch->is_call && graph_path(&g, ch->to, ch->from)) {
            add(m, MARK_CIRCLE, ABOUT_CHANNEL, i, "%s calls %s over %s, and is called by it",
                pd_name(m, ch->from), pd_name(m, ch->to), ch->name.text);
        }
    }
}

// --- memory ------------------------------------------------------------------------------------

// Who can do something with a region, by its maps and by capabilities to its pages.
struct users {
    size_t count;
    const char *writer; // one of them; NULL: nobody
    const char *executer;
};

static void count_user(struct users *u, const char *name, uint32_t rights)
{
    u->count++;
    u->writer = (rights & KAAL_RIGHT_WRITE) != 0 ? name : u->writer;
    u->executer = (rights & KAAL_RIGHT_EXECUTE) != 0 ? name : u->executer;
}

static struct users users_of(const struct marker *m, size_t region)
{
    const struct system *s = m->system;
    struct users u = {0};
    for (size_t i = 0; i < s->regions[region].map_count; i++) {
        const struct sd_map *map = &s->regions[region].maps[i];
        count_user(&u, pd_name(m, map->pd), map->rights);
    }
    for (size_t i = 0; i < s->cap_count; i++) {
        const struct sd_cap *cap = &s->caps[i];
        if (cap->kind == KAAL_CAP_FRAME && cap->object == region) {
            count_user(&u, pd_name(m, cap->pd), cap->rights);
        }
    }
    return u;
}

// Memory is between these addresses on every machine.
static bool is_registers(const struct sd_region *region)
{
    uint64_t at = (uint64_t)region->paddr.value;
    return region->paddr.given && (at < KAAL_RAM_BASE || at >= PLAN_RAM_END);
}

// May hardware read or write it? Then it has a place that is known.
static bool is_outside(const struct system *s, size_t index)
{
    const struct sd_region *region = &s->regions[index];
    bool asked = region->paddr.given || region->contiguous.value;
    for (size_t i = 0; i < s->pd_count; i++) {
        for (size_t j = 0; j < s->pds[i].setvar_count; j++) {
            const struct sd_setvar *var = &s->pds[i].setvars[j];
            asked = asked || (var->kind == SD_SETVAR_PADDR && var->region == index);
        }
    }
    return asked;
}

static void mark_regions(struct marker *m)
{
    for (size_t i = 0; i < m->system->region_count; i++) {
        const struct sd_region *region = &m->system->regions[i];
        const char *name = region->name.text;
        struct users u = users_of(m, i);
        if (u.count > 1 && is_registers(region)) {
            add(m, MARK_SHARED_DEVICE, ABOUT_REGION, i, "%s are registers that %zu components have",
                name, u.count);
        }
        bool filled = region->prefill.text != NULL || region->prefill_fdt.value;
        if (u.writer != NULL && u.executer != NULL) {
            add(m, MARK_WRITE_EXECUTE, ABOUT_REGION, i, "%s is written by %s and executed by %s",
                name, u.writer, u.executer);
        }
        bool outside = is_outside(m->system, i);
        if (u.writer != NULL && u.count == 1 && !outside) {
            add(m, MARK_UNREAD, ABOUT_REGION, i, "%s is written by %s, and nobody else has it",
                name, u.writer);
        }
        if (u.writer == NULL && !filled && !outside) {
            add(m, MARK_UNWRITTEN, ABOUT_REGION, i, "%s is written by nobody", name);
        }
    }
}

// --- devices -----------------------------------------------------------------------------------

static bool share_page(const struct device_found *a, const struct device_found *b)
{
    for (size_t i = 0; i < a->window_count; i++) {
        for (size_t j = 0; j < b->window_count; j++) {
            uint64_t first = align_down(a->windows[i].base, SD_PAGE);
            uint64_t other = align_down(b->windows[j].base, SD_PAGE);
            if (ranges_overlap(first, a->windows[i].base + a->windows[i].size - first, other,
                               b->windows[j].base + b->windows[j].size - other)) {
                return true;
            }
        }
    }
    return false;
}

static void mark_permits(struct marker *m, size_t device)
{
    const struct system *s = m->system;
    for (size_t i = 0; i < s->pd_count; i++) {
        const struct sd_policy *policy = &s->pds[i].policy;
        for (size_t j = 0; j < policy->permit_count; j++) {
            if (i != s->devices[device].pd &&
                system_match_same(&policy->permits[j], &s->devices[device].match)) {
                add(m, MARK_SHARED_DEVICE, ABOUT_DEVICE, device,
                    "%s is %s's, and %s may ask for its like", s->devices[device].name.text,
                    pd_name(m, s->devices[device].pd), pd_name(m, i));
            }
        }
    }
}

static void mark_devices(struct marker *m)
{
    const struct system *s = m->system;
    for (size_t i = 0; i < s->device_count; i++) {
        for (size_t j = 0; j < i; j++) {
            bool page = m->devices != NULL && share_page(&m->devices[i], &m->devices[j]);
            if (s->devices[i].pd != s->devices[j].pd && page) {
                add(m, MARK_SHARED_DEVICE, ABOUT_DEVICE, i,
                    "%s of %s has its registers in one page with %s of %s", s->devices[i].name.text,
                    pd_name(m, s->devices[i].pd), s->devices[j].name.text,
                    pd_name(m, s->devices[j].pd));
            }
        }
        mark_permits(m, i);
    }
}

// --- components --------------------------------------------------------------------------------

static void use_shared(const struct system *s, bool *used)
{
    for (size_t i = 0; i < s->channel_count; i++) {
        used[s->channels[i].from] = true;
        used[s->channels[i].to] = true;
    }
    for (size_t i = 0; i < s->region_count; i++) {
        for (size_t j = 0; j < s->regions[i].map_count; j++) {
            used[s->regions[i].maps[j].pd] = true;
        }
    }
    for (size_t i = 0; i < s->link_count; i++) {
        used[s->links[i].pd] = true;
        used[s->links[i].on] = true;
    }
}

static void use_held(const struct system *s, bool *used)
{
    for (size_t i = 0; i < s->device_count; i++) {
        used[s->devices[i].pd] = true;
    }
    for (size_t i = 0; i < s->irq_count; i++) {
        used[s->irqs[i].pd] = true;
    }
    for (size_t i = 0; i < s->cap_count; i++) {
        used[s->caps[i].pd] = true;
        if (s->caps[i].kind != KAAL_CAP_FRAME) {
            used[s->caps[i].object] = true;
        }
    }
}

static void mark_unused(struct marker *m)
{
    const struct system *s = m->system;
    bool *used = arena_alloc(m->arena, s->pd_count);
    use_shared(s, used);
    use_held(s, used);
    for (size_t i = 0; i < s->pd_count; i++) {
        const struct sd_pd *pd = &s->pds[i];
        // What it asks the broker for leaves no trace here.
        bool asks = (pd->policy.allow & ~(uint32_t)KAAL_ALLOW_DEFAULT) != 0;
        if (pd->role == KAAL_ROLE_COMPONENT && !used[i] && !asks && pd->parent == SYSTEM_NONE) {
            add(m, MARK_UNUSED, ABOUT_COMPONENT, i,
                "%s has no channel, memory, device or capability, and nobody has one to it",
                pd->name.text);
        }
    }
}

struct marks marks_find(struct arena *a, const struct system *s, const struct device_found *devices)
{
    struct marks marks = {0};
    struct marker m = {.arena = a, .system = s, .devices = devices, .marks = &marks};
    mark_priorities(&m);
    mark_circles(&m);
    mark_regions(&m);
    mark_devices(&m);
    mark_unused(&m);
    return marks;
}
