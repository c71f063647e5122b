// SPDX-License-Identifier: BSD-2-Clause
//
// `kaal bench kernel`: boots a root task that measures (tests/bench/target) and reads its lines:
//
//    [bench] @row name=call.passive.0.nofpu instructions=480
//    [bench] @end
#include "bench.h"

#include "tool/arena.h"
#include "tool/cleanup.h"
#include "tool/command.h"
#include "tool/machine.h"
#include "tool/options.h"
#include "tool/pack.h"
#include "tool/report.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    TIMEOUT_S = 600,
    LINE_SIZE = 512,
};

struct session {
    struct arena *arena;
    const struct options *options;
    struct bench_rows *rows;
    struct machine machine;
    struct diag *diag;
    char line[LINE_SIZE];
    size_t length;
    bool ended;  // the last line was seen
    bool failed; // reported
};

static void take_line(struct session *s)
{
    struct report r;
    s->line[s->length] = '\0';
    s->length = 0;
    if (s->options->verbose) {
        puts(s->line);
        fflush(stdout);
    }
    if (!report_parse(s->arena, s->line, &r)) {
        return;
    }
    if (strcmp(r.event, "error") == 0) {
        diag_error(s->diag, place_none(), "the measuring task stopped: %s (%s)",
                   report_value(&r, "what"), report_value(&r, "value"));
        s->failed = true;
    }
    s->ended = s->ended || strcmp(r.event, "end") == 0;
    bench_take(s->arena, s->rows, s->line);
}

// False at the end of the output.
static bool read_output(struct session *s)
{
    char bytes[1024];
    ssize_t n = read(s->machine.out, bytes, sizeof(bytes));
    for (ssize_t i = 0; i < n; i++) {
        if (bytes[i] == '\n') {
            take_line(s);
        } else if (bytes[i] != '\r' && s->length < sizeof(s->line) - 1) {
            s->line[s->length++] = bytes[i];
        }
    }
    return n > 0 || (n < 0 && errno == EINTR);
}

static void follow(struct session *s)
{
    unsigned limit = s->options->timeout != 0 ? s->options->timeout : TIMEOUT_S;
    uint64_t end = host_ms() + (uint64_t)limit * 1000;
    struct pollfd fd = {.fd = s->machine.out, .events = POLLIN};
    while (!s->ended && !s->failed && cleanup_signal() == 0) {
        if (host_ms() >= end) {
            diag_error(s->diag, place_none(), "no end after %u seconds; give it more with -t",
                       limit);
            s->failed = true;
        } else if (poll(&fd, 1, 100) > 0 && !read_output(s)) {
            diag_error(s->diag, place_none(), "the machine ended before the last row; use -v");
            s->failed = true;
        }
    }
}

static bool boot(struct session *s, const struct build_result *b, const char *mode)
{
    struct machine_setup setup = machine_setup(s->options, b->image.elf);
    setup.counted = true;
    setup.count_shift = 0;
    setup.arguments = arena_printf(s->arena, "kaal.bench=%s", mode);
    s->ended = false;
    s->length = 0;
    if (!machine_start(&s->machine, s->arena, &setup, s->diag)) {
        return false;
    }
    cleanup_defer(true);
    follow(s);
    machine_stop(&s->machine);
    cleanup_defer(false);
    return s->ended && !s->failed;
}

// Each mode on a machine of its own.
static bool measure(struct session *s, const struct build_result *b)
{
    if (s->options->growth) {
        return boot(s, b, "objects") && boot(s, b, "queues");
    }
    return boot(s, b, s->options->worst ? "worst" : "rows");
}

// Every row of the reference that was asked for has come.
static bool is_complete(const struct session *s)
{
    bool complete = true;
    for (size_t i = 0; i < s->rows->known; i++) {
        const struct bench_row *row = &s->rows->items[i];
        if (row->cells[0].most == 0 && bench_asked(s->options, row->name)) {
            diag_error(s->diag, place_none(), "no row %s came; use -v to see what did", row->name);
            complete = false;
        }
    }
    return complete;
}

// Every row that was asked for exists.
static bool is_known(const struct session *s)
{
    bool known = true;
    for (size_t i = 1; i < s->options->systems.count; i++) {
        const char *asked = s->options->systems.items[i];
        size_t row = 0;
        while (row < s->rows->count && !bench_names(asked, s->rows->items[row].name)) {
            row++;
        }
        if (row == s->rows->count) {
            diag_error(s->diag, place_none(), "no row %s; without it, all are shown", asked);
            known = false;
        }
    }
    return known;
}

static bool can_count(const struct kernel *k, struct diag *d)
{
    if (!k->counters) {
        diag_error(d, place_none(),
                   "the kernel %s lets user level count nothing (EXPORT_PMU_USER=false); build it "
                   "with KernelArmExportPMUUser=ON",
                   k->path);
    }
    return k->counters;
}

int bench_kernel(struct arena *a, struct options *o, struct diag *d)
{
    struct build_result b;
    struct bench_rows rows;
    struct session *s = arena_alloc(a, sizeof(*s));
    *s = (struct session){.arena = a, .options = o, .rows = &rows, .diag = d};
    if (!o->memory_given) {
        o->memory = UINT64_C(1) << 30;
    }
    if (!o->config_given && o->backend != BACKEND_SEL4) {
        o->config = "bench";
        o->config_given = true;
    }
    if (!bench_reference(a, o->worst ? "worst" : "rows", &rows, d) ||
        !image_build_alone(a, o, "bench_kernel", &b, d) || !can_count(&b.kernel, d) ||
        !measure(s, &b) || !is_known(s)) {
        return STATUS_FAILED;
    }
    if (o->json) {
        bench_print_json(o, &rows, b.kernel.path);
    } else if (o->worst) {
        bench_print_worst(o, &rows);
    } else if (o->growth) {
        bench_print_growth(o, &rows);
    } else {
        bench_print_table(o, &rows);
    }
    return is_complete(s) ? STATUS_OK : STATUS_FAILED;
}
