// SPDX-License-Identifier: BSD-2-Clause
//
// `kaal test conformance`: boots the suite of tests/conformance as the initial task of a kernel and
// reads its TAP lines.
//
//   conformance.elf of the configuration + kernel + loader  ->  machine  ->  TAP  ->  verdict
#include "conformance.h"

#include "tool/arena.h"
#include "tool/cleanup.h"
#include "tool/command.h"
#include "tool/file.h"
#include "tool/machine.h"
#include "tool/options.h"
#include "tool/pack.h"
#include "tool/tap.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    TIMEOUT_DEFAULT_S = 120,
    LINE_MAX_BYTES = 1024,
};

struct session {
    const struct options *options;
    struct machine machine;
    struct tap tap;
    FILE *log;
    uint64_t end_ms;
    bool *seen; // of each CASE: a result whose name has it has come
    char line[LINE_MAX_BYTES];
    size_t length;
};

// What the suite finds in the machine's boot arguments.
static const char *boot_arguments(struct arena *a, const struct options *o)
{
    const char *text = NULL;
    for (size_t i = 1; i < o->systems.count; i++) {
        text = text == NULL ? arena_printf(a, "kaal.cases=%s", o->systems.items[i])
                            : arena_printf(a, "%s,%s", text, o->systems.items[i]);
    }
    return text;
}

// --- cases that were asked for -----------------------------------------------------------------

static void see_cases(struct session *s)
{
    for (size_t i = 1; i < s->options->systems.count; i++) {
        s->seen[i] = s->seen[i] || strstr(s->line, s->options->systems.items[i]) != NULL;
    }
}

// The suite came to its end, or had nothing to do: were there results for each CASE?
static bool all_seen(const struct session *s, struct diag *d)
{
    bool all = true;
    for (size_t i = 1; i < s->options->systems.count; i++) {
        if (!s->seen[i]) {
            diag_error(d, place_none(), "no case has `%s` in its name; without it, all are run",
                       s->options->systems.items[i]);
            all = false;
        }
    }
    return all;
}

// --- the run -----------------------------------------------------------------------------------

static void take_line(struct session *s)
{
    s->line[s->length] = '\0';
    s->length = 0;
    enum tap_kind kind = tap_line(&s->tap, s->line);
    if (kind == TAP_OK || kind == TAP_NOT_OK) {
        see_cases(s);
    }
    bool quiet = s->options->quiet && kind != TAP_NOT_OK && kind != TAP_COMMENT;
    if ((kind != TAP_OTHER || s->options->verbose) && !quiet) {
        printf("%s\n", s->line);
    }
    if (s->log != NULL) {
        fprintf(s->log, "%s\n", s->line);
    }
}

static bool read_output(struct session *s)
{
    char buffer[4096];
    ssize_t n = read(s->machine.out, buffer, sizeof(buffer));
    for (ssize_t i = 0; i < n; i++) {
        if (buffer[i] == '\n') {
            take_line(s);
        } else if (s->length < LINE_MAX_BYTES - 1 &&
                   (buffer[i] == '\t' || (buffer[i] >= 0x20 && buffer[i] < 0x7f))) {
            s->line[s->length++] = buffer[i];
        }
    }
    fflush(stdout);
    return n > 0 || (n < 0 && errno == EINTR);
}

// Until the last line, the end of the machine, or the time limit.
static const char *follow(struct session *s)
{
    struct pollfd out = {.fd = s->machine.out, .events = POLLIN};
    while (!tap_over(&s->tap)) {
        if (cleanup_signal() != 0) {
            return "stopped by a signal";
        }
        if (host_ms() >= s->end_ms) {
            return "time is up";
        }
        if (poll(&out, 1, 100) > 0 && !read_output(s)) {
            return "the machine ended before the suite";
        }
    }
    return s->tap.problem[0] == '\0' ? NULL : s->tap.problem;
}

static bool open_log(struct session *s, struct diag *d)
{
    const char *path = s->options->log;
    if (path == NULL) {
        return true;
    }
    s->log = fopen(path, "we");
    return s->log != NULL || write_failed(d, path);
}

static int run(struct session *s, struct arena *a, const struct machine_setup *setup,
               struct diag *d)
{
    unsigned limit = s->options->timeout != 0 ? s->options->timeout : TIMEOUT_DEFAULT_S;
    s->end_ms = host_ms() + (uint64_t)limit * 1000;
    tap_init(&s->tap);
    if (!open_log(s, d) || !machine_start(&s->machine, a, setup, d)) {
        return STATUS_FAILED;
    }
    const char *problem = follow(s);
    machine_stop(&s->machine);
    if (s->log != NULL) {
        fclose(s->log);
    }
    bool known = (!s->tap.ended && !s->tap.empty) || all_seen(s, d);
    if (problem != NULL && known) {
        diag_error(d, place_none(), "%s; --verbose shows what the kernel says", problem);
    }
    bool complete = problem == NULL && known;
    printf("%u passed, %u failed\n", s->tap.passed, s->tap.failed + (complete ? 0 : 1));
    return complete && tap_passed(&s->tap) ? STATUS_OK : STATUS_FAILED;
}

int cmd_conformance(struct arena *a, struct options *o, struct diag *d)
{
    struct build_result b;
    if (!image_build_alone(a, o, "conformance", &b, d)) {
        return STATUS_FAILED;
    }
    if (!o->quiet) {
        printf("kaal: conformance suite of %s on %s, EL%u, GICv%u, %" PRIu64 " MiB\n",
               b.products.config, b.kernel.builtin ? "our kernel" : b.kernel.path, o->el, o->gic,
               o->memory >> 20);
        fflush(stdout);
    }
    struct machine_setup setup = machine_setup(o, b.image.elf);
    setup.arguments = boot_arguments(a, o);
    struct session *s = arena_alloc(a, sizeof(*s));
    s->options = o;
    s->seen = arena_alloc(a, o->systems.count * sizeof(*s->seen));
    cleanup_defer(true);
    int status = run(s, a, &setup, d);
    cleanup_defer(false);
    return status;
}
