// SPDX-License-Identifier: BSD-2-Clause
#include "tool/arena.h"
#include "tool/options.h"
#include "tool/text.h"
#include "tool/verify.h"

#include <inttypes.h>

static void print_stages(const struct judge *j, FILE *to)
{
    for (size_t i = 0; i < j->expect->stage_count; i++) {
        const struct expect_item *item = &j->expect->items[i];
        const struct judge_seen *seen = &j->seen[i];
        const char *name = item->title != NULL ? item->title : judge_item_name(j->arena, item);
        if (seen->seen) {
            fprintf(to, "  %s  %6" PRIu64 " ms  %s\n", seen->wrong ? "WRONG  " : "ok     ",
                    seen->ms, name);
        } else {
            fprintf(to, "  MISSING           %s\n", name);
        }
    }
}

static size_t field_count(const struct judge *j, size_t from)
{
    size_t count = 0;
    for (size_t i = from; i < j->expect->count; i++) {
        count += j->seen[i].seen && !j->seen[i].wrong ? j->expect->items[i].count : 0;
    }
    return count;
}

static void print_reports(const struct judge *j, bool verbose, FILE *to)
{
    const struct expect *e = j->expect;
    size_t good = 0;
    for (size_t i = e->stage_count; i < e->count; i++) {
        const struct judge_seen *seen = &j->seen[i];
        good += seen->seen && !seen->wrong;
        if (verbose && seen->seen) {
            fprintf(to, "  %s  %6" PRIu64 " ms  %s\n", seen->wrong ? "WRONG  " : "ok     ",
                    seen->ms, judge_item_name(j->arena, &e->items[i]));
        }
    }
    if (e->count > e->stage_count) {
        fprintf(to, "  reports: %zu of %zu as expected\n", good, e->count - e->stage_count);
    }
    if (e->line_count != 0) {
        fprintf(to, "  lines:   %zu, of which %zu did not come\n", e->line_count, j->lines_left);
    }
    fprintf(to, "  values:  %zu compared with what the host expects for seed 0x%016" PRIx64 "\n",
            field_count(j, 0), j->seed);
}

// Names out of programs: what is not printable ASCII is no part of a C name.
static void print_detail(const char *detail, FILE *to)
{
    bool begins = true;
    for (const char *c = detail; c != NULL && *c != '\0'; c++) {
        fputs(begins ? "  " : "", to);
        fputc((*c >= ' ' && *c <= '~') || *c == '\n' ? *c : '?', to);
        begins = *c == '\n';
    }
}

static void print_problems(const struct judge *j, const struct verdict *v, FILE *to)
{
    const char *reason = v->reason;
    if (reason != NULL) {
        fprintf(to, "  problem: %s\n", reason);
    }
    for (size_t i = 0; i < j->problem_count && i < JUDGE_PROBLEMS_SHOWN; i++) {
        fprintf(to, "  problem: %s\n", j->problems[i]);
        print_detail(v->details[i], to);
    }
    if (j->problem_count > JUDGE_PROBLEMS_SHOWN) {
        fprintf(to, "  problem: %zu more\n", j->problem_count - JUDGE_PROBLEMS_SHOWN);
    }
}

static const char *ending_text(enum ending ending)
{
    static const char *const texts[] = {
        [ENDING_POWER_OFF] = "the machine powered off",
        [ENDING_BROKEN] = "QEMU gave up",
        [ENDING_STOPPED] = "the machine was stopped after the last line",
        [ENDING_TIMEOUT] = "the machine was stopped at the time limit",
        [ENDING_SIGNAL] = "the machine was stopped by the user",
        [ENDING_LOG] = "end of the log",
        [ENDING_FLOOD] = "the machine was stopped",
        [ENDING_GONE] = "the machine was stopped",
    };
    return texts[ending];
}

void summary_print(const struct judge *j, const struct verdict *v, const struct options *o,
                   FILE *to)
{
    if (!o->quiet) {
        fputs("\n", to);
        print_stages(j, to);
        print_reports(j, o->verbose, to);
    }
    print_problems(j, v, to);
    if (v->verified) {
        size_t stages = j->expect->stage_count;
        size_t reports = j->expect->count - stages;
        fprintf(to, "verified: %zu %s, %zu %s, %" PRIu64 " ms; %s\n", stages,
                by_count(stages, "stage", "stages"), reports,
                by_count(reports, "report", "reports"), v->ms, ending_text(v->ending));
    } else {
        size_t problems = j->problem_count + (v->reason != NULL);
        fprintf(to, "not verified: %zu %s, %" PRIu64 " ms; %s\n", problems,
                by_count(problems, "problem", "problems"), v->ms, ending_text(v->ending));
    }
    fflush(to);
}
