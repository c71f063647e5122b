// SPDX-License-Identifier: BSD-2-Clause
//
// Writes what the XML front end read as TOML, by the tables that the TOML front end reads by:
//
//   pd->priority = {5, given}   ->   priority = 5
#include "toml_keys.h"
#include "tool/writer.h"

#include "tool/convert.h"

#include <string.h>

static void write_string(struct writer *w, const char *text)
{
    write_text(w, "\"");
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\') {
            write_text(w, "\\%c", *c);
        } else if ((unsigned char)*c < 0x20 || *c == 0x7f) {
            write_text(w, "\\u%04X", (unsigned)*c);
        } else {
            write_text(w, "%c", *c);
        }
    }
    write_text(w, "\"");
}

static void write_value(struct writer *w, const struct key *key, const void *field)
{
    const struct sd_texts *texts = field;
    switch (key->kind) {
    case KEY_TEXT:
        write_string(w, ((const struct sd_text *)field)->text);
        break;
    case KEY_NUMBER:
        write_number(w, ((const struct sd_number *)field)->value);
        break;
    case KEY_FLAG:
        write_text(w, ((const struct sd_flag *)field)->value ? "true" : "false");
        break;
    case KEY_TEXT_OR_TEXTS:
        write_string(w, texts->items[0].text);
        break;
    case KEY_TEXTS:
    case KEY_MAPS:
    case KEY_PERMITS:
    case KEY_SETVARS:
    case KEY_DOMAINS:
    case KEY_TURNS:
        break; // not in XML, or written by what follows
    }
}

// The keys that are given, one a line.
static void write_keys(struct writer *w, const struct section *s, const void *object)
{
    struct place at;
    for (size_t i = 0; i < s->count; i++) {
        if (key_given(&s->keys[i], object, &at)) {
            write_text(w, "%s = ", s->keys[i].name);
            write_value(w, &s->keys[i], (const char *)object + s->keys[i].offset);
            write_text(w, "\n");
        }
    }
}

// The same in one line of an array.
static void write_inline(struct writer *w, const struct section *s, const void *object)
{
    struct place at;
    const char *between = "    { ";
    for (size_t i = 0; i < s->count; i++) {
        if (key_given(&s->keys[i], object, &at)) {
            write_text(w, "%s%s = ", between, s->keys[i].name);
            write_value(w, &s->keys[i], (const char *)object + s->keys[i].offset);
            between = ", ";
        }
    }
    write_text(w, " },\n");
}

// --- sections ----------------------------------------------------------------------------------

static void write_setvars(struct writer *w, const struct sd_pd *pd)
{
    if (pd->setvar_count == 0) {
        return;
    }
    write_text(w, "setvars = [\n");
    for (size_t i = 0; i < pd->setvar_count; i++) {
        const struct sd_setvar *v = &pd->setvars[i];
        struct setvar_table t = {.symbol = v->symbol};
        if (v->kind <= SD_SETVAR_PREFILL_SIZE) {
            t.regions[v->kind] = v->region_name;
        } else {
            t.ids[v->kind] = v->id;
        }
        write_inline(w, &setvar_section, &t);
    }
    write_text(w, "]\n");
}

static void write_pds(struct writer *w, const struct system *s)
{
    for (size_t i = 0; i < s->pd_count; i++) {
        write_text(w, "%s[protection_domains.%s]\n", i == 0 ? "" : "\n", s->pds[i].name.text);
        write_keys(w, &pd_section, &s->pds[i]);
        write_setvars(w, &s->pds[i]);
    }
}

static void write_regions(struct writer *w, const struct system *s)
{
    for (size_t i = 0; i < s->region_count; i++) {
        struct sd_region region = s->regions[i];
        region.page_size.given = region.page_size.value != SD_PAGE; // the default here
        write_text(w, "\n[memory_regions.%s]\n", region.name.text);
        write_keys(w, &region_section, &region);
        if (region.map_count == 0) {
            continue;
        }
        write_text(w, "maps = [\n");
        for (size_t j = 0; j < region.map_count; j++) {
            write_inline(w, &map_section, &region.maps[j]);
        }
        write_text(w, "]\n");
    }
}

static void write_channels(struct writer *w, const struct system *s)
{
    for (size_t i = 0; i < s->channel_count; i++) {
        struct channel_table t = {.channel = s->channels[i]};
        t.from = (struct sd_texts){.items = &t.channel.from_name, .count = 1, .given = true};
        write_text(w, "\n[[channels]]\n");
        write_keys(w, &channel_section, &t);
    }
}

static void write_irqs_and_caps(struct writer *w, const struct system *s)
{
    for (size_t i = 0; i < s->irq_count; i++) {
        write_text(w, "\n[[interrupts]]\n");
        write_keys(w, &irq_section, &s->irqs[i]);
    }
    for (size_t i = 0; i < s->cap_count; i++) {
        write_text(w, "\n[[capabilities]]\n");
        write_keys(w, &cap_section, &s->caps[i]);
    }
}

static void write_turn(struct writer *w, const struct sd_turn *turn)
{
    struct turn_table t = {.domain = turn->domain_name};
    t.us = turn->in_ticks ? t.us : turn->duration;
    t.ticks = turn->in_ticks ? turn->duration : t.ticks;
    t.end = (struct sd_flag){.value = true, .given = turn->domain_name.text == NULL};
    write_inline(w, &turn_section, &t);
}

static void write_schedule(struct writer *w, const struct sd_schedule *s)
{
    if (s->at.line == 0) {
        return;
    }
    write_text(w, "\n[schedule]\n");
    write_keys(w, &schedule_section, s);
    write_text(w, "domains = [\n");
    for (size_t i = 0; i < s->domain_count; i++) {
        write_inline(w, &domain_section, &s->domains[i]);
    }
    write_text(w, "]\nturns = [\n");
    for (size_t i = 0; i < s->turn_count; i++) {
        write_turn(w, &s->turns[i]);
    }
    write_text(w, "]\n");
}

struct bytes system_to_toml(struct arena *a, const struct system *s)
{
    struct writer w = {.arena = a};
    write_pds(&w, s);
    write_regions(&w, s);
    write_channels(&w, s);
    write_irqs_and_caps(&w, s);
    write_schedule(&w, &s->schedule);
    return writer_bytes(&w);
}
