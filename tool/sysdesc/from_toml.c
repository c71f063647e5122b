// SPDX-License-Identifier: BSD-2-Clause
//
// The TOML front end. Each section is a table of keys, and one reader fills a struct by it:
//
//   keys[]:  {"priority", offsetof(struct sd_pd, priority), KEY_NUMBER, false}
//   text:    priority = 5      ->  pd->priority = {5, given, line:column}
//
// What is wrong is reported and left out; the model is filled with the rest.
#include "toml_keys.h"

#include "tool/near.h"
#include "tool/toml.h"

#include <string.h>

struct reader {
    struct arena *arena;
    struct diag *diag;
};

// --- values ------------------------------------------------------------------------------------

static bool wrong_type(struct reader *r, const char *what, const struct toml_value *v,
                       const char *wanted)
{
    diag_error(r->diag, v->at, "`%s` is %s; give %s", what, toml_type_name(v->type), wanted);
    return false;
}

static bool wrong_item(struct reader *r, const char *what, const struct toml_value *v,
                       const char *wanted)
{
    diag_error(r->diag, v->at, "`%s` holds %s; give %s", what, toml_type_name(v->type), wanted);
    return false;
}

static bool read_text(struct reader *r, const char *what, const struct toml_value *v,
                      struct sd_text *out)
{
    if (v->type != TOML_STRING) {
        return wrong_type(r, what, v, "a string");
    }
    if (strlen(v->string.text) != v->string.length) {
        diag_error(r->diag, v->at, "`%s` holds a NUL character; remove it", what);
        return false;
    }
    *out = (struct sd_text){.text = v->string.text, .at = v->at};
    return true;
}

static void read_number(struct reader *r, const char *what, const struct toml_value *v,
                        struct sd_number *out)
{
    if (v->type != TOML_INTEGER) {
        wrong_type(r, what, v, "an integer");
        return;
    }
    *out = (struct sd_number){.value = v->integer, .given = true, .at = v->at};
}

static void read_flag(struct reader *r, const char *what, const struct toml_value *v,
                      struct sd_flag *out)
{
    if (v->type != TOML_BOOLEAN) {
        wrong_type(r, what, v, "true or false");
        return;
    }
    *out = (struct sd_flag){.value = v->boolean, .given = true, .at = v->at};
}

static void add_text(struct reader *r, struct sd_texts *list, struct sd_text text)
{
    list->items =
        arena_grow(r->arena, list->items, list->count, &list->capacity, sizeof(*list->items));
    list->items[list->count++] = text;
}

static void read_texts(struct reader *r, const char *what, const struct toml_value *v,
                       const char *wanted, struct sd_texts *out)
{
    if (v->type != TOML_ARRAY) {
        wrong_type(r, what, v, wanted);
        return;
    }
    out->given = true;
    out->at = v->at;
    for (const struct toml_value *item = v->array->first; item != NULL; item = item->next) {
        struct sd_text text;
        if (item->type != TOML_STRING) {
            wrong_item(r, what, item, "strings");
        } else if (read_text(r, what, item, &text)) {
            add_text(r, out, text);
        }
    }
}

static void read_text_or_texts(struct reader *r, const char *what, const struct toml_value *v,
                               struct sd_texts *out)
{
    struct sd_text text;
    if (v->type != TOML_STRING) {
        read_texts(r, what, v, "a string or an array of strings", out);
    } else if (read_text(r, what, v, &text)) {
        add_text(r, out, text);
    }
    if (v->type == TOML_ARRAY && v->array->count == 0) {
        diag_error(r->diag, v->at, "`%s` is an empty array; give at least one string", what);
    }
}

// --- sections ----------------------------------------------------------------------------------

static void read_maps(struct reader *r, const struct toml_value *v, struct sd_region *region);
static void read_permits(struct reader *r, const struct toml_value *v, struct sd_policy *policy);
static void read_setvars(struct reader *r, const struct toml_value *v, struct sd_pd *pd);
static void read_domains(struct reader *r, const struct toml_value *v, struct sd_schedule *out);
static void read_turns(struct reader *r, const struct toml_value *v, struct sd_schedule *out);

static void read_key(struct reader *r, const struct key *key, const struct toml_value *v,
                     void *object)
{
    void *field = (char *)object + key->offset;
    switch (key->kind) {
    case KEY_TEXT:
        read_text(r, key->name, v, field);
        break;
    case KEY_NUMBER:
        read_number(r, key->name, v, field);
        break;
    case KEY_FLAG:
        read_flag(r, key->name, v, field);
        break;
    case KEY_TEXTS:
        read_texts(r, key->name, v, "an array of strings", field);
        break;
    case KEY_TEXT_OR_TEXTS:
        read_text_or_texts(r, key->name, v, field);
        break;
    case KEY_MAPS:
        read_maps(r, v, object);
        break;
    case KEY_PERMITS:
        read_permits(r, v, field);
        break;
    case KEY_SETVARS:
        read_setvars(r, v, object);
        break;
    case KEY_DOMAINS:
        read_domains(r, v, object);
        break;
    case KEY_TURNS:
        read_turns(r, v, object);
        break;
    }
}

static void unknown_key(struct reader *r, const struct section *s, const struct toml_entry *e)
{
    const char **names = arena_alloc(r->arena, s->count * sizeof(*names));
    for (size_t i = 0; i < s->count; i++) {
        names[i] = s->keys[i].name;
    }
    diag_error(r->diag, e->at, "unknown key `%s` in %s; %s", e->key.text, s->what,
               near_fix(r->arena, e->key.text, names, s->count));
}

// A value that is not given is blamed on the place of its section.
static void place_field(const struct key *key, struct place at, void *object)
{
    void *field = (char *)object + key->offset;
    switch (key->kind) {
    case KEY_TEXT:
        ((struct sd_text *)field)->at = at;
        break;
    case KEY_NUMBER:
        ((struct sd_number *)field)->at = at;
        break;
    case KEY_FLAG:
        ((struct sd_flag *)field)->at = at;
        break;
    case KEY_TEXTS:
    case KEY_TEXT_OR_TEXTS:
    case KEY_MAPS:
    case KEY_PERMITS:
    case KEY_SETVARS:
    case KEY_DOMAINS:
    case KEY_TURNS:
        break;
    }
}

static void read_section(struct reader *r, const struct section *s, const struct toml_table *table,
                         struct place at, void *object)
{
    for (size_t i = 0; i < s->count; i++) {
        place_field(&s->keys[i], at, object);
        if (s->keys[i].required && toml_get(table, s->keys[i].name) == NULL) {
            diag_error(r->diag, at, "%s without `%s`; add `%s = ...`", s->what, s->keys[i].name,
                       s->keys[i].name);
        }
    }
    for (const struct toml_entry *e = table->first; e != NULL; e = e->next) {
        const struct key *key = NULL;
        for (size_t i = 0; i < s->count; i++) {
            if (strcmp(e->key.text, s->keys[i].name) == 0) {
                key = &s->keys[i];
            }
        }
        if (key == NULL) {
            unknown_key(r, s, e);
        } else {
            read_key(r, key, &e->value, object);
        }
    }
}

static bool is_table(struct reader *r, const char *what, const struct toml_value *v)
{
    return v->type == TOML_TABLE || wrong_type(r, what, v, "a table");
}

static bool is_item(struct reader *r, const char *what, const struct toml_value *v)
{
    return v->type == TOML_TABLE || wrong_item(r, what, v, "tables");
}

static bool is_array(struct reader *r, const char *what, const struct toml_value *v)
{
    return v->type == TOML_ARRAY || wrong_type(r, what, v, "an array of tables");
}

static void read_maps(struct reader *r, const struct toml_value *v, struct sd_region *region)
{
    if (!is_array(r, "maps", v)) {
        return;
    }
    for (const struct toml_value *item = v->array->first; item != NULL; item = item->next) {
        if (!is_item(r, "maps", item)) {
            continue;
        }
        region->maps = arena_grow(r->arena, region->maps, region->map_count, &region->map_capacity,
                                  sizeof(*region->maps));
        struct sd_map *map = &region->maps[region->map_count++];
        *map = (struct sd_map){.at = item->at, .pd = SYSTEM_NONE};
        read_section(r, &map_section, item->table, item->at, map);
    }
}

static void read_permits(struct reader *r, const struct toml_value *v, struct sd_policy *policy)
{
    if (!is_array(r, "permits", v)) {
        return;
    }
    policy->permits_at = v->at;
    for (const struct toml_value *item = v->array->first; item != NULL; item = item->next) {
        if (!is_item(r, "permits", item)) {
            continue;
        }
        policy->permits = arena_grow(r->arena, policy->permits, policy->permit_count,
                                     &policy->permit_capacity, sizeof(*policy->permits));
        struct sd_match *permit = &policy->permits[policy->permit_count++];
        *permit = (struct sd_match){.at = item->at};
        read_section(r, &permit_section, item->table, item->at, permit);
    }
}

// --- what Microkit programs have ----------------------------------------------------------------

static void add_setvar(struct reader *r, struct sd_pd *pd, struct sd_setvar setvar)
{
    pd->setvars = arena_grow(r->arena, pd->setvars, pd->setvar_count, &pd->setvar_capacity,
                             sizeof(*pd->setvars));
    pd->setvars[pd->setvar_count++] = setvar;
}

// The one value of the table.
static void take_setvar(struct reader *r, struct sd_pd *pd, struct place at,
                        const struct setvar_table *t)
{
    struct sd_setvar setvar = {.at = at, .symbol = t->symbol, .region = SYSTEM_NONE};
    size_t given = 0;
    for (size_t i = 0; i <= SD_SETVAR_CHILD; i++) {
        bool region = i <= SD_SETVAR_PREFILL_SIZE && t->regions[i].text != NULL;
        if (region || t->ids[i].given) {
            setvar.kind = (enum sd_setvar_kind)i;
            setvar.region_name = region ? t->regions[i] : setvar.region_name;
            setvar.id = t->ids[i];
            given++;
        }
    }
    if (given != 1) {
        diag_error(r->diag, at,
                   "a table of `setvars` with %zu values; give it one of `vaddr_of`, `size_of`, "
                   "`paddr_of`, `prefill_size_of`, `channel`, `irq` and `child`",
                   given);
    } else if (t->symbol.text != NULL) {
        add_setvar(r, pd, setvar);
    }
}

static void read_setvars(struct reader *r, const struct toml_value *v, struct sd_pd *pd)
{
    if (!is_array(r, "setvars", v)) {
        return;
    }
    for (const struct toml_value *item = v->array->first; item != NULL; item = item->next) {
        struct setvar_table t = {0};
        size_t errors = r->diag->errors;
        if (!is_item(r, "setvars", item)) {
            continue;
        }
        read_section(r, &setvar_section, item->table, item->at, &t);
        if (r->diag->errors == errors) {
            take_setvar(r, pd, item->at, &t);
        }
    }
}

static void read_domains(struct reader *r, const struct toml_value *v, struct sd_schedule *out)
{
    if (!is_array(r, "domains", v)) {
        return;
    }
    for (const struct toml_value *item = v->array->first; item != NULL; item = item->next) {
        if (!is_item(r, "domains", item)) {
            continue;
        }
        out->domains = arena_grow(r->arena, out->domains, out->domain_count, &out->domain_capacity,
                                  sizeof(*out->domains));
        struct sd_domain *domain = &out->domains[out->domain_count++];
        *domain = (struct sd_domain){0};
        read_section(r, &domain_section, item->table, item->at, domain);
    }
}

static void take_turn(struct reader *r, struct place at, const struct turn_table *t,
                      struct sd_turn *out)
{
    bool end = t->end.value;
    bool one = t->us.given != t->ticks.given;
    if (end ? t->us.given || t->ticks.given || t->domain.text != NULL
            : t->domain.text == NULL || !one) {
        diag_error(r->diag, at,
                   "a turn has `domain` and one of `us` and `ticks`, or `end = true` alone; "
                   "correct it");
    }
    *out = (struct sd_turn){
        .at = at,
        .domain_name = t->domain,
        .duration = t->us.given ? t->us : t->ticks,
        .in_ticks = t->ticks.given,
        .domain = SYSTEM_NONE,
    };
}

static void read_turns(struct reader *r, const struct toml_value *v, struct sd_schedule *out)
{
    if (!is_array(r, "turns", v)) {
        return;
    }
    for (const struct toml_value *item = v->array->first; item != NULL; item = item->next) {
        struct turn_table t = {0};
        if (!is_item(r, "turns", item)) {
            continue;
        }
        read_section(r, &turn_section, item->table, item->at, &t);
        out->turns = arena_grow(r->arena, out->turns, out->turn_count, &out->turn_capacity,
                                sizeof(*out->turns));
        take_turn(r, item->at, &t, &out->turns[out->turn_count++]);
    }
}

static struct sd_text key_text(struct reader *r, const struct toml_entry *e)
{
    if (strlen(e->key.text) != e->key.length) {
        diag_error(r->diag, e->at, "a name holds a NUL character; remove it");
    }
    return (struct sd_text){.text = e->key.text, .at = e->at};
}

static void read_pds(struct reader *r, const struct toml_value *v, struct system *s)
{
    if (!is_table(r, "protection_domains", v)) {
        return;
    }
    for (const struct toml_entry *e = v->table->first; e != NULL; e = e->next) {
        if (!is_table(r, e->key.text, &e->value)) {
            continue;
        }
        s->pds = arena_grow(r->arena, s->pds, s->pd_count, &s->pd_capacity, sizeof(*s->pds));
        struct sd_pd *pd = &s->pds[s->pd_count++];
        *pd = (struct sd_pd){.name = key_text(r, e), .parent = SYSTEM_NONE};
        read_section(r, &pd_section, e->value.table, e->at, pd);
    }
}

static void read_regions(struct reader *r, const struct toml_value *v, struct system *s)
{
    if (!is_table(r, "memory_regions", v)) {
        return;
    }
    for (const struct toml_entry *e = v->table->first; e != NULL; e = e->next) {
        if (!is_table(r, e->key.text, &e->value)) {
            continue;
        }
        s->regions = arena_grow(r->arena, s->regions, s->region_count, &s->region_capacity,
                                sizeof(*s->regions));
        struct sd_region *region = &s->regions[s->region_count++];
        *region = (struct sd_region){.name = key_text(r, e)};
        read_section(r, &region_section, e->value.table, e->at, region);
    }
}

static void add_channel(struct reader *r, struct system *s, struct sd_channel channel)
{
    s->channels = arena_grow(r->arena, s->channels, s->channel_count, &s->channel_capacity,
                             sizeof(*s->channels));
    s->channels[s->channel_count++] = channel;
}

static void read_channels(struct reader *r, const struct toml_value *v, struct system *s)
{
    if (!is_array(r, "channels", v)) {
        return;
    }
    for (const struct toml_value *item = v->array->first; item != NULL; item = item->next) {
        if (!is_item(r, "channels", item)) {
            continue;
        }
        struct channel_table t = {
            .channel = {.at = item->at, .from = SYSTEM_NONE, .to = SYSTEM_NONE}};
        read_section(r, &channel_section, item->table, item->at, &t);
        if (t.from.count == 0) {
            // Reported; what else is wrong with the table is to be told as well.
            add_channel(r, s, t.channel);
        }
        for (size_t i = 0; i < t.from.count; i++) {
            t.channel.from_name = t.from.items[i];
            add_channel(r, s, t.channel);
        }
    }
}

static void read_devices(struct reader *r, const struct toml_value *v, struct system *s)
{
    if (!is_array(r, "devices", v)) {
        return;
    }
    for (const struct toml_value *item = v->array->first; item != NULL; item = item->next) {
        if (!is_item(r, "devices", item)) {
            continue;
        }
        s->devices = arena_grow(r->arena, s->devices, s->device_count, &s->device_capacity,
                                sizeof(*s->devices));
        struct sd_device *device = &s->devices[s->device_count++];
        *device = (struct sd_device){.at = item->at, .pd = SYSTEM_NONE, .match.at = item->at};
        read_section(r, &device_section, item->table, item->at, device);
    }
}

static void read_caps(struct reader *r, const struct toml_value *v, struct system *s)
{
    if (!is_array(r, "capabilities", v)) {
        return;
    }
    for (const struct toml_value *item = v->array->first; item != NULL; item = item->next) {
        if (!is_item(r, "capabilities", item)) {
            continue;
        }
        s->caps = arena_grow(r->arena, s->caps, s->cap_count, &s->cap_capacity, sizeof(*s->caps));
        struct sd_cap *cap = &s->caps[s->cap_count++];
        *cap = (struct sd_cap){.at = item->at, .pd = SYSTEM_NONE, .object = SYSTEM_NONE};
        read_section(r, &cap_section, item->table, item->at, cap);
    }
}

static void read_irqs(struct reader *r, const struct toml_value *v, struct system *s)
{
    if (!is_array(r, "interrupts", v)) {
        return;
    }
    for (const struct toml_value *item = v->array->first; item != NULL; item = item->next) {
        if (!is_item(r, "interrupts", item)) {
            continue;
        }
        s->irqs = arena_grow(r->arena, s->irqs, s->irq_count, &s->irq_capacity, sizeof(*s->irqs));
        struct sd_irq *irq = &s->irqs[s->irq_count++];
        *irq = (struct sd_irq){.at = item->at, .pd = SYSTEM_NONE};
        read_section(r, &irq_section, item->table, item->at, irq);
    }
}

static void read_schedule(struct reader *r, const struct toml_value *v, struct system *s)
{
    if (is_table(r, "schedule", v)) {
        s->schedule.at = v->at;
        read_section(r, &schedule_section, v->table, v->at, &s->schedule);
    }
}

static void read_system(struct reader *r, const struct toml_value *v, struct system *s)
{
    if (is_table(r, "system", v)) {
        read_section(r, &system_section, v->table, v->at, s);
    }
}

// --- the file ----------------------------------------------------------------------------------

bool system_from_toml(struct arena *a, const char *file, const struct toml_table *table,
                      struct system *out, struct diag *d)
{
    static const char *const names[] = {
        "system",  "protection_domains", "channels",   "memory_regions",
        "devices", "capabilities",       "interrupts", "schedule"};
    static void (*const readers[])(struct reader *, const struct toml_value *, struct system *) = {
        read_system,  read_pds,  read_channels, read_regions,
        read_devices, read_caps, read_irqs,     read_schedule};
    enum { SECTIONS = sizeof(names) / sizeof(names[0]) };
    struct reader r = {.arena = a, .diag = d};
    size_t errors = d->errors;

    *out = (struct system){
        .file = file, .at = place_file(file), .root = SYSTEM_NONE, .broker = SYSTEM_NONE};
    for (const struct toml_entry *e = table->first; e != NULL; e = e->next) {
        size_t i = 0;
        while (i < SECTIONS && strcmp(e->key.text, names[i]) != 0) {
            i++;
        }
        if (i == SECTIONS) {
            diag_error(d, e->at, "unknown section `%s`; %s", e->key.text,
                       near_fix(a, e->key.text, names, SECTIONS));
        } else {
            readers[i](&r, &e->value, out);
        }
    }
    return d->errors == errors;
}
