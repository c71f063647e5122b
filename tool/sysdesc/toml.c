// SPDX-License-Identifier: BSD-2-Clause
//
// The statements. After an error the parser goes on with the next line, so that one run shows every
// mistake; only where the mistake lies inside a value of several lines does it stop, since what
// follows cannot be told apart then.
#include "toml_parser.h"

#include <string.h>

const char *toml_type_name(enum toml_type type)
{
    static const char *const names[] = {
        [TOML_STRING] = "a string",
        [TOML_INTEGER] = "an integer",
        [TOML_FLOAT] = "a number with a fraction",
        [TOML_BOOLEAN] = "a boolean",
        [TOML_OFFSET_DATETIME] = "a date and time",
        [TOML_LOCAL_DATETIME] = "a date and time",
        [TOML_LOCAL_DATE] = "a date",
        [TOML_LOCAL_TIME] = "a time",
        [TOML_ARRAY] = "an array",
        [TOML_TABLE] = "a table",
    };
    return names[type];
}

const struct toml_entry *toml_get(const struct toml_table *table, const char *key)
{
    const struct toml_entry *e = table->first;
    while (e != NULL && (strlen(key) != e->key.length || strcmp(e->key.text, key) != 0)) {
        e = e->next;
    }
    return e;
}

static bool value(struct toml_parser *p, struct toml_value *out);

static bool is_char(const struct toml_parser *p, char c)
{
    return p->at < p->end && *p->at == c;
}

static bool key_and_value(struct toml_parser *p, struct toml_table *table)
{
    struct toml_key_part *key = NULL;
    struct toml_value v = {0};
    if (!toml_key(p, &key)) {
        return false;
    }
    if (!is_char(p, '=')) {
        return toml_fail(p, toml_here(p),
                         "`=` is expected after the key instead of %s; write key = value",
                         toml_describe(p));
    }
    p->at++;
    toml_blanks(p);
    return value(p, &v) && toml_define(p, table, key, &v);
}

static void array_append(struct toml_parser *p, struct toml_array *array,
                         const struct toml_value *v)
{
    struct toml_value *item = arena_alloc(p->arena, sizeof(*item));
    *item = *v;
    if (array->last == NULL) {
        array->first = item;
    } else {
        array->last->next = item;
    }
    array->last = item;
    array->count++;
}

// [1, 2, # comment
//  3,]
static bool array(struct toml_parser *p, struct toml_value *out)
{
    out->type = TOML_ARRAY;
    out->array = arena_alloc(p->arena, sizeof(*out->array));
    p->at++;
    for (;;) {
        toml_blank_lines(p);
        if (is_char(p, ']')) {
            p->at++;
            return true;
        }
        struct toml_value v = {0};
        if (!value(p, &v)) {
            return false;
        }
        array_append(p, out->array, &v);
        toml_blank_lines(p);
        if (is_char(p, ',')) {
            p->at++;
        } else if (!is_char(p, ']')) {
            return toml_fail(
                p, toml_here(p),
                "`,` or `]` is expected in the array of line %u instead of %s; close it",
                out->at.line, toml_describe(p));
        }
    }
}

// An inline table takes no additions once it is complete, nor do the tables inside it.
static void seal(struct toml_table *table)
{
    table->is_inline = true;
    for (struct toml_entry *e = table->first; e != NULL; e = e->next) {
        if (e->value.type == TOML_TABLE && !e->value.table->is_inline) {
            seal(e->value.table);
        }
    }
}

// { a = 1, b.c = 2 } on one line, without a comma at the end.
static bool inline_table(struct toml_parser *p, struct toml_value *out)
{
    out->type = TOML_TABLE;
    out->table = toml_table_new(p);
    p->at++;
    toml_blanks(p);
    if (is_char(p, '}')) {
        p->at++;
        seal(out->table);
        return true;
    }
    for (;;) {
        if (!key_and_value(p, out->table)) {
            return false;
        }
        toml_blanks(p);
        if (is_char(p, '}')) {
            p->at++;
            seal(out->table);
            return true;
        }
        if (!is_char(p, ',')) {
            return toml_fail(
                p, toml_here(p),
                "`,` or `}` is expected in the inline table instead of %s; close it on "
                "the line that it starts on",
                toml_describe(p));
        }
        p->at++;
        toml_blanks(p);
    }
}

static bool nested(struct toml_parser *p, struct toml_value *out)
{
    if (p->depth >= TOML_DEPTH_MAX) {
        return toml_fail(p, out->at, "values are nested deeper than %d; use fewer levels",
                         TOML_DEPTH_MAX);
    }
    p->depth++;
    bool ok = *p->at == '[' ? array(p, out) : inline_table(p, out);
    p->depth--;
    return ok;
}

static bool value(struct toml_parser *p, struct toml_value *out)
{
    out->at = toml_here(p);
    if (is_char(p, '"') || is_char(p, '\'')) {
        out->type = TOML_STRING;
        return toml_string(p, &out->string);
    }
    if (is_char(p, '[') || is_char(p, '{')) {
        return nested(p, out);
    }
    return toml_scalar(p, out);
}

static bool header(struct toml_parser *p)
{
    bool is_array = p->end - p->at >= 2 && p->at[1] == '[';
    struct toml_key_part *key = NULL;
    p->at += is_array ? 2 : 1;
    toml_blanks(p);
    if (!toml_key(p, &key)) {
        return false;
    }
    bool closed = is_char(p, ']') && (!is_array || (p->end - p->at >= 2 && p->at[1] == ']'));
    if (!closed) {
        return toml_fail(p, toml_here(p),
                         "`%s` is expected at the end of the header instead of %s; add it",
                         is_array ? "]]" : "]", toml_describe(p));
    }
    p->at += is_array ? 2 : 1;
    return is_array ? toml_open_array(p, key) : toml_open_table(p, key);
}

static bool statement(struct toml_parser *p)
{
    bool is_header = is_char(p, '[');
    bool ok = is_header ? header(p) : key_and_value(p, p->current);
    if (!ok && is_header) {
        // Keys below a header that failed belong to nobody; give them a place of their own.
        p->current = toml_table_new(p);
    }
    return ok && toml_rest_of_line(p);
}

static bool statements(struct toml_parser *p)
{
    bool ok = true;
    for (;;) {
        toml_blank_lines(p);
        if (p->at >= p->end) {
            return ok;
        }
        unsigned line = p->line;
        if (statement(p)) {
            continue;
        }
        ok = false;
        if (p->line != line) {
            return false;
        }
        p->depth = 0;
        while (p->at < p->end && !toml_at_newline(p)) {
            p->at++;
        }
    }
}

const struct toml_table *toml_parse(struct arena *a, const char *file, const char *text,
                                    size_t size, struct diag *d)
{
    if (size > TOML_SIZE_MAX) {
        diag_error(d, place_file(file), "the file is larger than %d KiB; split it",
                   TOML_SIZE_MAX / 1024);
        return NULL;
    }
    struct toml_parser *p = arena_alloc(a, sizeof(*p));
    p->arena = a;
    p->diag = d;
    p->file = file;
    p->at = arena_copy(a, text, size);
    p->end = p->at + size;
    p->line = 1;
    p->mark = p->at;
    p->mark_column = 1;
    p->root = toml_table_new(p);
    p->current = p->root;
    return toml_check_text(p) && statements(p) ? p->root : NULL;
}
