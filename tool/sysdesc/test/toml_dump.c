// SPDX-License-Identifier: BSD-2-Clause
//
// Prints a TOML file as JSON with its types, for the comparison with another implementation: see
// toml_compare.py. Exit status 1 and the messages if the file is not valid.
#include "tool/arena.h"
#include "tool/diag.h"
#include "tool/file.h"
#include "tool/toml.h"

#include <math.h>
#include <stdio.h>

static void dump(const struct toml_value *v);

static void dump_text(struct toml_string s)
{
    putchar('"');
    for (size_t i = 0; i < s.length; i++) {
        unsigned char c = (unsigned char)s.text[i];
        if (c == '"' || c == '\\') {
            printf("\\%c", c);
        } else if (c < 0x20 || c == 0x7f) {
            printf("\\u%04x", c);
        } else {
            putchar(c);
        }
    }
    putchar('"');
}

static void dump_table(const struct toml_table *table)
{
    putchar('{');
    for (const struct toml_entry *e = table->first; e != NULL; e = e->next) {
        dump_text(e->key);
        putchar(':');
        dump(&e->value);
        if (e->next != NULL) {
            putchar(',');
        }
    }
    putchar('}');
}

static void dump_array(const struct toml_array *array)
{
    putchar('[');
    for (const struct toml_value *v = array->first; v != NULL; v = v->next) {
        dump(v);
        if (v->next != NULL) {
            putchar(',');
        }
    }
    putchar(']');
}

static void dump_float(double x)
{
    if (isnan(x) || isinf(x)) {
        printf("{\"float\":\"%s\"}", isnan(x) ? "nan" : x < 0 ? "-inf" : "inf");
    } else {
        printf("{\"float\":\"%a\"}", x);
    }
}

static void dump(const struct toml_value *v)
{
    switch (v->type) {
    case TOML_STRING:
        dump_text(v->string);
        break;
    case TOML_INTEGER:
        printf("%jd", (intmax_t)v->integer);
        break;
    case TOML_FLOAT:
        dump_float(v->number);
        break;
    case TOML_BOOLEAN:
        fputs(v->boolean ? "true" : "false", stdout);
        break;
    case TOML_OFFSET_DATETIME:
    case TOML_LOCAL_DATETIME:
    case TOML_LOCAL_DATE:
    case TOML_LOCAL_TIME:
        fputs("{\"date\":", stdout);
        dump_text(v->string);
        putchar('}');
        break;
    case TOML_ARRAY:
        dump_array(v->array);
        break;
    case TOML_TABLE:
        dump_table(v->table);
        break;
    }
}

// One file: its JSON if `print`. Is it valid?
static bool take_file(const char *path, bool print)
{
    struct arena arena = {0};
    struct diag diag = {.arena = &arena};
    struct bytes file = {0};
    const char *cause;
    if (!file_read(&arena, path, TOML_SIZE_MAX, &file, &cause)) {
        diag_error(&diag, place_file(path), "%s; check the path", cause);
    }
    const struct toml_table *t =
        toml_parse(&arena, path, (const char *)file.data, file.size, &diag);
    if (t != NULL && print) {
        dump_table(t);
        putchar('\n');
    }
    if (print) {
        diag_print(&diag, stderr);
    }
    bool ok = diag_ok(&diag);
    arena_free(&arena);
    return ok;
}

// toml_dump FILE; toml_dump --valid FILE... prints a line of 0 and 1, one digit for each file.
int main(int argc, char **argv)
{
    if (argc == 2) {
        return take_file(argv[1], true) ? 0 : 1;
    }
    for (int i = 2; i < argc; i++) {
        putchar(take_file(argv[i], false) ? '1' : '0');
    }
    putchar('\n');
    return 0;
}
