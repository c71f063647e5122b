// SPDX-License-Identifier: BSD-2-Clause
//
// The rows that came from the machine, beside the reference.
#include "bench.h"

#include "tool/arena.h"
#include "tool/options.h"
#include "tool/report.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- taking ------------------------------------------------------------------------------------

static struct bench_row *row_of(struct arena *a, struct bench_rows *rows, const char *name)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (strcmp(rows->items[i].name, name) == 0) {
            return &rows->items[i];
        }
    }
    rows->items = arena_grow(a, rows->items, rows->count, &rows->capacity, sizeof(*rows->items));
    struct bench_row *row = &rows->items[rows->count++];
    *row = (struct bench_row){.name = arena_string(a, name), .text = arena_string(a, name)};
    return row;
}

void bench_take(struct arena *a, struct bench_rows *rows, const char *line)
{
    struct report r;
    if (!report_parse(a, line, &r) || strcmp(r.event, "row") != 0) {
        return;
    }
    const char *name = report_value(&r, "name");
    const char *least = report_value(&r, "instructions");
    const char *most = report_value(&r, "most");
    if (name == NULL || least == NULL) {
        return;
    }
    struct bench_row *row = row_of(a, rows, name);
    row->least = strtoull(least, NULL, 10);
    row->most = most == NULL ? row->least : strtoull(most, NULL, 10);
}

bool bench_asked(const struct options *o, const char *name)
{
    for (size_t i = 1; i < o->systems.count; i++) {
        size_t length = strlen(o->systems.items[i]);
        if (strncmp(name, o->systems.items[i], length) == 0 &&
            (name[length] == '.' || name[length] == '\0')) {
            return true;
        }
    }
    return o->systems.count <= 1;
}

// --- telling -----------------------------------------------------------------------------------

static const char *mark(const struct bench_row *row)
{
    if (row->reference == 0) {
        return "";
    }
    if (row->most > row->reference) {
        return "above the reference";
    }
    return row->most > row->target ? "above the target" : "ok";
}

static void print_row(const struct bench_row *row)
{
    printf("%-26s %8" PRIu64, row->name, row->least);
    if (row->reference != 0) {
        printf(" %9" PRIu64 " %6.2f %7" PRIu64 "  %s", row->reference,
               (double)row->least / (double)row->reference, row->target, mark(row));
    }
    if (row->most != row->least) {
        printf("%s(up to %" PRIu64 ")", row->reference == 0 ? "   " : " ", row->most);
    }
    putchar('\n');
}

void bench_print_table(const struct options *o, const struct bench_rows *rows)
{
    printf("%-26s %8s %9s %6s %7s\n", "instructions", "measured", "reference", "ratio", "target");
    for (size_t i = 0; i < rows->count; i++) {
        if (rows->items[i].most != 0 && bench_asked(o, rows->items[i].name)) {
            print_row(&rows->items[i]);
        }
    }
}

static json_t *json_row(const struct bench_row *row)
{
    json_t *json = json_object();
    json_object_set_new(json, "name", json_string(row->name));
    json_object_set_new(json, "text", json_string(row->text));
    json_object_set_new(json, "instructions", json_integer((json_int_t)row->least));
    json_object_set_new(json, "most", json_integer((json_int_t)row->most));
    if (row->reference != 0) {
        json_object_set_new(json, "reference", json_integer((json_int_t)row->reference));
        json_object_set_new(json, "target", json_integer((json_int_t)row->target));
        json_object_set_new(json, "ceiling", json_integer((json_int_t)row->ceiling));
    }
    return json;
}

void bench_print_json(const struct options *o, const struct bench_rows *rows, const char *kernel)
{
    json_t *all = json_object();
    json_t *list = json_array();
    for (size_t i = 0; i < rows->count; i++) {
        if (rows->items[i].most != 0 && bench_asked(o, rows->items[i].name)) {
            json_array_append_new(list, json_row(&rows->items[i]));
        }
    }
    json_object_set_new(all, "kernel", json_string(kernel));
    json_object_set_new(all, "reference_measured_on",
                        rows->measured_on == NULL ? json_null() : json_string(rows->measured_on));
    json_object_set_new(all, "rows", list);
    json_dumpf(all, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    putchar('\n');
    json_decref(all);
}
