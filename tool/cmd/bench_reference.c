// SPDX-License-Identifier: BSD-2-Clause
//
// tests/bench/reference.json: what each row is called, what the reference kernel takes for it, and
// what is wanted of ours.
#include "bench.h"

#include "tool/arena.h"
#include "tool/file.h"

#include "default_system.h"

#define REFERENCE "tests/bench/reference.json"

enum {
    REFERENCE_MAX = 1024 * 1024,
};

static uint64_t number(const json_t *row, const char *key, uint64_t missing)
{
    const json_t *value = json_object_get(row, key);
    return json_is_integer(value) ? (uint64_t)json_integer_value(value) : missing;
}

static const char *text(struct arena *a, const json_t *row, const char *key)
{
    const char *value = json_string_value(json_object_get(row, key));
    return value == NULL ? NULL : arena_string(a, value);
}

static void take_parts(struct arena *a, json_t *json, struct bench_row *out)
{
    const char *row;
    json_t *times;
    size_t capacity = 0;
    json_object_foreach(json, row, times)
    {
        out->parts = arena_grow(a, out->parts, out->part_count, &capacity, sizeof(*out->parts));
        out->parts[out->part_count++] =
            (struct bench_part){arena_string(a, row), (uint64_t)json_integer_value(times)};
    }
}

static bool take_row(struct arena *a, const json_t *json, struct bench_row *out)
{
    *out = (struct bench_row){
        .name = text(a, json, "name"),
        .text = text(a, json, "text"),
        .of = text(a, json, "of"),
        .reference = number(json, "reference", 0),
    };
    out->target = number(json, "target", out->reference);
    out->latency = number(json, "latency", 0);
    out->latency_ceiling = number(json, "latency_ceiling", out->latency);
    out->ceiling = number(json, "ceiling", out->target);
    take_parts(a, json_object_get(json, "raw"), out);
    return out->name != NULL && out->text != NULL;
}

static bool take_rows(struct arena *a, const json_t *json, const char *key, const char *path,
                      struct bench_rows *out, struct diag *d)
{
    const json_t *rows = json_object_get(json, key);
    out->measured_on = text(a, json, "measured_on");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        out->items = arena_grow(a, out->items, out->count, &out->capacity, sizeof(*out->items));
        if (!take_row(a, json_array_get(rows, i), &out->items[out->count++])) {
            diag_error(d, place_file(path), "row %zu has no `name` or no `text`; add it", i);
            return false;
        }
    }
    out->known = out->count;
    return true;
}

json_t *bench_reference_file(struct arena *a, struct diag *d)
{
    const char *path = source_path(a, REFERENCE);
    const char *cause;
    struct bytes file;
    json_error_t error;
    if (!file_read(a, path, REFERENCE_MAX, &file, &cause)) {
        diag_error(d, place_file(path), "cannot read the reference: %s; check the source folder",
                   cause);
        return NULL;
    }
    json_t *json = json_loadb((const char *)file.data, file.size, JSON_REJECT_DUPLICATES, &error);
    if (json == NULL) {
        diag_error(d, (struct place){path, (unsigned)error.line, (unsigned)error.column},
                   "%s; correct it", error.text);
    }
    return json;
}

bool bench_reference(struct arena *a, const char *key, struct bench_rows *out, struct diag *d)
{
    *out = (struct bench_rows){0};
    json_t *json = bench_reference_file(a, d);
    bool ok = json != NULL && take_rows(a, json, key, source_path(a, REFERENCE), out, d);
    json_decref(json);
    return ok;
}
