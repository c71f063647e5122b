// SPDX-License-Identifier: BSD-2-Clause
#include "tool/judge.h"

#include "tool/arena.h"
#include "tool/report.h"

#include <string.h>

void judge_init(struct judge *j, struct arena *a, const struct expect *e, uint64_t seed)
{
    *j = (struct judge){
        .arena = a,
        .expect = e,
        .seed = seed,
        .seen = arena_alloc(a, (e->count + 1) * sizeof(*j->seen)),
    };
    j->lines_seen = arena_alloc(a, (e->line_count + 1) * sizeof(*j->lines_seen));
    for (size_t i = 0; i < e->line_count; i++) {
        j->lines_left += e->lines[i].never ? 0 : 1;
    }
    // Without a seed nobody typed: such lines are as good as seen. Others need not come at all.
    for (size_t i = 0; i < e->count; i++) {
        if ((seed == 0 && e->items[i].typed) || e->items[i].repeats) {
            j->seen[i].seen = true;
            j->seen[i].assumed = true;
            j->seen_count++;
        }
    }
}

void judge_problem(struct judge *j, const char *format, ...)
{
    if (j->problem_count++ >= JUDGE_PROBLEMS_SHOWN) {
        return;
    }
    va_list args;
    va_start(args, format);
    j->problems[j->problem_count - 1] = arena_vprintf(j->arena, format, args);
    va_end(args);
}

const char *judge_item_name(struct arena *a, const struct expect_item *item)
{
    if (item->key == EXPECT_NONE) {
        return arena_printf(a, "[%s] @%s", item->from, item->event);
    }
    const struct expect_field *field = &item->fields[item->key];
    return arena_printf(a, "[%s] @%s %s=%s", item->from, item->event, field->key,
                        value_expected(a, &field->value, 0));
}

static const char *name_of(struct judge *j, size_t item)
{
    return judge_item_name(&j->line, &j->expect->items[item]);
}

// The item that a line is about. `*related`: some item has its sender and event, if not its key.
static size_t find_item(const struct judge *j, const struct report *r, bool *related)
{
    *related = false;
    for (size_t i = 0; i < j->expect->count; i++) {
        const struct expect_item *item = &j->expect->items[i];
        if (strcmp(item->from, r->from) != 0 || strcmp(item->event, r->event) != 0) {
            continue;
        }
        *related = true;
        if (item->key == EXPECT_NONE) {
            return i;
        }
        const struct expect_field *field = &item->fields[item->key];
        const char *value = report_value(r, field->key);
        if (value != NULL && value_matches(&field->value, j->seed, value)) {
            return i;
        }
    }
    return EXPECT_NONE;
}

static void check_values(struct judge *j, size_t index, const struct report *r)
{
    const struct expect_item *item = &j->expect->items[index];
    for (size_t i = 0; i < item->count; i++) {
        const struct expect_field *field = &item->fields[i];
        const char *actual = report_value(r, field->key);
        const char *wanted = value_expected(&j->line, &field->value, j->seed);
        if (actual == NULL) {
            j->seen[index].wrong = true;
            judge_problem(j, "%s has no %s, expected %s", name_of(j, index), field->key, wanted);
        } else if (!value_matches(&field->value, j->seed, actual)) {
            j->seen[index].wrong = true;
            judge_problem(j, "%s has %s=%s, expected %s", name_of(j, index), field->key, actual,
                          wanted);
        }
    }
}

static bool boots(const struct judge *j, const char *from)
{
    for (size_t i = 0; i < j->expect->boot_count; i++) {
        if (strcmp(j->expect->items[i].from, from) == 0) {
            return true;
        }
    }
    return false;
}

static void check_order(struct judge *j, size_t index)
{
    const struct expect *e = j->expect;
    if (index < e->stage_count) {
        if (index != j->next_stage) {
            j->seen[index].wrong = true;
            judge_problem(j, "%s came before %s", name_of(j, index), name_of(j, j->next_stage));
        }
    } else if (j->next_stage < e->boot_count && !boots(j, e->items[index].from)) {
        j->seen[index].wrong = true;
        judge_problem(j, "%s came before %s, when no component may run yet", name_of(j, index),
                      name_of(j, j->next_stage));
    }
}

static void take_item(struct judge *j, size_t index, const struct report *r, uint64_t ms)
{
    struct judge_seen *seen = &j->seen[index];
    const bool repeats = j->expect->items[index].repeats;
    if (seen->seen && !seen->assumed && !repeats) {
        judge_problem(j, "%s came twice", name_of(j, index));
        return;
    }
    check_order(j, index);
    j->seen_count += seen->assumed || repeats ? 0 : 1;
    *seen = (struct judge_seen){.seen = true, .wrong = seen->wrong, .ms = ms};
    while (j->next_stage < j->expect->stage_count && j->seen[j->next_stage].seen) {
        j->next_stage++;
    }
    check_values(j, index, r);
    if (index == j->expect->end) {
        j->ended = true;
    }
}

// Lines that are wrong unless they are expected.
static void take_unexpected(struct judge *j, const struct report *r, bool related, const char *line)
{
    bool panic = strcmp(r->event, "panic") == 0;
    bool from_kernel = strcmp(r->from, "kernel") == 0 && strcmp(r->event, "fault") == 0;
    if (panic || from_kernel) {
        judge_problem(j, "the %s gave up: %s", r->from, line);
        j->fatal = true;
    } else if (strcmp(r->event, "error") == 0) {
        judge_problem(j, "[%s] reports an error: %s", r->from, line);
        j->fatal = j->fatal || boots(j, r->from);
    } else if (strcmp(r->event, "fault") == 0) {
        judge_problem(j, "unexpected fault: %s", line);
    } else if (related) {
        judge_problem(j, "unexpected line: %s", line);
    }
}

static const char *input_for(struct judge *j, const struct report *r)
{
    for (size_t i = 0; i < j->expect->input_count; i++) {
        const struct expect_input *input = &j->expect->inputs[i];
        if (strcmp(input->from, r->from) == 0 && strcmp(input->event, r->event) == 0) {
            return arena_printf(&j->line, "%s\n", value_text(&j->line, &input->text, j->seed));
        }
    }
    return NULL;
}

// "[loader] error: ..." is for people, and still the end.
static void take_text(struct judge *j, const char *line)
{
    const char *close = line[0] == '[' ? strstr(line, "] error: ") : NULL;
    if (close == NULL) {
        return;
    }
    const char *from = arena_copy(&j->line, line + 1, (size_t)(close - line - 1));
    if (boots(j, from)) {
        judge_problem(j, "the %s gave up: %s", from, line);
        j->fatal = true;
    }
}

const char *judge_line_name(struct arena *a, const struct expect_line *line)
{
    const char *from = line->from == NULL ? "" : arena_printf(a, "[%s] ", line->from);
    return line->part ? arena_printf(a, "a line %swith `%s`", from, line->text)
                      : arena_printf(a, "the line `%s%s`", from, line->text);
}

// "[from] " and then the text, or without a name the text alone.
static bool line_matches(const struct expect_line *wanted, const char *line)
{
    if (wanted->from != NULL) {
        size_t length = strlen(wanted->from);
        if (line[0] != '[' || strncmp(line + 1, wanted->from, length) != 0 ||
            strncmp(line + 1 + length, "] ", 2) != 0) {
            return false;
        }
        line += length + 3;
    }
    return wanted->part ? strstr(line, wanted->text) != NULL : strcmp(line, wanted->text) == 0;
}

static void take_lines(struct judge *j, const char *line)
{
    for (size_t i = 0; i < j->expect->line_count; i++) {
        const struct expect_line *wanted = &j->expect->lines[i];
        if (!line_matches(wanted, line)) {
            continue;
        }
        if (wanted->never) {
            judge_problem(j, "%s came, and must not: %s", judge_line_name(&j->line, wanted), line);
        } else if (!j->lines_seen[i]) {
            j->lines_seen[i] = true;
            j->lines_left--;
        }
    }
}

const char *judge_line(struct judge *j, const char *line, uint64_t ms)
{
    struct report r;
    bool related;
    arena_clear(&j->line);
    take_lines(j, line);
    if (!report_parse(&j->line, line, &r)) {
        take_text(j, line);
        return NULL;
    }
    size_t index = find_item(j, &r, &related);
    if (index == EXPECT_NONE) {
        take_unexpected(j, &r, related, line);
    } else {
        take_item(j, index, &r, ms);
    }
    return input_for(j, &r);
}

bool judge_over(const struct judge *j)
{
    if (j->fatal || j->ended) {
        return true;
    }
    return j->expect->end == EXPECT_NONE && j->seen_count == j->expect->count && j->lines_left == 0;
}

void judge_finish(struct judge *j)
{
    for (size_t i = 0; i < j->expect->count; i++) {
        if (!j->seen[i].seen) {
            judge_problem(j, "%s was not seen", name_of(j, i));
        }
    }
    for (size_t i = 0; i < j->expect->line_count; i++) {
        if (!j->lines_seen[i] && !j->expect->lines[i].never) {
            judge_problem(j, "%s was not seen", judge_line_name(&j->line, &j->expect->lines[i]));
        }
    }
    arena_free(&j->line);
}
