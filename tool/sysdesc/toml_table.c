// SPDX-License-Identifier: BSD-2-Clause
//
// Who may add to a table, once it exists:
//
//   made by                        [table] may define it   dotted keys may add     headers below it
//   a header's parent ([a] of [a.b])   once                    yes                     yes
//   [table] itself                     no (twice)              no                      yes
//   a dotted key                       no                      in the same section     yes
//   { inline }                         no                      no                      no
//
// `[[name]]` adds an element to an array that other [[name]] headers made, and to no other array.
#include "toml_parser.h"

#include <string.h>

// FNV-1a over the key, started from the table.
static size_t bucket_of(const struct toml_table *table, struct toml_string key)
{
    uint64_t hash = 0xcbf29ce484222325u ^ (uint64_t)(uintptr_t)table >> 4;
    for (size_t i = 0; i < key.length; i++) {
        hash = (hash ^ (unsigned char)key.text[i]) * 0x100000001b3u;
    }
    return (size_t)((hash ^ hash >> 32) % TOML_BUCKETS);
}

static struct toml_entry *find(struct toml_parser *p, const struct toml_table *table,
                               struct toml_string key)
{
    struct toml_entry *e = p->buckets[bucket_of(table, key)];
    while (e != NULL && (e->owner != table || e->key.length != key.length ||
                         memcmp(e->key.text, key.text, key.length) != 0)) {
        e = e->chain;
    }
    return e;
}

struct toml_table *toml_table_new(struct toml_parser *p)
{
    return arena_alloc(p->arena, sizeof(struct toml_table));
}

static struct toml_entry *add_entry(struct toml_parser *p, struct toml_table *table,
                                    const struct toml_key_part *key)
{
    struct toml_entry *e = arena_alloc(p->arena, sizeof(*e));
    size_t bucket = bucket_of(table, key->text);
    e->key = key->text;
    e->at = key->at;
    e->owner = table;
    e->chain = p->buckets[bucket];
    p->buckets[bucket] = e;
    if (table->last == NULL) {
        table->first = e;
    } else {
        table->last->next = e;
    }
    table->last = e;
    table->count++;
    return e;
}

static struct toml_table *add_table(struct toml_parser *p, struct toml_table *in,
                                    const struct toml_key_part *key)
{
    struct toml_entry *e = add_entry(p, in, key);
    e->value.type = TOML_TABLE;
    e->value.at = key->at;
    e->value.table = toml_table_new(p);
    return e->value.table;
}

static bool twice(struct toml_parser *p, const struct toml_key_part *key,
                  const struct toml_entry *first)
{
    return toml_fail(p, key->at, "`%s` is defined twice, first in line %u; rename or remove one",
                     key->text.text, first->at.line);
}

// --- headers -----------------------------------------------------------------------------------

// The table that `[... key ...]` goes through.
static struct toml_table *header_step(struct toml_parser *p, struct toml_table *in,
                                      const struct toml_key_part *key)
{
    struct toml_entry *e = find(p, in, key->text);
    if (e == NULL) {
        return add_table(p, in, key);
    }
    if (e->value.type == TOML_TABLE && !e->value.table->is_inline) {
        return e->value.table;
    }
    if (e->value.type == TOML_ARRAY && e->value.array->of_tables) {
        return e->value.array->last->table;
    }
    toml_fail(p, key->at, "`%s` is %s of line %u and takes no tables below it; rename one",
              key->text.text,
              e->value.type == TOML_TABLE ? "the inline table" : toml_type_name(e->value.type),
              e->at.line);
    return NULL;
}

// Up to the last part of the header, which *key then is.
static struct toml_table *header_parent(struct toml_parser *p, const struct toml_key_part **key)
{
    struct toml_table *table = p->root;
    while (table != NULL && (*key)->next != NULL) {
        table = header_step(p, table, *key);
        *key = (*key)->next;
    }
    return table;
}

static void enter(struct toml_parser *p, struct toml_table *table)
{
    table->by_header = true;
    p->current = table;
}

bool toml_open_table(struct toml_parser *p, const struct toml_key_part *key)
{
    p->section++;
    struct toml_table *parent = header_parent(p, &key);
    if (parent == NULL) {
        return false;
    }
    struct toml_entry *e = find(p, parent, key->text);
    if (e == NULL) {
        enter(p, add_table(p, parent, key));
        return true;
    }
    struct toml_table *table = e->value.type == TOML_TABLE ? e->value.table : NULL;
    if (table == NULL || table->by_header || table->is_inline || table->by_dotted) {
        return twice(p, key, e);
    }
    enter(p, table);
    return true;
}

bool toml_open_array(struct toml_parser *p, const struct toml_key_part *key)
{
    p->section++;
    struct toml_table *parent = header_parent(p, &key);
    if (parent == NULL) {
        return false;
    }
    struct toml_entry *e = find(p, parent, key->text);
    if (e == NULL) {
        e = add_entry(p, parent, key);
        e->value.type = TOML_ARRAY;
        e->value.at = key->at;
        e->value.array = arena_alloc(p->arena, sizeof(struct toml_array));
        e->value.array->of_tables = true;
    } else if (e->value.type != TOML_ARRAY || !e->value.array->of_tables) {
        return twice(p, key, e);
    }
    struct toml_array *array = e->value.array;
    struct toml_value *item = arena_alloc(p->arena, sizeof(*item));
    *item = (struct toml_value){.type = TOML_TABLE, .at = key->at, .table = toml_table_new(p)};
    if (array->last == NULL) {
        array->first = item;
    } else {
        array->last->next = item;
    }
    array->last = item;
    array->count++;
    enter(p, item->table);
    return true;
}

// --- keys and values ---------------------------------------------------------------------------

// The table that `... key ... = value` goes through.
static struct toml_table *dotted_step(struct toml_parser *p, struct toml_table *in,
                                      const struct toml_key_part *key)
{
    struct toml_entry *e = find(p, in, key->text);
    struct toml_table *table = e == NULL ? add_table(p, in, key) : NULL;
    if (e != NULL && e->value.type == TOML_TABLE) {
        table = e->value.table;
    }
    bool other_section = table != NULL && table->by_dotted && table->section != p->section;
    if (table == NULL || table->by_header || table->is_inline || other_section) {
        toml_fail(p, key->at,
                  "`%s` is already %s, in line %u; a dotted key adds only to what dotted keys of "
                  "the same section made",
                  key->text.text, table == NULL ? "a value" : "a table", e->at.line);
        return NULL;
    }
    table->by_dotted = true;
    table->section = p->section;
    return table;
}

bool toml_define(struct toml_parser *p, struct toml_table *table, const struct toml_key_part *key,
                 const struct toml_value *value)
{
    for (; key->next != NULL; key = key->next) {
        table = dotted_step(p, table, key);
        if (table == NULL) {
            return false;
        }
    }
    struct toml_entry *e = find(p, table, key->text);
    if (e != NULL) {
        return twice(p, key, e);
    }
    add_entry(p, table, key)->value = *value;
    return true;
}
