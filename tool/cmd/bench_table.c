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

static struct bench_cell *cell_of(struct bench_rows *rows, struct bench_row *row, const char *among,
                                  uint64_t alive)
{
    size_t i = 0;
    while (i < rows->column_count &&
           (strcmp(rows->columns[i].among, among) != 0 || rows->columns[i].alive != alive)) {
        i++;
    }
    if (i == BENCH_COLUMNS) {
        return NULL;
    }
    if (i == rows->column_count) {
        rows->columns[rows->column_count++] = (struct bench_column){among, alive};
    }
    return &row->cells[i];
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
    const char *kernel = report_value(&r, "kernel");
    const char *latency = report_value(&r, "latency");
    const char *among = report_value(&r, "among");
    const char *alive = report_value(&r, "alive");
    if (name == NULL || least == NULL) {
        return;
    }
    struct bench_cell *cell = cell_of(rows, row_of(a, rows, name), among == NULL ? "" : among,
                                      alive == NULL ? 0 : strtoull(alive, NULL, 10));
    if (cell != NULL) {
        cell->least = strtoull(least, NULL, 10);
        cell->most = most == NULL ? cell->least : strtoull(most, NULL, 10);
        cell->kernel = kernel == NULL ? 0 : strtoull(kernel, NULL, 10);
        cell->latency = latency == NULL ? 0 : strtoull(latency, NULL, 10);
    }
}

// Is `asked` the row's name, or the beginning of it up to a dot?
static bool names(const char *asked, const char *name)
{
    size_t length = strlen(asked);
    return strncmp(name, asked, length) == 0 && (name[length] == '.' || name[length] == '\0');
}

// Does the command line ask for it?
static bool is_asked(const struct options *o, const char *name)
{
    bool asked = o->systems.count <= 1;
    for (size_t i = 1; i < o->systems.count; i++) {
        asked = asked || names(o->systems.items[i], name);
    }
    return asked;
}

// --- checking ----------------------------------------------------------------------------------

bool bench_known(const struct options *o, const struct bench_rows *rows, struct diag *d)
{
    bool known = true;
    for (size_t i = 1; i < o->systems.count; i++) {
        const char *asked = o->systems.items[i];
        size_t row = 0;
        while (row < rows->count && !names(asked, rows->items[row].name)) {
            row++;
        }
        if (row == rows->count) {
            diag_error(d, place_none(), "no row %s; without it, all are shown", asked);
            known = false;
        }
    }
    return known;
}

bool bench_complete(const struct options *o, const struct bench_rows *rows, struct diag *d)
{
    bool complete = true;
    for (size_t i = 0; i < rows->known; i++) {
        const struct bench_row *row = &rows->items[i];
        if (row->cells[0].most == 0 && is_asked(o, row->name)) {
            diag_error(d, place_none(), "no row %s came; use -v to see what did", row->name);
            complete = false;
        }
    }
    return complete;
}

static const struct bench_row *row_named(const struct bench_rows *rows, const char *name)
{
    size_t i = 0;
    while (i < rows->count && strcmp(rows->items[i].name, name) != 0) {
        i++;
    }
    return i < rows->count ? &rows->items[i] : NULL;
}

bool bench_raw(struct bench_rows *rows, const struct bench_rows *kernel, struct diag *d)
{
    for (size_t i = 0; i < rows->count; i++) {
        struct bench_row *row = &rows->items[i];
        for (size_t part = 0; part < row->part_count; part++) {
            const struct bench_row *of = row_named(kernel, row->parts[part].row);
            if (of == NULL || of->cells[0].most == 0) {
                diag_error(d, place_none(),
                           "%s is said to be made of %s, which `bench kernel` does "
                           "not have; correct the reference",
                           row->name, row->parts[part].row);
                return false;
            }
            const struct bench_cell *cell = &of->cells[0];
            row->raw += row->parts[part].times * cell->most;
            row->raw_kernel +=
                row->parts[part].times * (cell->kernel == 0 ? cell->most : cell->kernel);
        }
    }
    return true;
}

// --- telling -----------------------------------------------------------------------------------

static const char *mark(const struct bench_row *row)
{
    uint64_t most = row->cells[0].most;
    if (row->reference != 0 && most > row->reference) {
        return "above the reference";
    }
    return most > row->target ? "above the target" : "ok";
}

static void print_row(const struct bench_row *row)
{
    const struct bench_cell *cell = &row->cells[0];
    printf("%-26s %10" PRIu64, row->name, cell->least);
    if (row->reference != 0) {
        printf(" %10" PRIu64 " %6.2f %8" PRIu64 "  %s", row->reference,
               (double)cell->least / (double)row->reference, row->target, mark(row));
    }
    if (cell->most != cell->least) {
        printf("  (up to %" PRIu64 ")", cell->most);
    }
    putchar('\n');
}

static bool is_shown(const struct options *o, const struct bench_row *row, size_t column)
{
    return row->cells[column].most != 0 && is_asked(o, row->name);
}

void bench_print_table(const struct options *o, const struct bench_rows *rows)
{
    printf("%-26s %10s %10s %6s %8s\n", "instructions", "measured", "reference", "ratio", "target");
    for (size_t i = 0; i < rows->count; i++) {
        if (is_shown(o, &rows->items[i], 0)) {
            print_row(&rows->items[i]);
        }
    }
}

static void print_component_row(const struct bench_row *row)
{
    uint64_t most = row->cells[0].most;
    printf("%-18s %9" PRIu64 " %9" PRIu64, row->name, most, row->cells[0].kernel);
    if (row->reference == 0) {
        printf(" %9s %-10s %6s", "-", "", "-");
    } else {
        printf(" %9" PRIu64 " %-10s %6.2f", row->reference, row->of == NULL ? "" : row->of,
               (double)most / (double)row->reference);
    }
    if (row->raw == 0) {
        printf(" %8s %6s", "-", "-");
    } else {
        printf(" %8" PRIu64 " %6.2f", row->raw, (double)most / (double)row->raw);
    }
    if (row->target == 0) {
        printf(" %8s\n", "-");
    } else {
        printf(" %8" PRIu64 "  %s\n", row->target, mark(row));
    }
}

void bench_print_components(const struct options *o, const struct bench_rows *rows)
{
    printf("%-18s %9s %9s %9s %-10s %6s %8s %6s %8s\n", "instructions", "measured", "kernel",
           "others", "", "ratio", "raw", "ratio", "target");
    for (size_t i = 0; i < rows->count; i++) {
        if (is_shown(o, &rows->items[i], 0)) {
            print_component_row(&rows->items[i]);
        }
    }
}

void bench_print_worst(const struct options *o, const struct bench_rows *rows)
{
    printf("%-40s %10s %10s %10s %10s\n", "instructions", "operation", "reference", "latency",
           "reference");
    for (size_t i = 0; i < rows->count; i++) {
        const struct bench_row *row = &rows->items[i];
        if (is_shown(o, row, 0)) {
            printf("%-40s %10" PRIu64 " %10" PRIu64 " %10" PRIu64 " %10" PRIu64 "\n", row->name,
                   row->cells[0].most, row->reference, row->cells[0].latency, row->latency);
        }
    }
}

// The columns from `first` on that are of one kind.
static size_t kind_end(const struct bench_rows *rows, size_t first)
{
    size_t end = first;
    while (end < rows->column_count &&
           strcmp(rows->columns[end].among, rows->columns[first].among) == 0) {
        end++;
    }
    return end;
}

static void print_kind(const struct options *o, const struct bench_rows *rows, size_t first,
                       size_t end)
{
    printf("%-26s", rows->columns[first].among);
    for (size_t c = first; c < end; c++) {
        printf(" %10" PRIu64, rows->columns[c].alive);
    }
    printf("  grows by\n");
    for (size_t i = 0; i < rows->count; i++) {
        const struct bench_row *row = &rows->items[i];
        if (!is_shown(o, row, first)) {
            continue;
        }
        printf("%-26s", row->name);
        for (size_t c = first; c < end; c++) {
            printf(" %10" PRIu64, row->cells[c].most);
        }
        printf(" %9.2f\n", (double)row->cells[end - 1].most / (double)row->cells[first].most);
    }
}

void bench_print_growth(const struct options *o, const struct bench_rows *rows)
{
    for (size_t first = 0; first < rows->column_count; first = kind_end(rows, first)) {
        print_kind(o, rows, first, kind_end(rows, first));
    }
}

static json_t *json_cell(const struct bench_column *column, const struct bench_cell *cell)
{
    json_t *json = json_object();
    if (column->among[0] != '\0') {
        json_object_set_new(json, "among", json_string(column->among));
        json_object_set_new(json, "alive", json_integer((json_int_t)column->alive));
    }
    json_object_set_new(json, "instructions", json_integer((json_int_t)cell->least));
    json_object_set_new(json, "most", json_integer((json_int_t)cell->most));
    if (cell->kernel != 0) {
        json_object_set_new(json, "kernel", json_integer((json_int_t)cell->kernel));
    }
    if (cell->latency != 0) {
        json_object_set_new(json, "latency", json_integer((json_int_t)cell->latency));
    }
    return json;
}

static json_t *json_cells(const struct bench_rows *rows, const struct bench_row *row)
{
    json_t *list = json_array();
    for (size_t c = 0; c < rows->column_count; c++) {
        if (row->cells[c].most != 0) {
            json_array_append_new(list, json_cell(&rows->columns[c], &row->cells[c]));
        }
    }
    return list;
}

static json_t *json_row(const struct bench_rows *rows, const struct bench_row *row)
{
    json_t *json = json_object();
    json_object_set_new(json, "name", json_string(row->name));
    json_object_set_new(json, "text", json_string(row->text));
    json_object_set_new(json, "measured", json_cells(rows, row));
    if (row->raw != 0) {
        json_object_set_new(json, "raw", json_integer((json_int_t)row->raw));
        json_object_set_new(json, "raw_kernel", json_integer((json_int_t)row->raw_kernel));
    }
    if (row->of != NULL) {
        json_object_set_new(json, "of", json_string(row->of));
    }
    if (row->reference != 0) {
        json_object_set_new(json, "reference", json_integer((json_int_t)row->reference));
    }
    if (row->target != 0) {
        json_object_set_new(json, "target", json_integer((json_int_t)row->target));
        json_object_set_new(json, "ceiling", json_integer((json_int_t)row->ceiling));
    }
    if (row->latency != 0) {
        json_object_set_new(json, "reference_latency", json_integer((json_int_t)row->latency));
        json_object_set_new(json, "latency_ceiling",
                            json_integer((json_int_t)row->latency_ceiling));
    }
    return json;
}

void bench_print_json(const struct options *o, const struct bench_rows *rows, const char *kernel)
{
    json_t *all = json_object();
    json_t *list = json_array();
    for (size_t i = 0; i < rows->count; i++) {
        if (is_asked(o, rows->items[i].name)) {
            json_array_append_new(list, json_row(rows, &rows->items[i]));
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
