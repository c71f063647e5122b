// SPDX-License-Identifier: BSD-2-Clause
#include "tool/expect.h"

#include "tool/arena.h"
#include "tool/disk.h"
#include "tool/file.h"
#include "tool/near.h"
#include "tool/toml.h"

#include <string.h>

enum {
    ITEMS_MAX = 4096,
    TIMEOUT_MAX = 3600,
};

struct reader {
    struct arena *arena;
    struct diag *diag;
    struct expect *expect;
};

// --- the boot sequence -------------------------------------------------------------------------

static struct expect_item *add_item(struct arena *a, struct expect *e, const char *from,
                                    const char *event)
{
    e->items = arena_grow(a, e->items, e->count, &e->capacity, sizeof(*e->items));
    struct expect_item *item = &e->items[e->count++];
    *item = (struct expect_item){.from = from, .event = event, .key = EXPECT_NONE};
    return item;
}

// The fields of a boot stage: room for `count`.
static void set_fields(struct arena *a, struct expect_item *item, const struct expect_field *fields,
                       size_t count)
{
    struct expect_field *copy = arena_alloc(a, count * sizeof(*copy));
    memcpy(copy, fields, count * sizeof(*copy));
    item->fields = copy;
    item->count = count;
}

static struct value text_value(const char *text)
{
    return (struct value){.kind = VALUE_TEXT, .text = text};
}

static struct value number_value(uint64_t number)
{
    return (struct value){.kind = VALUE_NUMBER, .min = number, .max = number};
}

static void add_stage(struct arena *a, struct expect *e, const char *from, const char *event,
                      const char *title)
{
    add_item(a, e, from, event)->title = title;
}

void expect_boot(struct arena *a, const struct boot_facts *facts, struct expect *out)
{
    *out = (struct expect){
        .end = EXPECT_NONE, .kernel_el = facts->kernel_el, .backend = facts->backend};
    if (facts->loader) {
        add_stage(a, out, "loader", "start", "loader started");
        add_stage(a, out, "loader", "enter", "kernel entered");
    }
    if (facts->kernel_reports) {
        add_stage(a, out, "kernel", "start", "kernel started");
    }
    const struct expect_field start[] = {
        {"system", text_value(facts->system)},
        {"config", text_value(facts->config)},
        {"pds", number_value(facts->pds)},
        {"seed", {.kind = VALUE_EXPRESSION, .text = "seed"}},
    };
    // The root task is not among what it builds.
    const struct expect_field built[] = {{"pds", number_value(facts->pds - 1)}};
    const struct expect_field handover[] = {{"root_slots", number_value(0)}};
    add_stage(a, out, facts->root, "start", "root task started");
    set_fields(a, &out->items[out->count - 1], start, 4);
    add_stage(a, out, facts->broker, "ready", "broker ready");
    add_stage(a, out, facts->broker, "handover", "authority handed over");
    set_fields(a, &out->items[out->count - 1], handover, 1);
    add_stage(a, out, facts->broker, "built", "system built");
    set_fields(a, &out->items[out->count - 1], built, 1);
    out->stage_count = out->count;
    out->boot_count = out->count;
}

// --- reading -----------------------------------------------------------------------------------

static bool wrong_type(struct reader *r, const struct toml_entry *e, const char *wanted)
{
    diag_error(r->diag, e->value.at, "`%s` is %s; give %s", e->key.text,
               toml_type_name(e->value.type), wanted);
    return false;
}

static bool read_text(struct reader *r, const struct toml_entry *e, const char **out)
{
    if (e->value.type != TOML_STRING) {
        return wrong_type(r, e, "a string");
    }
    *out = e->value.string.text;
    return true;
}

static bool known_keys(struct reader *r, const struct toml_table *t, const char *const *keys,
                       size_t count, const char *what)
{
    bool ok = true;
    for (const struct toml_entry *e = t->first; e != NULL; e = e->next) {
        size_t i = 0;
        while (i < count && strcmp(e->key.text, keys[i]) != 0) {
            i++;
        }
        if (i == count) {
            diag_error(r->diag, e->at, "unknown key `%s` in %s; %s", e->key.text, what,
                       near_fix(r->arena, e->key.text, keys, count));
            ok = false;
        }
    }
    return ok;
}

static bool required_text(struct reader *r, const struct toml_table *t, struct place at,
                          const char *key, const char **out)
{
    const struct toml_entry *e = toml_get(t, key);
    if (e == NULL) {
        diag_error(r->diag, at, "`%s` is missing; add `%s = ...`", key, key);
        return false;
    }
    return read_text(r, e, out);
}

static bool read_fields(struct reader *r, const struct toml_table *t, struct expect_item *item)
{
    size_t capacity = item->count;
    bool ok = true;
    for (const struct toml_entry *e = t->first; e != NULL; e = e->next) {
        struct expect_field field = {.key = e->key.text};
        ok = value_read(r->arena, &e->value, &field.value, r->diag) && ok;
        item->fields =
            arena_grow(r->arena, item->fields, item->count, &capacity, sizeof(*item->fields));
        item->fields[item->count++] = field;
    }
    return ok;
}

// from, event, title, values: what stages and reports share.
static bool read_item(struct reader *r, const struct toml_value *v, struct expect_item *item)
{
    const struct toml_entry *title = toml_get(v->table, "title");
    const struct toml_entry *values = toml_get(v->table, "values");
    *item = (struct expect_item){.at = v->at, .key = EXPECT_NONE};
    bool ok = required_text(r, v->table, v->at, "from", &item->from);
    ok = required_text(r, v->table, v->at, "event", &item->event) && ok;
    if (title != NULL) {
        ok = read_text(r, title, &item->title) && ok;
    }
    if (values != NULL && values->value.type != TOML_TABLE) {
        return wrong_type(r, values, "a table of keys and values");
    }
    return (values == NULL || read_fields(r, values->value.table, item)) && ok;
}

static void append(struct reader *r, const struct expect_item *item)
{
    *add_item(r->arena, r->expect, NULL, NULL) = *item;
}

static bool read_stage(struct reader *r, const struct toml_value *v)
{
    static const char *const keys[] = {"from", "event", "title", "values"};
    struct expect_item item;
    if (!known_keys(r, v->table, keys, 4, "a stage") || !read_item(r, v, &item)) {
        return false;
    }
    append(r, &item);
    r->expect->stage_count = r->expect->count;
    return true;
}

// One line of `each`: the report's own values and these; the field `key` tells which line it is.
static bool read_each(struct reader *r, const struct expect_item *base, const char *key,
                      const struct toml_value *v)
{
    struct expect_item item = *base;
    if (v->type != TOML_TABLE) {
        diag_error(r->diag, v->at, "`each` holds %s; give tables of keys and values",
                   toml_type_name(v->type));
        return false;
    }
    item.at = v->at;
    item.fields = arena_alloc(r->arena, (base->count + 1) * sizeof(*item.fields));
    if (base->count != 0) {
        memcpy(item.fields, base->fields, base->count * sizeof(*item.fields));
    }
    if (!read_fields(r, v->table, &item)) {
        return false;
    }
    for (size_t i = 0; i < item.count; i++) {
        if (strcmp(item.fields[i].key, key) == 0) {
            item.key = i;
        }
    }
    if (item.key == EXPECT_NONE) {
        diag_error(r->diag, v->at, "`each` without `%s`, which tells the lines apart; add it", key);
        return false;
    }
    append(r, &item);
    return true;
}

// Is the report expected of kernels at this exception level?
static bool read_kernel_el(struct reader *r, const struct toml_value *v, bool *applies)
{
    const struct toml_entry *el = toml_get(v->table, "kernel_el");
    *applies = true;
    if (el == NULL) {
        return true;
    }
    if (el->value.type != TOML_INTEGER || el->value.integer < 1 || el->value.integer > 2) {
        diag_error(r->diag, el->value.at,
                   "`kernel_el` is no exception level of a kernel; give 1 or 2");
        return false;
    }
    *applies = el->value.integer == (int64_t)r->expect->kernel_el;
    return true;
}

// Is the report expected of the backend that runs the system? Without `backends`, of each.
static bool read_backends(struct reader *r, const struct toml_table *t, bool *wanted)
{
    static const char *const names[] = {"kaal", "sel4", "mock"};
    const struct toml_entry *e = toml_get(t, "backends");
    *wanted = e == NULL;
    if (e == NULL) {
        return true;
    }
    if (e->value.type != TOML_ARRAY) {
        return wrong_type(r, e, "an array of names");
    }
    for (const struct toml_value *v = e->value.array->first; v != NULL; v = v->next) {
        const char *name = v->type == TOML_STRING ? v->string.text : "";
        if (strcmp(name, "kaal") != 0 && strcmp(name, "sel4") != 0 && strcmp(name, "mock") != 0) {
            diag_error(r->diag, v->at, "no backend `%s`; %s", name,
                       near_fix(r->arena, name, names, 3));
            return false;
        }
        *wanted = *wanted || strcmp(name, r->expect->backend) == 0;
    }
    return true;
}

// An optional truth value, false if it is not there.
static bool read_flag(struct reader *r, const struct toml_table *t, const char *key, bool *out)
{
    const struct toml_entry *e = toml_get(t, key);
    *out = false;
    if (e != NULL && e->value.type != TOML_BOOLEAN) {
        return wrong_type(r, e, "true or false");
    }
    *out = e != NULL && e->value.boolean;
    return true;
}

static bool read_report(struct reader *r, const struct toml_value *v)
{
    static const char *const keys[] = {"from", "event", "title",    "values",    "key",
                                       "each", "typed", "backends", "kernel_el", "repeats"};
    struct expect_item item;
    bool wanted = false;
    bool applies = false;
    if (!known_keys(r, v->table, keys, 10, "a report") || !read_item(r, v, &item) ||
        !read_backends(r, v->table, &wanted) || !read_kernel_el(r, v, &applies)) {
        return false;
    }
    if (!wanted || !applies) {
        return true;
    }
    if (!read_flag(r, v->table, "typed", &item.typed) ||
        !read_flag(r, v->table, "repeats", &item.repeats)) {
        return false;
    }
    const struct toml_entry *each = toml_get(v->table, "each");
    if (each == NULL) {
        append(r, &item);
        return true;
    }
    const char *key;
    if (!required_text(r, v->table, v->at, "key", &key)) {
        return false;
    }
    if (each->value.type != TOML_ARRAY) {
        return wrong_type(r, each, "an array of tables");
    }
    bool ok = true;
    for (const struct toml_value *e = each->value.array->first; e != NULL; e = e->next) {
        ok = read_each(r, &item, key, e) && ok;
    }
    return ok;
}

// `text`, the whole line, or `contains`, a part of it.
static bool read_line_text(struct reader *r, const struct toml_value *v, struct expect_line *line)
{
    const struct toml_entry *text = toml_get(v->table, "text");
    const struct toml_entry *part = toml_get(v->table, "contains");
    if ((text == NULL) == (part == NULL)) {
        diag_error(r->diag, v->at,
                   "a line has `text`, all of it, or `contains`, a part of it; give one of them");
        return false;
    }
    line->part = part != NULL;
    if (!read_text(r, text != NULL ? text : part, &line->text)) {
        return false;
    }
    if (line->text[0] == '\0' && line->part) {
        diag_error(r->diag, part->value.at,
                   "`contains` is empty, as any line does; give some text");
        return false;
    }
    return true;
}

static bool read_line(struct reader *r, const struct toml_value *v)
{
    static const char *const keys[] = {"from", "text", "contains", "never"};
    struct expect_line line = {.at = v->at};
    const struct toml_entry *from = toml_get(v->table, "from");
    bool ok = known_keys(r, v->table, keys, 4, "a line");
    ok = (from == NULL || read_text(r, from, &line.from)) && ok;
    ok = read_flag(r, v->table, "never", &line.never) && ok;
    if (!read_line_text(r, v, &line) || !ok) {
        return false;
    }
    struct expect *e = r->expect;
    e->lines = arena_grow(r->arena, e->lines, e->line_count, &e->line_capacity, sizeof(*e->lines));
    e->lines[e->line_count++] = line;
    return true;
}

static bool read_input(struct reader *r, const struct toml_value *v)
{
    static const char *const keys[] = {"from", "event", "text"};
    struct expect_input input = {0};
    const struct toml_entry *text = toml_get(v->table, "text");
    bool ok = known_keys(r, v->table, keys, 3, "an input");
    ok = required_text(r, v->table, v->at, "from", &input.from) && ok;
    ok = required_text(r, v->table, v->at, "event", &input.event) && ok;
    if (text == NULL) {
        diag_error(r->diag, v->at, "`text` is missing; add `text = ...`");
        return false;
    }
    if (!value_read(r->arena, &text->value, &input.text, r->diag) || !ok) {
        return false;
    }
    struct expect *e = r->expect;
    e->inputs =
        arena_grow(r->arena, e->inputs, e->input_count, &e->input_capacity, sizeof(*e->inputs));
    e->inputs[e->input_count++] = input;
    return true;
}

static bool read_list(struct reader *r, const struct toml_table *t, const char *name,
                      bool (*read)(struct reader *, const struct toml_value *))
{
    const struct toml_entry *e = toml_get(t, name);
    if (e == NULL) {
        return true;
    }
    if (e->value.type != TOML_ARRAY) {
        return wrong_type(r, e, "an array of tables");
    }
    bool ok = true;
    for (const struct toml_value *v = e->value.array->first; v != NULL; v = v->next) {
        if (v->type != TOML_TABLE) {
            return wrong_type(r, e, "an array of tables");
        }
        ok = read(r, v) && ok;
    }
    return ok;
}

static bool read_end(struct reader *r, const struct toml_table *t)
{
    const struct toml_entry *e = toml_get(t, "end");
    if (e == NULL) {
        return true;
    }
    if (e->value.type != TOML_TABLE) {
        return wrong_type(r, e, "a table with `from` and `event`");
    }
    if (!read_stage(r, &e->value)) {
        return false;
    }
    r->expect->end = r->expect->count - 1;
    return true;
}

static bool read_timeout(struct reader *r, const struct toml_table *t)
{
    const struct toml_entry *e = toml_get(t, "timeout");
    if (e == NULL) {
        return true;
    }
    if (e->value.type != TOML_INTEGER || e->value.integer < 1 || e->value.integer > TIMEOUT_MAX) {
        diag_error(r->diag, e->value.at, "`timeout` is no number of seconds; give 1 to %d",
                   TIMEOUT_MAX);
        return false;
    }
    r->expect->timeout = (unsigned)e->value.integer;
    return true;
}

static bool read_disk(struct reader *r, const struct toml_table *t)
{
    const struct toml_entry *e = toml_get(t, "disk");
    if (e == NULL) {
        return true;
    }
    if (e->value.type != TOML_INTEGER || e->value.integer < DISK_SECTOR ||
        e->value.integer > DISK_SIZE_MAX || e->value.integer % DISK_SECTOR != 0) {
        diag_error(r->diag, e->value.at,
                   "`disk` is no size of an empty disk; give a number of bytes, whole sectors of "
                   "%d, up to 0x%x",
                   DISK_SECTOR, DISK_SIZE_MAX);
        return false;
    }
    r->expect->disk = (uint64_t)e->value.integer;
    return true;
}

static bool read_settings(struct reader *r, const struct toml_table *t)
{
    static const char *const keys[] = {"timeout", "disk"};
    const struct toml_entry *e = toml_get(t, "expect");
    if (e == NULL) {
        return true;
    }
    if (e->value.type != TOML_TABLE) {
        return wrong_type(r, e, "a table");
    }
    bool ok = known_keys(r, e->value.table, keys, 2, "[expect]");
    ok = read_timeout(r, e->value.table) && ok;
    return read_disk(r, e->value.table) && ok;
}

// The same line cannot be expected twice: the second would never match.
static bool check_unique(struct reader *r)
{
    const struct expect *e = r->expect;
    for (size_t i = e->boot_count; i < e->count; i++) {
        for (size_t j = 0; j < i; j++) {
            const struct expect_item *x = &e->items[i];
            const struct expect_item *y = &e->items[j];
            bool same = strcmp(x->from, y->from) == 0 && strcmp(x->event, y->event) == 0;
            bool keyed = x->key != EXPECT_NONE && y->key != EXPECT_NONE;
            if (same && keyed) {
                same = strcmp(value_expected(r->arena, &x->fields[x->key].value, 0),
                              value_expected(r->arena, &y->fields[y->key].value, 0)) == 0;
            }
            if (same) {
                diag_error(r->diag, x->at,
                           "`[%s] @%s` is expected twice%s; remove one or tell them apart by a key",
                           x->from, x->event,
                           j < e->boot_count ? ", by the boot sequence too" : "");
                return false;
            }
        }
    }
    return true;
}

bool expect_read(struct arena *a, const char *file, struct expect *out, struct diag *d)
{
    static const char *const sections[] = {"expect", "stages", "reports", "lines", "inputs", "end"};
    struct reader r = {.arena = a, .diag = d, .expect = out};
    struct bytes text;
    const char *cause;
    if (!file_read(a, file, TOML_SIZE_MAX, &text, &cause)) {
        diag_error(d, place_file(file), "cannot read the expectations: %s; check the path", cause);
        return false;
    }
    const struct toml_table *t = toml_parse(a, file, (const char *)text.data, text.size, d);
    if (t == NULL) {
        return false;
    }
    bool ok = known_keys(&r, t, sections, 6, "the expectations");
    ok = read_settings(&r, t) && ok;
    ok = read_list(&r, t, "stages", read_stage) && ok;
    ok = read_end(&r, t) && ok;
    ok = read_list(&r, t, "reports", read_report) && ok;
    ok = read_list(&r, t, "lines", read_line) && ok;
    ok = read_list(&r, t, "inputs", read_input) && ok;
    if (out->count > ITEMS_MAX || out->line_count > ITEMS_MAX) {
        diag_error(d, place_file(file), "more than %d expectations; remove some", ITEMS_MAX);
        return false;
    }
    return ok && check_unique(&r);
}
