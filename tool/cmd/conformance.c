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
#include "tool/machine.h"
#include "tool/options.h"
#include "tool/pack.h"
#include "tool/system.h"
#include "tool/tap.h"

#include <kaal/boot.h>

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    TIMEOUT_DEFAULT_S = 120,
    LINE_MAX_BYTES = 1024,
    TREELESS_RAM_MIB = 128,
};

struct session {
    const struct options *options;
    struct machine machine;
    struct tap tap;
    FILE *log;
    uint64_t end_ms;
    char line[LINE_MAX_BYTES];
    size_t length;
};

// --- the image ---------------------------------------------------------------------------------

static bool load_program(struct arena *a, const struct products *p, struct program *out,
                         struct diag *d)
{
    const struct elf_rules rules = {.page = 4096};
    const char *cause;
    out->path = path_join(a, p->bin, "conformance.elf");
    if (!file_read(a, out->path, ELF_FILE_MAX, &out->file, &cause)) {
        diag_error(d, place_none(), "cannot read %s: %s; run ninja -C %s target-%s", out->path,
                   cause, p->build, p->config);
        return false;
    }
    enum elf_err err = elf_parse(&out->elf, out->file.data, out->file.size, &rules);
    if (err != ELF_OK) {
        diag_error(d, place_none(), "%s: %s; build it again", out->path, elf_strerror(err));
        return false;
    }
    return true;
}

static bool make_image(struct arena *a, struct options *o, struct products *p, struct kernel *k,
                       struct image *out, struct diag *d)
{
    const struct system no_description = {0};
    const struct memory_range least = {.base = KAAL_RAM_BASE,
                                       .size = UINT64_C(1024) * 1024 * TREELESS_RAM_MIB};
    struct program suite;
    *out = (struct image){0};
    if (!products_find(a, o, p, d) || !kernel_load(a, o, &no_description, p, k, d) ||
        !kernel_fit_machine(k, o, d) || !load_program(a, p, &suite, d)) {
        return false;
    }
    out->root = elf_squeeze(a, &suite.elf);
    return pack_boot(a, p->loader, k, k->memory.size != 0 ? k->memory : least, out, d);
}

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

// --- the run -----------------------------------------------------------------------------------

static void take_line(struct session *s)
{
    s->line[s->length] = '\0';
    s->length = 0;
    enum tap_kind kind = tap_line(&s->tap, s->line);
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
    if (s->log == NULL) {
        diag_error(d, place_none(), "cannot write the log %s: %s; choose another place", path,
                   strerror(errno));
    }
    return s->log != NULL;
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
    if (problem != NULL) {
        diag_error(d, place_none(), "%s; --verbose shows what the kernel says", problem);
    }
    printf("%u passed, %u failed\n", s->tap.passed, s->tap.failed + (problem != NULL ? 1 : 0));
    return problem == NULL && tap_passed(&s->tap) ? STATUS_OK : STATUS_FAILED;
}

int cmd_conformance(struct arena *a, struct options *o, struct diag *d)
{
    struct products products;
    struct kernel kernel;
    struct image image;
    if (!make_image(a, o, &products, &kernel, &image, d)) {
        return STATUS_FAILED;
    }
    if (!o->quiet) {
        printf("kaal: conformance suite of %s on %s, EL%u, GICv%u, %" PRIu64 " MiB\n",
               products.config, kernel.builtin ? "our kernel" : kernel.path, o->el, o->gic,
               o->memory >> 20);
        fflush(stdout);
    }
    struct machine_setup setup = machine_setup(o, image.elf);
    setup.arguments = boot_arguments(a, o);
    struct session *s = arena_alloc(a, sizeof(*s));
    s->options = o;
    cleanup_defer(true);
    int status = run(s, a, &setup, d);
    cleanup_defer(false);
    return status;
}
