// SPDX-License-Identifier: BSD-2-Clause
//
// The TOML front end. Each section is a table of keys, and one reader fills a struct by it:
//
//   keys[]:  {"priority", offsetof(struct sd_pd, priority), KEY_NUMBER, false}
//   text:    priority = 5      ->  pd->priority = {5, given, line:column}
//
// What is wrong is reported and left out; the model is filled with the rest.
#include "tool/arena.h"
#include "tool/file.h"
#include "tool/near.h"
#include "tool/system.h"
#include "tool/toml.h"

#include <string.h>

enum key_kind {
    KEY_TEXT,
    KEY_NUMBER,
    KEY_FLAG,
    KEY_TEXTS,
    KEY_TEXT_OR_TEXTS, // into a list, in which one text stands alone
    KEY_MAPS,
    KEY_PERMITS,
};

struct key {
    const char *name;
    size_t offset; // of the field in the section's struct
    enum key_kind kind;
    bool required;
};

struct section {
    const char *what; // "a channel"
    const struct key *keys;
    size_t count;
};

#define SECTION(keys, what)                                                                        \
    {                                                                                              \
        (what), (keys), sizeof(keys) / sizeof((keys)[0])                                           \
    }

static const struct key system_keys[] = {
    {"name", offsetof(struct system, name), KEY_TEXT, false},
    {"kernel", offsetof(struct system, kernel), KEY_TEXT, false},
    {"expect", offsetof(struct system, expect), KEY_TEXT, false},
    {"start_order", offsetof(struct system, start_order), KEY_TEXTS, false},
    {"programs", offsetof(struct system, programs), KEY_TEXTS, false},
    {"clock", offsetof(struct system, clock), KEY_FLAG, false},
};

static const struct key pd_keys[] = {
    {"program_image", offsetof(struct sd_pd, image), KEY_TEXT, true},
    {"role", offsetof(struct sd_pd, role_name), KEY_TEXT, false},
    {"priority", offsetof(struct sd_pd, priority), KEY_NUMBER, false},
    {"max_priority", offsetof(struct sd_pd, max_priority), KEY_NUMBER, false},
    {"budget", offsetof(struct sd_pd, budget), KEY_NUMBER, false},
    {"period", offsetof(struct sd_pd, period), KEY_NUMBER, false},
    {"stack_size", offsetof(struct sd_pd, stack_size), KEY_NUMBER, false},
    {"passive", offsetof(struct sd_pd, passive), KEY_FLAG, false},
    {"fpu", offsetof(struct sd_pd, fpu), KEY_FLAG, false},
    {"parent", offsetof(struct sd_pd, parent_name), KEY_TEXT, false},
    {"args", offsetof(struct sd_pd, args), KEY_TEXT, false},
    {"restart", offsetof(struct sd_pd, policy.restart_name), KEY_TEXT, false},
    {"max_restarts", offsetof(struct sd_pd, policy.max_restarts), KEY_NUMBER, false},
    {"window", offsetof(struct sd_pd, policy.window), KEY_NUMBER, false},
    {"backoff", offsetof(struct sd_pd, policy.backoff), KEY_NUMBER, false},
    {"heartbeat", offsetof(struct sd_pd, policy.heartbeat), KEY_NUMBER, false},
    {"timeout", offsetof(struct sd_pd, policy.timeout), KEY_FLAG, false},
    {"keep_memory", offsetof(struct sd_pd, policy.keep_memory), KEY_FLAG, false},
    {"depends", offsetof(struct sd_pd, policy.depends), KEY_TEXTS, false},
    {"watches", offsetof(struct sd_pd, policy.watches), KEY_TEXTS, false},
    {"escalate", offsetof(struct sd_pd, policy.escalate_name), KEY_TEXT, false},
    {"allow", offsetof(struct sd_pd, policy.allow_names), KEY_TEXTS, false},
    {"permits", offsetof(struct sd_pd, policy), KEY_PERMITS, false},
    {"quota_memory", offsetof(struct sd_pd, policy.quota_memory), KEY_NUMBER, false},
    {"quota_slots", offsetof(struct sd_pd, policy.quota_slots), KEY_NUMBER, false},
    {"quota_components", offsetof(struct sd_pd, policy.quota_components), KEY_NUMBER, false},
    {"quota_cpu", offsetof(struct sd_pd, policy.quota_cpu), KEY_NUMBER, false},
};

// A [[channels]] table: as many channels as it has senders.
struct channel_table {
    struct sd_channel channel;
    struct sd_texts from;
};

static const struct key channel_keys[] = {
    {"name", offsetof(struct channel_table, channel.name), KEY_TEXT, true},
    {"from", offsetof(struct channel_table, from), KEY_TEXT_OR_TEXTS, true},
    {"to", offsetof(struct channel_table, channel.to_name), KEY_TEXT, true},
    {"kind", offsetof(struct channel_table, channel.kind_name), KEY_TEXT, false},
    {"grant", offsetof(struct channel_table, channel.grant), KEY_FLAG, false},
};

static const struct key region_keys[] = {
    {"size", offsetof(struct sd_region, size), KEY_NUMBER, true},
    {"page_size", offsetof(struct sd_region, page_size), KEY_NUMBER, false},
    {"contiguous", offsetof(struct sd_region, contiguous), KEY_FLAG, false},
    {"maps", 0, KEY_MAPS, false},
};

static const struct key map_keys[] = {
    {"pd", offsetof(struct sd_map, pd_name), KEY_TEXT, true},
    {"rights", offsetof(struct sd_map, rights_name), KEY_TEXT, false},
    {"vaddr", offsetof(struct sd_map, vaddr), KEY_NUMBER, false},
    {"cached", offsetof(struct sd_map, cached), KEY_FLAG, false},
};

static const struct key permit_keys[] = {
    {"path", offsetof(struct sd_match, path), KEY_TEXT, false},
    {"compatible", offsetof(struct sd_match, compatible), KEY_TEXT, false},
    {"alias", offsetof(struct sd_match, alias), KEY_TEXT, false},
    {"pci", offsetof(struct sd_match, pci), KEY_TEXT, false},
};

static const struct key device_keys[] = {
    {"name", offsetof(struct sd_device, name), KEY_TEXT, true},
    {"pd", offsetof(struct sd_device, pd_name), KEY_TEXT, true},
    {"path", offsetof(struct sd_device, match.path), KEY_TEXT, false},
    {"compatible", offsetof(struct sd_device, match.compatible), KEY_TEXT, false},
    {"alias", offsetof(struct sd_device, match.alias), KEY_TEXT, false},
    {"pci", offsetof(struct sd_device, match.pci), KEY_TEXT, false},
    {"registers", offsetof(struct sd_device, registers), KEY_NUMBER, false},
    {"interrupts", offsetof(struct sd_device, interrupts), KEY_NUMBER, false},
    {"dma", offsetof(struct sd_device, dma), KEY_NUMBER, false},
    {"dma_cached", offsetof(struct sd_device, dma_cached), KEY_FLAG, false},
};

static const struct key cap_keys[] = {
    {"name", offsetof(struct sd_cap, name), KEY_TEXT, true},
    {"pd", offsetof(struct sd_cap, pd_name), KEY_TEXT, true},
    {"kind", offsetof(struct sd_cap, kind_name), KEY_TEXT, true},
    {"object", offsetof(struct sd_cap, object_name), KEY_TEXT, true},
    {"rights", offsetof(struct sd_cap, rights_name), KEY_TEXT, false},
    {"badge", offsetof(struct sd_cap, badge), KEY_NUMBER, false},
    {"page", offsetof(struct sd_cap, page), KEY_NUMBER, false},
};

static const struct section system_section = SECTION(system_keys, "[system]");
static const struct section pd_section = SECTION(pd_keys, "a protection domain");
static const struct section channel_section = SECTION(channel_keys, "a channel");
static const struct section region_section = SECTION(region_keys, "a memory region");
static const struct section map_section = SECTION(map_keys, "a map");
static const struct section permit_section = SECTION(permit_keys, "a permit");
static const struct section device_section = SECTION(device_keys, "a device");
static const struct section cap_section = SECTION(cap_keys, "a capability");

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
        "system", "protection_domains", "channels", "memory_regions", "devices", "capabilities"};
    static void (*const readers[])(struct reader *, const struct toml_value *, struct system *) = {
        read_system, read_pds, read_channels, read_regions, read_devices, read_caps};
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

bool system_load(struct arena *a, const char *file, struct system *out, struct diag *d)
{
    struct bytes text;
    const char *cause;
    *out = (struct system){.file = file, .root = SYSTEM_NONE, .broker = SYSTEM_NONE};
    if (!file_read(a, file, TOML_SIZE_MAX, &text, &cause)) {
        diag_error(d, place_file(file), "cannot read the description: %s; check the path", cause);
        return false;
    }
    const struct toml_table *table = toml_parse(a, file, (const char *)text.data, text.size, d);
    if (table == NULL) {
        return false;
    }
    bool ok = system_from_toml(a, file, table, out, d);
    return system_check(a, out, d) && ok;
}
