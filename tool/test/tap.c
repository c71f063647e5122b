// SPDX-License-Identifier: BSD-2-Clause
#include "tool/tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void tap_init(struct tap *t)
{
    *t = (struct tap){.next = 1};
}

static const char *skip(const char *line, const char *text)
{
    size_t length = strlen(text);
    return strncmp(line, text, length) == 0 ? line + length : NULL;
}

// Only the first problem is kept: the others follow from it.
static void wrong(struct tap *t, const char *what, const char *line)
{
    if (t->problem[0] == '\0') {
        snprintf(t->problem, sizeof(t->problem), "%s: %.100s", what, line);
    }
}

static bool take_number(const char *at, unsigned *out)
{
    char *end;
    unsigned long n = strtoul(at, &end, 10);
    *out = (unsigned)n;
    return at[0] >= '0' && at[0] <= '9' && n <= 1000000 && (*end == '\0' || *end == ' ');
}

static void take_plan(struct tap *t, const char *line, const char *count)
{
    unsigned n;
    const bool number = take_number(count, &n);
    t->empty = number && n == 0;
    if (t->planned || t->next != 1 || !number || n == 0) {
        wrong(t, "not a plan of cases", line);
        return;
    }
    t->planned = true;
    t->plan = n;
}

static void take_result(struct tap *t, const char *line, const char *number, bool ok)
{
    unsigned n;
    if (!take_number(number, &n) || n != t->next || !t->planned || n > t->plan) {
        wrong(t, "not the result that comes next", line);
        return;
    }
    t->next++;
    if (ok) {
        t->passed++;
    } else {
        t->failed++;
    }
}

static void take_end(struct tap *t, const char *line)
{
    t->ended = true;
    if (!t->planned || t->next != t->plan + 1) {
        wrong(t, "the end before all results", line);
    }
}

enum tap_kind tap_line(struct tap *t, const char *line)
{
    const char *rest;
    if ((rest = skip(line, "1..")) != NULL) {
        take_plan(t, line, rest);
        return TAP_PLAN;
    }
    if ((rest = skip(line, "ok ")) != NULL) {
        take_result(t, line, rest, true);
        return TAP_OK;
    }
    if ((rest = skip(line, "not ok ")) != NULL) {
        take_result(t, line, rest, false);
        return TAP_NOT_OK;
    }
    if (skip(line, "Bail out!") != NULL) {
        wrong(t, "gave up", line);
        return TAP_NOT_OK;
    }
    if (strcmp(line, "# end") == 0) {
        take_end(t, line);
        return TAP_PLAN;
    }
    if (skip(line, "TAP version ") != NULL) {
        return TAP_PLAN;
    }
    return skip(line, "# ") != NULL ? TAP_COMMENT : TAP_OTHER;
}

bool tap_over(const struct tap *t)
{
    return t->ended || t->problem[0] != '\0';
}

bool tap_passed(const struct tap *t)
{
    return t->ended && t->problem[0] == '\0' && t->failed == 0 && t->passed == t->plan;
}
