// SPDX-License-Identifier: BSD-2-Clause
#include "tool/gone.h"

#include "tool/arena.h"
#include "tool/judge.h"
#include "tool/report.h"
#include "tool/system.h"

#include <string.h>

struct gone {
    struct arena *arena;
    const struct system *system;
    const char *reports; // how those of the broker begin
    const char **ends;   // of each domain, the report of its end; NULL: it may run
};

struct gone *gone_new(struct arena *a, const struct system *s)
{
    struct gone *g = arena_alloc(a, sizeof(*g));
    *g = (struct gone){.arena = a, .system = s};
    g->reports = arena_printf(a, "[%s] @", s->pds[s->broker].name.text);
    g->ends = arena_alloc(a, (s->pd_count + 1) * sizeof(*g->ends));
    return g;
}

// May others start it again: the broker, a parent, who manages all or has its thread?
static bool may_return(const struct system *s, size_t pd)
{
    const struct sd_pd *p = &s->pds[pd];
    bool may = p->policy.restart != KAAL_RESTART_NEVER || p->policy.depends.count != 0 ||
               p->parent != SYSTEM_NONE;
    for (size_t i = 0; i < s->pd_count; i++) {
        may = may || (s->pds[i].policy.allow & KAAL_ALLOW_MANAGE) != 0;
    }
    for (size_t i = 0; i < s->cap_count; i++) {
        may = may || (s->caps[i].kind == KAAL_CAP_TCB && s->caps[i].object == pd);
    }
    return may;
}

static void take_report(struct gone *g, const struct report *r, const char *line)
{
    const char *name = report_value(r, "component");
    size_t pd = name == NULL ? SYSTEM_NONE : system_find_pd(g->system, name);
    if (pd != SYSTEM_NONE && !may_return(g->system, pd)) {
        g->ends[pd] = arena_string(g->arena, line);
    }
}

void gone_line(struct gone *g, const char *line)
{
    struct arena own = {0};
    struct report r;
    if (strncmp(line, g->reports, strlen(g->reports)) == 0 && report_parse(&own, line, &r) &&
        (strcmp(r.event, "stopped") == 0 || strcmp(r.event, "fault") == 0)) {
        take_report(g, &r, line);
    }
    arena_free(&own);
}

static const char *end_of(const struct gone *g, const char *name)
{
    size_t pd = name == NULL ? SYSTEM_NONE : system_find_pd(g->system, name);
    return pd == SYSTEM_NONE ? NULL : g->ends[pd];
}

const char *gone_awaited(const struct gone *g, const struct judge *j)
{
    const struct expect *e = j->expect;
    for (size_t i = 0; i < e->count; i++) {
        const char *end = j->seen[i].seen ? NULL : end_of(g, e->items[i].from);
        if (end != NULL) {
            return arena_printf(g->arena, "%s ended before %s was seen: %s", e->items[i].from,
                                judge_item_name(g->arena, &e->items[i]), end);
        }
    }
    for (size_t i = 0; i < e->line_count; i++) {
        const struct expect_line *line = &e->lines[i];
        const char *end = j->lines_seen[i] || line->never ? NULL : end_of(g, line->from);
        if (end != NULL) {
            return arena_printf(g->arena, "%s ended before %s was seen: %s", line->from,
                                judge_line_name(g->arena, line), end);
        }
    }
    return NULL;
}
