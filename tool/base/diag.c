// SPDX-License-Identifier: BSD-2-Clause
#include "tool/diag.h"

#include "tool/arena.h"
#include "tool/text.h"

#include <stdlib.h>
#include <string.h>

struct place place_none(void)
{
    return (struct place){0};
}

struct place place_file(const char *path)
{
    return (struct place){.file = path};
}

struct place place_start(const char *path)
{
    return (struct place){.file = path, .line = 1, .column = 1};
}

bool diag_ok(const struct diag *d)
{
    return d->errors == 0;
}

static bool same_file(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool is_said(const struct diag *d, const struct diag_item *item)
{
    for (size_t i = 0; i < d->count; i++) {
        const struct diag_item *said = &d->items[i];
        if (said->level == item->level && said->at.line == item->at.line &&
            said->at.column == item->at.column && same_file(said->at.file, item->at.file) &&
            strcmp(said->text, item->text) == 0) {
            return true;
        }
    }
    return false;
}

// Keeps a message; false: it was said already.
__attribute__((format(printf, 4, 0))) static bool
add(struct diag *d, enum diag_level level, struct place at, const char *format, va_list args)
{
    struct diag_item item = {
        .at = at, .level = level, .text = arena_vprintf(d->arena, format, args)};
    if (is_said(d, &item)) {
        return false;
    }
    d->items = arena_grow(d->arena, d->items, d->count, &d->capacity, sizeof(*d->items));
    d->items[d->count++] = item;
    return true;
}

void diag_error(struct diag *d, struct place at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (d->errors >= DIAG_ERRORS_SHOWN || add(d, DIAG_ERROR, at, format, args)) {
        d->errors++;
    }
    va_end(args);
}

void diag_warning(struct diag *d, struct place at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (d->warnings >= DIAG_ERRORS_SHOWN || add(d, DIAG_WARNING, at, format, args)) {
        d->warnings++;
    }
    va_end(args);
}

void diag_note(struct diag *d, struct place at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(d, DIAG_NOTE, at, format, args);
    va_end(args);
}

static size_t file_rank(const struct diag *d, const char *file)
{
    size_t i = 0;
    while (i < d->count && !same_file(d->items[i].at.file, file)) {
        i++;
    }
    return i;
}

static bool comes_after(const struct diag *d, const struct place *a, const struct place *b)
{
    if (!same_file(a->file, b->file)) {
        return file_rank(d, a->file) > file_rank(d, b->file);
    }
    if (a->line != b->line) {
        return a->line > b->line;
    }
    return a->column > b->column;
}

// Insertion sort: stable, and the list is short.
static size_t *sorted_order(struct diag *d)
{
    size_t *order = arena_alloc(d->arena, d->count * sizeof(*order));
    for (size_t i = 0; i < d->count; i++) {
        size_t j = i;
        while (j > 0 && comes_after(d, &d->items[order[j - 1]].at, &d->items[i].at)) {
            order[j] = order[j - 1];
            j--;
        }
        order[j] = i;
    }
    return order;
}

static const char *program_name(const struct diag *d)
{
    return d->program == NULL ? "kaal" : d->program;
}

static void print_item(const struct diag *d, const struct diag_item *item, FILE *to)
{
    static const char *const names[] = {
        [DIAG_ERROR] = "error",
        [DIAG_WARNING] = "warning",
        [DIAG_NOTE] = "note",
    };
    if (item->at.file == NULL) {
        fprintf(to, "%s: ", program_name(d));
    } else if (item->at.line == 0) {
        fprintf(to, "%s: ", item->at.file);
    } else {
        fprintf(to, "%s:%u:%u: ", item->at.file, item->at.line, item->at.column);
    }
    fprintf(to, "%s: %s\n", names[item->level], item->text);
}

void diag_print(struct diag *d, FILE *to)
{
    size_t *order = sorted_order(d);
    for (size_t i = 0; i < d->count; i++) {
        print_item(d, &d->items[order[i]], to);
    }
    if (d->errors > DIAG_ERRORS_SHOWN && d->count != 0) {
        size_t more = d->errors - DIAG_ERRORS_SHOWN;
        fprintf(to, "%s: note: %zu more %s not shown\n", program_name(d), more,
                by_count(more, "error is", "errors are"));
    }
    d->count = 0;
}
