// SPDX-License-Identifier: BSD-2-Clause
//
// Writes a TOML description in Microkit's form: what stands in sections of its own there stands in
// the domain that has it here, and what a domain has at another stands at the other.
//
//   setvars of a domain     ->  attributes of its maps, interrupts, children, and of channel ends
//   channels with the same  ->  one channel with two ends
//   two ends and numbers
#include "to_xml.h"

#include "tool/arena.h"
#include "tool/convert.h"
#include "tool/system.h"
#include "tool/writer.h"

#include <inttypes.h>
#include <string.h>

struct converter {
    struct writer writer;
    struct diag *diag;
    const struct system *system;
};

enum { SPACES = 4 };

// --- attributes --------------------------------------------------------------------------------

static void write_attribute(struct converter *c, const char *name, const char *value)
{
    struct writer *w = &c->writer;
    write_text(w, " %s=\"", name);
    for (const char *p = value; *p != '\0'; p++) {
        if (strchr("<>&\"\t\n\r", *p) != NULL) {
            write_text(w, "&#%d;", *p);
        } else {
            write_text(w, "%c", *p);
        }
    }
    write_text(w, "\"");
}

static void write_text_of(struct converter *c, const char *name, const struct sd_text *text)
{
    if (text->text == NULL) {
        return;
    }
    for (const char *p = text->text; *p != '\0'; p++) {
        if ((unsigned char)*p < 0x20 && strchr("\t\n\r", *p) == NULL) {
            diag_error(c->diag, text->at, "XML has no control characters; remove byte 0x%02x",
                       (unsigned)*p);
            return;
        }
    }
    write_attribute(c, name, text->text);
}

static void write_number_of(struct converter *c, const char *name, const struct sd_number *number)
{
    if (number->given) {
        write_text(&c->writer, " %s=\"", name);
        write_number(&c->writer, number->value);
        write_text(&c->writer, "\"");
    }
}

// What Microkit reads as digits alone.
static void write_decimal(struct converter *c, const char *name, const struct sd_number *number)
{
    if (number->given) {
        write_text(&c->writer, " %s=\"%" PRId64 "\"", name, number->value);
    }
}

static void write_flag_of(struct converter *c, const char *name, const struct sd_flag *flag)
{
    if (flag->given) {
        write_attribute(c, name, flag->value ? "true" : "false");
    }
}

static void open_tag(struct converter *c, unsigned depth, const char *name)
{
    write_text(&c->writer, "%*s<%s", (int)(depth * SPACES), "", name);
}

static void end_empty(struct converter *c)
{
    write_text(&c->writer, " />\n");
}

static void close_tag(struct converter *c, unsigned depth, const char *name)
{
    write_text(&c->writer, "%*s</%s>\n", (int)(depth * SPACES), "", name);
}

// --- domains -----------------------------------------------------------------------------------

// The symbol of `pd` that is set to this, NULL if there is none.
static const struct sd_text *symbol_of(const struct sd_pd *pd, enum sd_setvar_kind kind,
                                       size_t region, int64_t id)
{
    for (size_t i = 0; i < pd->setvar_count; i++) {
        const struct sd_setvar *v = &pd->setvars[i];
        if (v->kind == kind &&
            (kind <= SD_SETVAR_PREFILL_SIZE ? v->region == region : v->id.value == id)) {
            return &v->symbol;
        }
    }
    return NULL;
}

static void write_symbol(struct converter *c, const char *name, const struct sd_text *symbol)
{
    if (symbol != NULL) {
        write_text_of(c, name, symbol);
    }
}

static void write_map(struct converter *c, unsigned depth, size_t pd, size_t region,
                      const struct sd_map *map, bool first)
{
    const struct sd_pd *p = &c->system->pds[pd];
    open_tag(c, depth, "map");
    write_text_of(c, "mr", &c->system->regions[region].name);
    write_number_of(c, "vaddr", &map->vaddr);
    write_text_of(c, "perms", &map->rights_name);
    write_flag_of(c, "cached", &map->cached);
    if (first) {
        write_symbol(c, "setvar_vaddr", symbol_of(p, SD_SETVAR_VADDR, region, 0));
        write_symbol(c, "setvar_size", symbol_of(p, SD_SETVAR_SIZE, region, 0));
        write_symbol(c, "setvar_prefill_size", symbol_of(p, SD_SETVAR_PREFILL_SIZE, region, 0));
    }
    end_empty(c);
}

static void write_maps(struct converter *c, unsigned depth, size_t pd)
{
    for (size_t i = 0; i < c->system->region_count; i++) {
        const struct sd_region *region = &c->system->regions[i];
        bool first = true;
        for (size_t j = 0; j < region->map_count; j++) {
            if (region->maps[j].pd == pd) {
                write_map(c, depth, pd, i, &region->maps[j], first);
                first = false;
            }
        }
    }
}

static void write_irqs(struct converter *c, unsigned depth, size_t pd)
{
    for (size_t i = 0; i < c->system->irq_count; i++) {
        const struct sd_irq *irq = &c->system->irqs[i];
        if (irq->pd != pd) {
            continue;
        }
        open_tag(c, depth, "irq");
        write_decimal(c, "irq", &irq->irq);
        write_decimal(c, "id", &irq->id);
        write_text_of(c, "trigger", &irq->trigger_name);
        write_symbol(c, "setvar_id",
                     symbol_of(&c->system->pds[pd], SD_SETVAR_IRQ, 0, irq->id.value));
        end_empty(c);
    }
}

static void write_paddrs(struct converter *c, unsigned depth, const struct sd_pd *pd)
{
    for (size_t i = 0; i < pd->setvar_count; i++) {
        if (pd->setvars[i].kind == SD_SETVAR_PADDR) {
            open_tag(c, depth, "setvar");
            write_text_of(c, "symbol", &pd->setvars[i].symbol);
            write_text_of(c, "region_paddr", &pd->setvars[i].region_name);
            end_empty(c);
        }
    }
}

static const char *cap_element(enum kaal_cap_kind kind)
{
    return kind == KAAL_CAP_TCB ? "cap_tcb" : kind == KAAL_CAP_VSPACE ? "cap_vspace" : "cap_sc";
}

static void write_cspace(struct converter *c, unsigned depth, size_t pd)
{
    bool any = false;
    for (size_t i = 0; i < c->system->cap_count; i++) {
        const struct sd_cap *cap = &c->system->caps[i];
        if (cap->pd != pd) {
            continue;
        }
        if (!any) {
            open_tag(c, depth, "cspace");
            write_text(&c->writer, ">\n");
        }
        any = true;
        open_tag(c, depth + 1, cap_element(cap->kind));
        write_number_of(c, "slot", &cap->slot);
        write_text_of(c, "pd", &cap->object_name);
        end_empty(c);
    }
    if (any) {
        close_tag(c, depth, "cspace");
    }
}

static void write_pd(struct converter *c, unsigned depth, size_t index);

static void write_children(struct converter *c, unsigned depth, size_t parent)
{
    for (size_t i = 0; i < c->system->pd_count; i++) {
        const struct sd_pd *pd = &c->system->pds[i];
        if (pd->parent == parent && pd->role == KAAL_ROLE_COMPONENT) {
            write_pd(c, depth, i);
        }
    }
}

static void write_pd_attributes(struct converter *c, const struct sd_pd *pd)
{
    write_text_of(c, "name", &pd->name);
    write_number_of(c, "id", &pd->id);
    write_number_of(c, "priority", &pd->priority);
    write_number_of(c, "budget", &pd->budget);
    write_number_of(c, "period", &pd->period);
    write_number_of(c, "stack_size", &pd->stack_size);
    write_flag_of(c, "passive", &pd->passive);
    write_flag_of(c, "fpu", &pd->fpu);
    write_flag_of(c, "smc", &pd->smc);
    write_number_of(c, "cpu", &pd->cpu);
    write_text_of(c, "domain", &pd->domain);
    if (pd->parent != SYSTEM_NONE) {
        const struct sd_pd *parent = &c->system->pds[pd->parent];
        write_symbol(c, "setvar_id", symbol_of(parent, SD_SETVAR_CHILD, 0, pd->id.value));
    }
}

static void write_pd(struct converter *c, unsigned depth, size_t index)
{
    const struct sd_pd *pd = &c->system->pds[index];
    open_tag(c, depth, "protection_domain");
    write_pd_attributes(c, pd);
    write_text(&c->writer, ">\n");
    open_tag(c, depth + 1, "program_image");
    write_text_of(c, "path", &pd->image);
    write_text_of(c, "path_for_symbols", &pd->symbols);
    end_empty(c);
    write_maps(c, depth + 1, index);
    write_paddrs(c, depth + 1, pd);
    write_irqs(c, depth + 1, index);
    write_cspace(c, depth + 1, index);
    write_children(c, depth + 1, index);
    close_tag(c, depth, "protection_domain");
}

// --- memory regions ----------------------------------------------------------------------------

static void write_regions(struct converter *c)
{
    for (size_t i = 0; i < c->system->region_count; i++) {
        const struct sd_region *region = &c->system->regions[i];
        open_tag(c, 1, "memory_region");
        write_text_of(c, "name", &region->name);
        write_number_of(c, "size", &region->size);
        // Its default there is the largest that fits.
        if (region->size.value % SD_LARGE_PAGE == 0) {
            write_text(&c->writer, " page_size=\"0x%" PRIx64 "\"", system_page_size(region));
        }
        write_number_of(c, "phys_addr", &region->paddr);
        write_text_of(c, "prefill_path", &region->prefill);
        if (region->prefill_fdt.value) {
            write_attribute(c, "prefill_bootinfo", "fdt");
        }
        end_empty(c);
    }
}

// --- channels ----------------------------------------------------------------------------------

// Is `o` a part of the same channel as `ch`, in its direction or against it?
static bool same_way(const struct sd_channel *ch, const struct sd_channel *o)
{
    return o->from == ch->from && o->to == ch->to && o->from_id.value == ch->from_id.value &&
           o->to_id.value == ch->to_id.value;
}

static bool other_way(const struct sd_channel *ch, const struct sd_channel *o)
{
    return o->from == ch->to && o->to == ch->from && o->from_id.value == ch->to_id.value &&
           o->to_id.value == ch->from_id.value;
}

static bool is_first(const struct system *s, size_t index)
{
    const struct sd_channel *ch = &s->channels[index];
    for (size_t i = 0; i < index; i++) {
        if (same_way(ch, &s->channels[i]) || other_way(ch, &s->channels[i])) {
            return false;
        }
    }
    return true;
}

// The end that is `ch->from` if `forward`, else `ch->to`.
static void write_end(struct converter *c, const struct sd_channel *ch, bool forward)
{
    const struct system *s = c->system;
    const struct sd_number *id = forward ? &ch->from_id : &ch->to_id;
    size_t pd = forward ? ch->from : ch->to;
    bool notify = false;
    bool call = false;
    for (size_t i = 0; i < s->channel_count; i++) {
        const struct sd_channel *o = &s->channels[i];
        if (forward ? same_way(ch, o) : other_way(ch, o)) {
            notify = notify || !o->is_call;
            call = call || o->is_call;
        }
    }
    open_tag(c, 2, "end");
    write_text_of(c, "pd", &s->pds[pd].name);
    write_decimal(c, "id", id);
    if (call) {
        write_attribute(c, "pp", "true");
    }
    if (!notify) {
        write_attribute(c, "notify", "false");
    }
    write_symbol(c, "setvar_id", symbol_of(&s->pds[pd], SD_SETVAR_CHANNEL, 0, id->value));
    end_empty(c);
}

static void write_channels(struct converter *c)
{
    for (size_t i = 0; i < c->system->channel_count; i++) {
        if (!is_first(c->system, i)) {
            continue;
        }
        open_tag(c, 1, "channel");
        write_text(&c->writer, ">\n");
        write_end(c, &c->system->channels[i], true);
        write_end(c, &c->system->channels[i], false);
        close_tag(c, 1, "channel");
    }
}

// --- the schedule ------------------------------------------------------------------------------

static void write_turn(struct converter *c, const struct sd_turn *turn)
{
    if (turn->domain_name.text == NULL) {
        open_tag(c, 3, "schedule_end_marker");
    } else {
        open_tag(c, 3, "schedule_entry");
        write_text_of(c, "domain", &turn->domain_name);
        write_text(&c->writer, " duration=\"%" PRId64 " %s\"", turn->duration.value,
                   turn->in_ticks ? "ticks" : "us");
    }
    end_empty(c);
}

// Before the domains, as Microkit's own tool wants it.
static void write_schedule(struct converter *c)
{
    const struct sd_schedule *s = &c->system->schedule;
    if (s->at.line == 0) {
        return;
    }
    open_tag(c, 1, "domains");
    write_text(&c->writer, ">\n");
    for (size_t i = 0; i < s->domain_count; i++) {
        open_tag(c, 2, "domain");
        write_text_of(c, "name", &s->domains[i].name);
        write_number_of(c, "id", &s->domains[i].id);
        end_empty(c);
    }
    open_tag(c, 2, "domain_schedule");
    write_number_of(c, "start_index", &s->start_index);
    write_number_of(c, "index_shift", &s->index_shift);
    write_text(&c->writer, ">\n");
    for (size_t i = 0; i < s->turn_count; i++) {
        write_turn(c, &s->turns[i]);
    }
    close_tag(c, 2, "domain_schedule");
    close_tag(c, 1, "domains");
}

bool system_to_xml(struct arena *a, const struct system *s, struct bytes *out, struct diag *d)
{
    struct converter c = {.writer.arena = a, .diag = d, .system = s};
    size_t errors = d->errors;
    if (!xml_can_say(a, s, d)) {
        return false;
    }
    write_text(&c.writer, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<system>\n");
    write_schedule(&c);
    write_regions(&c);
    write_children(&c, 1, SYSTEM_NONE);
    write_channels(&c);
    write_text(&c.writer, "</system>\n");
    *out = writer_bytes(&c.writer);
    return d->errors == errors;
}
