// SPDX-License-Identifier: BSD-2-Clause
//
// Components are boxes, memory regions are notes, devices are hexagons. What many use - a console
// that everybody calls, a page that everybody reads - would be a tangle of lines: such a use is
// written into the box of the user instead.
#include "tool/picture.h"

#include "tool/arena.h"
#include "tool/devices.h"
#include "tool/marks.h"
#include "tool/plan_view.h"
#include "tool/system.h"
#include "tool/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
    MANY = 6, // users from which on a use is written, not drawn
};

#define INK        "#1f2933"
#define INK_QUIET  "#6b7785"
#define INK_CALL   "#2457a6"
#define INK_SIGNAL "#7a4fa3"
#define INK_MEMORY "#1c7c6b"
#define INK_DEVICE "#8a5a12"
#define INK_MARK   "#c0261c"

struct picture {
    FILE *to;
    struct arena *arena;
    const struct system *system;
    const struct device_found *devices;
    const struct marks *marks;
    size_t *callers; // of each domain: channels that call it
    size_t *signallers;
};

static const char *pd_name(const struct picture *p, size_t pd)
{
    return p->system->pds[pd].name.text;
}

// --- marks -------------------------------------------------------------------------------------

// Numbers of the marks at something, as the legend has them.
static void put_marks(const struct picture *p, enum mark_about about, size_t index)
{
    for (size_t i = 0; i < p->marks->count; i++) {
        if (p->marks->items[i].about == about && p->marks->items[i].index == index) {
            fprintf(p->to, "<font color=\"" INK_MARK "\"><b> &#9888;%zu</b></font>", i + 1);
        }
    }
}

static bool is_marked(const struct picture *p, enum mark_about about, size_t index)
{
    return marks_at(p->marks, about, index) != NULL;
}

// --- what many use -----------------------------------------------------------------------------

static void count_users(struct picture *p, struct arena *a)
{
    const struct system *s = p->system;
    p->callers = arena_alloc(a, s->pd_count * sizeof(*p->callers));
    p->signallers = arena_alloc(a, s->pd_count * sizeof(*p->signallers));
    for (size_t i = 0; i < s->channel_count; i++) {
        const struct sd_channel *ch = &s->channels[i];
        (ch->is_call ? p->callers : p->signallers)[ch->to]++;
    }
}

static bool is_written(const struct picture *p, size_t channel)
{
    const struct sd_channel *ch = &p->system->channels[channel];
    size_t users = (ch->is_call ? p->callers : p->signallers)[ch->to];
    return users > MANY && !is_marked(p, ABOUT_CHANNEL, channel);
}

static bool is_written_map(const struct sd_region *region, const struct sd_map *map)
{
    return region->map_count > MANY && (map->rights & KAAL_RIGHT_WRITE) == 0;
}

// --- components --------------------------------------------------------------------------------

static void put_written(const struct picture *p, size_t pd)
{
    const struct system *s = p->system;
    for (size_t i = 0; i < s->channel_count; i++) {
        const struct sd_channel *ch = &s->channels[i];
        if (ch->from == pd && is_written(p, i)) {
            fprintf(p->to, "<br/><font point-size=\"9\" color=\"%s\">%s %s</font>",
                    ch->is_call ? INK_CALL : INK_SIGNAL, ch->is_call ? "calls" : "signals",
                    pd_name(p, ch->to));
        }
    }
    for (size_t i = 0; i < s->region_count; i++) {
        for (size_t j = 0; j < s->regions[i].map_count; j++) {
            const struct sd_map *map = &s->regions[i].maps[j];
            if (map->pd == pd && is_written_map(&s->regions[i], map)) {
                fprintf(p->to,
                        "<br/><font point-size=\"9\" color=\"" INK_MEMORY "\">reads %s</font>",
                        s->regions[i].name.text);
            }
        }
    }
}

static void put_time(const struct picture *p, const struct sd_pd *pd)
{
    fprintf(p->to, "<br/><font point-size=\"9\" color=\"" INK_QUIET "\">priority %u",
            system_priority(pd));
    if (pd->passive.value) {
        fputs(", passive", p->to);
    } else if (system_budget(pd) < system_period(pd)) {
        fprintf(p->to, ", %" PRIu64 " of %" PRIu64 " us", system_budget(pd), system_period(pd));
    }
    fputs("</font>", p->to);
}

static void put_quiet(const struct picture *p, const char *word, const char *text)
{
    fprintf(p->to, "<br/><font point-size=\"9\" color=\"" INK_QUIET "\">%s", word);
    text_escape(p->to, text);
    fputs("</font>", p->to);
}

// Of Microkit programs: when it runs, and what is written into it.
static void put_microkit(const struct picture *p, const struct sd_pd *pd)
{
    if (pd->domain.text != NULL) {
        put_quiet(p, "in domain ", pd->domain.text);
    }
    if (pd->cpu.given) {
        put_quiet(p, "on processor ", arena_printf(p->arena, "%" PRId64, pd->cpu.value));
    }
    if (pd->smc.value) {
        put_quiet(p, "", "secure monitor calls");
    }
    for (size_t i = 0; i < pd->setvar_count; i++) {
        put_quiet(p, "",
                  arena_printf(p->arena, "%s = %s", pd->setvars[i].symbol.text,
                               view_setvar(p->arena, &pd->setvars[i])));
    }
}

static void put_component(const struct picture *p, size_t index)
{
    const struct sd_pd *pd = &p->system->pds[index];
    bool marked = is_marked(p, ABOUT_COMPONENT, index);
    fprintf(p->to,
            "  pd%zu [shape=box, style=\"rounded,filled\", class=\"component\", "
            "fillcolor=\"#f3f6fa\", color=\"%s\", penwidth=%s, tooltip=\"%s\", label=<<b>%s</b>",
            index, marked ? INK_MARK : INK, marked ? "2" : "1", pd->name.text, pd->name.text);
    put_marks(p, ABOUT_COMPONENT, index);
    put_time(p, pd);
    put_microkit(p, pd);
    put_written(p, index);
    fputs(">];\n", p->to);
}

// The broker is drawn where the description itself connects it; the root task is gone by then.
static bool is_drawn(const struct picture *p, size_t index)
{
    const struct system *s = p->system;
    if (s->pds[index].role == KAAL_ROLE_COMPONENT) {
        return true;
    }
    for (size_t i = 0; i < s->channel_count; i++) {
        bool drawn = !is_written(p, i);
        if (drawn && (s->channels[i].from == index || s->channels[i].to == index)) {
            return true;
        }
    }
    for (size_t i = 0; i < s->region_count; i++) {
        for (size_t j = 0; j < s->regions[i].map_count; j++) {
            if (s->regions[i].maps[j].pd == index) {
                return true;
            }
        }
    }
    return false;
}

// --- channels ----------------------------------------------------------------------------------

// Channels of one kind between the same two are one line; is there an earlier one?
static bool is_repeated(const struct picture *p, size_t channel)
{
    const struct sd_channel *ch = &p->system->channels[channel];
    for (size_t i = 0; i < channel; i++) {
        const struct sd_channel *other = &p->system->channels[i];
        if (other->from == ch->from && other->to == ch->to && other->is_call == ch->is_call &&
            !is_written(p, i)) {
            return true;
        }
    }
    return false;
}

// What the ends call it, for those that know channels by numbers.
static void put_ids(const struct picture *p, const struct sd_channel *ch)
{
    if (ch->from_id.given) {
        fprintf(p->to, ", taillabel=\"%" PRId64 "\"", ch->from_id.value);
    }
    if (ch->to_id.given) {
        fprintf(p->to, ", headlabel=\"%" PRId64 "\"", ch->to_id.value);
    }
}

static void put_channel(const struct picture *p, size_t channel)
{
    const struct system *s = p->system;
    const struct sd_channel *ch = &s->channels[channel];
    bool marked = false;
    fprintf(p->to, "  pd%zu -> pd%zu [class=\"%s\", label=<", ch->from, ch->to,
            ch->is_call ? "call" : "signal");
    for (size_t i = channel; i < s->channel_count; i++) {
        const struct sd_channel *other = &s->channels[i];
        if (other->from != ch->from || other->to != ch->to || other->is_call != ch->is_call ||
            is_written(p, i)) {
            continue;
        }
        fprintf(p->to, "%s%s%s", i == channel ? "" : "<br/>", other->name.text,
                other->grant.value ? " +caps" : "");
        put_marks(p, ABOUT_CHANNEL, i);
        marked = marked || is_marked(p, ABOUT_CHANNEL, i);
    }
    const char *ink = ch->is_call ? INK_CALL : INK_SIGNAL;
    fputs(">", p->to);
    put_ids(p, ch);
    fprintf(p->to, ", color=\"%s\", fontcolor=\"%s\"%s%s];\n", marked ? INK_MARK : ink, ink,
            marked ? ", penwidth=2" : "", ch->is_call ? "" : ", style=dashed, arrowhead=vee");
}

// --- memory, devices ---------------------------------------------------------------------------

static void put_size(const struct picture *p, uint64_t bytes)
{
    bool mib = bytes % (1 << 20) == 0;
    fprintf(p->to, "%" PRIu64 " %s", mib ? bytes >> 20 : bytes >> 10, mib ? "MiB" : "KiB");
}

static void put_region(const struct picture *p, size_t index)
{
    const struct sd_region *region = &p->system->regions[index];
    bool marked = is_marked(p, ABOUT_REGION, index);
    fprintf(p->to,
            "  region%zu [shape=note, style=filled, class=\"region\", fillcolor=\"#eaf6f3\", "
            "color=\"%s\", penwidth=%s, tooltip=\"%s\", label=<%s",
            index, marked ? INK_MARK : INK_MEMORY, marked ? "2" : "1", region->name.text,
            region->name.text);
    put_marks(p, ABOUT_REGION, index);
    fputs("<br/><font point-size=\"9\" color=\"" INK_QUIET "\">", p->to);
    put_size(p, (uint64_t)region->size.value);
    if (region->paddr.given) {
        fprintf(p->to, " at 0x%" PRIx64, region->paddr.value);
    }
    fputs("</font>", p->to);
    if (view_prefill(region) != NULL) {
        put_quiet(p, "holds ", view_prefill(region));
    }
    fputs(">];\n", p->to);
}

// Arrows go the way the bytes go.
static void put_use(const struct picture *p, size_t pd, size_t region, uint32_t rights,
                    const char *what)
{
    bool writes = (rights & KAAL_RIGHT_WRITE) != 0;
    bool reads = (rights & (KAAL_RIGHT_READ | KAAL_RIGHT_EXECUTE)) != 0;
    char text[VIEW_RIGHTS_SIZE];
    fprintf(p->to,
            "  pd%zu -> region%zu [class=\"map\", label=\"%s%s\", color=\"" INK_MEMORY
            "\", fontcolor=\"" INK_MEMORY "\", dir=%s%s];\n",
            pd, region, what, view_rights(rights, text),
            writes && reads ? "both"
            : writes        ? "forward"
                            : "back",
            what[0] == '\0' ? "" : ", style=dotted");
}

static void put_uses(const struct picture *p)
{
    const struct system *s = p->system;
    for (size_t i = 0; i < s->region_count; i++) {
        for (size_t j = 0; j < s->regions[i].map_count; j++) {
            const struct sd_map *map = &s->regions[i].maps[j];
            if (!is_written_map(&s->regions[i], map)) {
                put_use(p, map->pd, i, map->rights, "");
            }
        }
    }
}

static void put_device(const struct picture *p, size_t index)
{
    const struct sd_device *device = &p->system->devices[index];
    bool marked = is_marked(p, ABOUT_DEVICE, index);
    enum kaal_device_match by;
    fprintf(p->to,
            "  device%zu [shape=hexagon, style=filled, class=\"device\", fillcolor=\"#fbf3e4\", "
            "color=\"%s\", penwidth=%s, tooltip=\"%s\", label=<%s",
            index, marked ? INK_MARK : INK_DEVICE, marked ? "2" : "1", device->name.text,
            device->name.text);
    put_marks(p, ABOUT_DEVICE, index);
    fputs("<br/><font point-size=\"9\" color=\"" INK_QUIET "\">", p->to);
    const struct device_found *found = p->devices == NULL ? NULL : &p->devices[index];
    text_escape(p->to, found != NULL && found->path != NULL
                           ? found->path
                           : system_match(&device->match, &by)->text);
    size_t interrupts = device->interrupts.given ? (size_t)device->interrupts.value : 1;
    for (size_t i = 0; found != NULL && i < found->irq_count && i < interrupts; i++) {
        fprintf(p->to, "<br/>interrupt %" PRIu32, found->irqs[i].number);
    }
    fprintf(p->to,
            "</font>>];\n  device%zu -> pd%zu [class=\"device\", dir=none, color=\"" INK_DEVICE
            "\"];\n",
            index, device->pd);
}

static void put_irq(const struct picture *p, size_t index)
{
    const struct sd_irq *irq = &p->system->irqs[index];
    fprintf(p->to,
            "  irq%zu [shape=hexagon, style=filled, class=\"device\", fillcolor=\"#fbf3e4\", "
            "color=\"" INK_DEVICE "\", label=\"interrupt %" PRId64 "\"];\n"
            "  irq%zu -> pd%zu [class=\"device\", color=\"" INK_DEVICE "\", style=dashed];\n",
            index, irq->irq.value, index, irq->pd);
}

// --- the rest ----------------------------------------------------------------------------------

static void put_caps(const struct picture *p)
{
    for (size_t i = 0; i < p->system->cap_count; i++) {
        const struct sd_cap *cap = &p->system->caps[i];
        const char *kind = view_cap_kind(cap->kind);
        if (cap->kind == KAAL_CAP_FRAME) {
            put_use(p, cap->pd, cap->object, cap->rights, "capability ");
        } else if (cap->pd != cap->object) {
            fprintf(
                p->to,
                "  pd%zu -> pd%zu [class=\"held\", label=\"%s\", style=dotted, color=\"" INK_QUIET
                "\", fontcolor=\"" INK_QUIET "\"];\n",
                cap->pd, cap->object, kind);
        }
    }
}

static void put_relation(const struct picture *p, size_t from, size_t to, const char *what)
{
    fprintf(p->to,
            "  pd%zu -> pd%zu [class=\"relation\", label=\"%s\", style=dotted, arrowhead=open, "
            "color=\"" INK_QUIET "\", fontcolor=\"" INK_QUIET "\"];\n",
            from, to, what);
}

static void put_relations(const struct picture *p)
{
    static const char *const words[] = {
        [KAAL_LINK_DEPENDS] = "depends on",
        [KAAL_LINK_WATCHES] = "watches",
        [KAAL_LINK_ESCALATE] = "takes with it",
    };
    const struct system *s = p->system;
    for (size_t i = 0; i < s->pd_count; i++) {
        if (s->pds[i].parent != SYSTEM_NONE && s->pds[i].parent != s->broker) {
            put_relation(p, i, s->pds[i].parent, "faults to");
        }
    }
    for (size_t i = 0; i < s->link_count; i++) {
        put_relation(p, s->links[i].pd, s->links[i].on, words[s->links[i].kind]);
    }
}

static void put_line(const struct picture *p, const char *ink, const char *sign, const char *text)
{
    fprintf(p->to, "<br align=\"left\"/><font color=\"%s\"><b>%s</b></font> ", ink, sign);
    text_escape(p->to, text);
}

// Microkit programs cannot.
static bool has_callers_of_broker(const struct system *s)
{
    for (size_t i = 0; i < s->pd_count; i++) {
        if (s->pds[i].role == KAAL_ROLE_COMPONENT && s->pds[i].abi == SD_ABI_KAAL) {
            return true;
        }
    }
    return false;
}

static void put_legend(const struct picture *p)
{
    fprintf(p->to, "  graph [labelloc=b, labeljust=l, fontsize=10, fontcolor=\"" INK_QUIET
                   "\", label=<<br/><b>");
    text_escape(p->to, p->system->name.text == NULL ? "system" : p->system->name.text);
    fputs("</b>", p->to);
    put_line(p, INK_CALL, "&#8212;&#9654;", "calls (+caps: may hand capabilities on)");
    put_line(p, INK_SIGNAL, "- -&gt;", "signals");
    put_line(p, INK_MEMORY, "&#8212;", "maps, with rights; arrows go as bytes go");
    put_line(p, INK_QUIET, "&#183;&#183;&#183;", "holds a capability, or is looked after");
    if (has_callers_of_broker(p->system)) {
        put_line(p, INK, "&#160;", "each component can also call the broker, which is not drawn");
    }
    const char *schedule = view_schedule(p->arena, p->system);
    if (schedule != NULL) {
        put_line(p, INK, "&#8635;", arena_printf(p->arena, "schedule: %s", schedule));
    }
    for (size_t i = 0; i < p->marks->count; i++) {
        const struct mark *mark = &p->marks->items[i];
        char sign[32];
        snprintf(sign, sizeof(sign), "&#9888;%zu", i + 1);
        put_line(p, INK_MARK, sign, mark->text);
        fputs(": ", p->to);
        text_escape(p->to, mark_legend(mark->kind));
    }
    fputs("<br align=\"left\"/>>];\n", p->to);
}

static void put_nodes(const struct picture *p)
{
    const struct system *s = p->system;
    for (size_t i = 0; i < s->pd_count; i++) {
        if (is_drawn(p, i)) {
            put_component(p, i);
        }
    }
    for (size_t i = 0; i < s->region_count; i++) {
        put_region(p, i);
    }
    for (size_t i = 0; i < s->device_count; i++) {
        put_device(p, i);
    }
    for (size_t i = 0; i < s->irq_count; i++) {
        put_irq(p, i);
    }
}

static void put_graph(const struct picture *p)
{
    fputs("digraph system {\n"
          "  graph [rankdir=LR, bgcolor=transparent, nodesep=0.3, ranksep=0.7, newrank=true, "
          "fontname=\"Helvetica,Arial,sans-serif\"];\n"
          "  node [fontname=\"Helvetica,Arial,sans-serif\", fontsize=12, margin=\"0.14,0.08\", "
          "fontcolor=\"" INK "\"];\n"
          "  edge [fontname=\"Helvetica,Arial,sans-serif\", fontsize=9, arrowsize=0.7];\n",
          p->to);
    put_nodes(p);
    for (size_t i = 0; i < p->system->channel_count; i++) {
        if (!is_written(p, i) && !is_repeated(p, i)) {
            put_channel(p, i);
        }
    }
    put_uses(p);
    put_caps(p);
    put_relations(p);
    put_legend(p);
    fputs("}\n", p->to);
}

const char *picture_dot(struct arena *a, const struct system *s, const struct device_found *devices,
                        const struct marks *marks)
{
    struct text text;
    text_open(&text);
    struct picture p = {.to = text.to, .arena = a, .system = s, .devices = devices, .marks = marks};
    count_users(&p, a);
    put_graph(&p);
    return (const char *)text_close(&text, a).data;
}
