// SPDX-License-Identifier: BSD-2-Clause
//
// The machine whose programs measure: boots it and reads their lines until the last one.
//
//    [bench] @row name=call.passive.0.nofpu instructions=480
//    [bench] @end
#include "bench.h"

#include "tool/arena.h"
#include "tool/cleanup.h"
#include "tool/machine.h"
#include "tool/options.h"
#include "tool/report.h"
#include "tool/text.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
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

// Who measures has given up, or is gone. Others may: that may be what is measured.
static bool ends_early(const struct report *r)
{
    const char *component = report_value(r, "component");
    if (strcmp(r->event, "fault") == 0 || strcmp(r->event, "stopped") == 0) {
        return component != NULL && strcmp(component, "client") == 0;
    }
    return strcmp(r->event, "error") == 0 || strcmp(r->event, "panic") == 0;
}

static void take_line(struct session *s)
{
    struct report r;
    s->line[s->length] = '\0';
    s->length = 0;
    if (s->options->verbose) {
        puts(s->line);
        fflush(stdout);
    }
    if (s->ended || !report_parse(s->arena, s->line, &r)) {
        return;
    }
    if (ends_early(&r)) {
        diag_error(s->diag, place_none(), "what measures has stopped: %s", s->line);
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
            diag_error(s->diag, place_none(), "no end after %u %s; give it more with -t", limit,
                       by_count(limit, "second", "seconds"));
            s->failed = true;
        } else if (poll(&fd, 1, 100) > 0 && !read_output(s)) {
            diag_error(s->diag, place_none(), "the machine ended before the last row; use -v");
            s->failed = true;
        }
    }
}

bool bench_run(struct arena *a, const struct options *o, struct bytes image, const char *arguments,
               struct bench_rows *rows, struct diag *d)
{
    struct session *s = arena_alloc(a, sizeof(*s));
    struct machine_setup setup = machine_setup(o, image);
    setup.counted = true;
    setup.count_shift = 0;
    setup.arguments = arguments;
    setup.seed = 1; // it is printed: other digits would move all that comes after them
    *s = (struct session){.arena = a, .options = o, .rows = rows, .diag = d};
    if (!machine_start(&s->machine, a, &setup, d)) {
        return false;
    }
    cleanup_defer(true);
    follow(s);
    machine_stop(&s->machine);
    cleanup_defer(false);
    return s->ended && !s->failed;
}
