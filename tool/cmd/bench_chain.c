// SPDX-License-Identifier: BSD-2-Clause
//
// `kaal bench chain`: the same small component 1 to 1,000 times, each with a channel and a shared
// page to its neighbour. What it takes to pack, to store, to boot and to keep.
//
//    pack      in a process of its own, which tells its peak memory
//    boot      stopped at each link's init(): the first and the last tell the instructions so far
//    at rest   the last link asks the broker, and prints it
#include "tool/arena.h"
#include "tool/command.h"
#include "tool/gdb.h"
#include "tool/machine.h"
#include "tool/options.h"
#include "tool/pack.h"
#include "tool/report.h"
#include "tool/system.h"

#include "bench.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    CONNECT_MS = 5000,
    RUN_MS = 60000,
    ZEROS_MIN = 256, // a run of fewer is content
    CODE_BYTES = 16, // of init(), by which it is known
};

// What is measured, in the order in which it is printed.
static const struct {
    const char *key;
    const char *title; // of the block that begins here
    const char *name;
} figures[] = {
    {"root_task", "instructions from reset", "to the root task"},
    {"first_init", NULL, "to the first init()"},
    {"last_init", NULL, "to the last init()"},
    {"image", "bytes", "loader.elf"},
    {"zeros", NULL, "zeros in it"},
    {"at_rest", NULL, "memory at rest"},
    {"pack_peak", "the packer on this host", "peak memory, KiB"},
    {"pack_time", NULL, "processor time, ms"},
};

enum { FIGURES = sizeof(figures) / sizeof(figures[0]) };

struct chain {
    unsigned links;
    json_t *measured; // by key
    const json_t
        *known; // of reference.json: "others", "target" and "ceiling" by key; NULL: nothing
};

static void set(struct chain *c, const char *key, uint64_t value)
{
    json_object_set_new(c->measured, key, json_integer((json_int_t)value));
}

static bool fail(struct diag *d, const char *what)
{
    diag_error(d, place_none(), "%s; try `kaal run`", what);
    return false;
}

// --- packing -----------------------------------------------------------------------------------

static bool build(struct arena *a, const struct options *from, unsigned links,
                  struct build_result *b, struct diag *d)
{
    struct options o = *from;
    struct system *s = arena_alloc(a, sizeof(*s));
    return system_parse(a, "chain", bench_chain_text(a, links), NULL, s, d) &&
           image_build(a, &o, s, b, d);
}

// In a process of its own, before this one has grown.
static bool measure_pack(const struct options *o, struct chain *c, struct diag *d)
{
    struct rusage used;
    int status = 0;
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        struct arena a = {0};
        struct diag own = {.arena = &a};
        struct build_result b;
        _exit(build(&a, o, c->links, &b, &own) ? STATUS_OK : STATUS_FAILED);
    }
    pid_t ended;
    do {
        ended = pid < 0 ? -1 : wait4(pid, &status, 0, &used);
    } while (ended < 0 && pid > 0 && errno == EINTR);
    if (ended < 0) {
        return fail(d, "cannot start a process");
    }
    set(c, "pack_peak", (uint64_t)used.ru_maxrss);
    set(c, "pack_time",
        (uint64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 +
            (uint64_t)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000);
    return true;
}

static uint64_t stored_zeros(struct bytes file)
{
    uint64_t zeros = 0;
    size_t run = 0;
    for (size_t i = 0; i <= file.size; i++) {
        if (i < file.size && file.data[i] == 0) {
            run++;
            continue;
        }
        zeros += run >= ZEROS_MIN ? run : 0;
        run = 0;
    }
    return zeros;
}

// --- booting -----------------------------------------------------------------------------------

// Another program may have code at the same address.
static bool run_to(struct gdb *g, const struct program *program, uint64_t address)
{
    enum { EL0 = 0 };
    const uint8_t *code = elf_bytes(&program->elf, address, CODE_BYTES);
    uint8_t there[CODE_BYTES];
    struct gdb_stop stop;
    bool found = false;
    while (code != NULL && !found) {
        if (!gdb_run_to(g, address, RUN_MS, &stop)) {
            return false;
        }
        found = stop.el == EL0 && gdb_read(g, address, there, CODE_BYTES, CONNECT_MS) &&
                memcmp(there, code, CODE_BYTES) == 0;
        if (!found && !gdb_run_to(g, address + 4, RUN_MS, &stop)) {
            return false;
        }
    }
    return found;
}

static bool measure_at(struct gdb *g, struct machine *m, const struct program *program,
                       uint64_t address, struct chain *c, const char *key, struct diag *d)
{
    uint64_t count = 0;
    if (!run_to(g, program, address) || !bench_instructions(&m->qmp, &count)) {
        return fail(d, "the machine does not reach an init()");
    }
    set(c, key, count);
    return true;
}

static bool measure_boot(struct machine *m, const struct build_result *b, struct chain *c,
                         struct diag *d)
{
    const struct system *s = b->plan.system;
    const struct program *root = &b->programs.items[b->programs.of_pd[s->root]];
    const struct program *link = &b->programs.items[b->programs.of_pd[s->pd_count - 1]];
    struct elf_symbol init;
    struct gdb g;
    if (!elf_find_symbol(&link->elf, "init", &init) || !gdb_open(&g, m->gdb, CONNECT_MS)) {
        return fail(d, "QEMU does not answer to gdb");
    }
    if (!measure_at(&g, m, root, root->elf.entry, c, "root_task", d) ||
        !measure_at(&g, m, link, init.value, c, "first_init", d)) {
        return false;
    }
    for (unsigned i = 1; i < c->links; i++) {
        bool last = i + 1 == c->links;
        struct gdb_stop stop;
        if (!gdb_run_to(&g, init.value + 4, RUN_MS, &stop) ||
            (!last && !run_to(&g, link, init.value))) {
            return fail(d, "the machine does not reach every init()");
        }
    }
    return measure_at(&g, m, link, init.value, c, "last_init", d) && gdb_leave(&g, CONNECT_MS);
}

// The line of the last link.
static bool take_line(struct arena *a, const char *line, uint64_t memory, struct chain *c)
{
    struct report r;
    const char *free_bytes = NULL;
    if (report_parse(a, line, &r) && strcmp(r.event, "totals") == 0) {
        free_bytes = report_value(&r, "free");
    }
    if (free_bytes != NULL) {
        set(c, "at_rest", memory - strtoull(free_bytes, NULL, 10));
    }
    return free_bytes != NULL;
}

static bool measure_rest(struct arena *a, const struct machine *m, uint64_t memory, struct chain *c,
                         struct diag *d)
{
    char line[512];
    size_t length = 0;
    char byte;
    struct pollfd fd = {.fd = m->out, .events = POLLIN};
    while (poll(&fd, 1, RUN_MS) > 0 && read(m->out, &byte, 1) == 1) {
        if (byte == '\n') {
            line[length] = '\0';
            length = 0;
            if (take_line(a, line, memory, c)) {
                return true;
            }
        } else if (byte != '\r' && length < sizeof(line) - 1) {
            line[length++] = byte;
        }
    }
    return fail(d, "the last link does not tell its totals");
}

static bool measure(struct arena *a, const struct options *o, struct chain *c, struct diag *d)
{
    struct build_result b;
    struct machine m;
    if (!build(a, o, c->links, &b, d)) {
        return false;
    }
    set(c, "image", b.image.elf.size);
    set(c, "zeros", stored_zeros(b.image.elf));
    struct machine_setup setup = machine_setup(o, b.image.elf);
    setup.counted = true;
    setup.count_shift = 0;
    setup.debug = true;
    setup.seed = 1; // it is printed: other digits would move all that comes after them
    if (!machine_start(&m, a, &setup, d)) {
        return false;
    }
    bool ok = measure_boot(&m, &b, c, d) && measure_rest(a, &m, o->memory, c, d);
    machine_stop(&m);
    return ok;
}

// --- telling -----------------------------------------------------------------------------------

static void print_values(const char *name, const struct chain *chains, size_t count, const char *of,
                         const char *key)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        any = any || json_object_get(json_object_get(chains[i].known, of), key) != NULL;
    }
    if (of != NULL && !any) {
        return;
    }
    printf("  %-26s", name);
    for (size_t i = 0; i < count; i++) {
        const json_t *from = of == NULL ? chains[i].measured : json_object_get(chains[i].known, of);
        const json_t *value = json_object_get(from, key);
        if (value == NULL) {
            printf(" %12s", "-");
        } else {
            printf(" %12" JSON_INTEGER_FORMAT, json_integer_value(value));
        }
    }
    putchar('\n');
}

static void print_chains(const struct chain *chains, size_t count)
{
    printf("%-28s", "links");
    for (size_t i = 0; i < count; i++) {
        printf(" %12u", chains[i].links);
    }
    putchar('\n');
    for (size_t i = 0; i < FIGURES; i++) {
        if (figures[i].title != NULL) {
            puts(figures[i].title);
        }
        print_values(figures[i].name, chains, count, NULL, figures[i].key);
        print_values("  Microkit", chains, count, "others", figures[i].key);
        print_values("  wanted, at most", chains, count, "target", figures[i].key);
    }
}

static void print_json(const struct options *o, const struct chain *chains, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *chain =
            json_pack("{s:i, s:O}", "links", (int)chains[i].links, "measured", chains[i].measured);
        if (chains[i].known != NULL) {
            json_object_set(chain, "others", json_object_get(chains[i].known, "others"));
            json_object_set(chain, "target", json_object_get(chains[i].known, "target"));
            json_object_set(chain, "ceiling", json_object_get(chains[i].known, "ceiling"));
        }
        json_array_append_new(list, chain);
    }
    json_t *all = json_pack("{s:s, s:o}", "config", o->config, "chains", list);
    json_dumpf(all, stdout, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
    putchar('\n');
    json_decref(all);
}

// --- the command -------------------------------------------------------------------------------

static void add_chain(struct chain *chains, size_t *count, unsigned links)
{
    chains[(*count)++] = (struct chain){.links = links, .measured = json_object()};
}

static void list_chains(const struct options *o, struct chain *chains, size_t *count)
{
    static const unsigned usual[] = {1, 60, 250, 1000};
    for (size_t i = 1; i < o->systems.count; i++) {
        add_chain(chains, count, (unsigned)strtoul(o->systems.items[i], NULL, 10));
    }
    for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]) && o->systems.count <= 1; i++) {
        if (usual[i] <= BENCH_LINKS_MAX) {
            add_chain(chains, count, usual[i]);
        }
    }
}

static bool find_known(struct arena *a, struct chain *chains, size_t count, json_t **file,
                       struct diag *d)
{
    *file = bench_reference_file(a, d);
    const json_t *list = json_object_get(*file, "chain");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *known = json_array_get(list, i);
        json_int_t links = json_integer_value(json_object_get(known, "links"));
        for (size_t j = 0; j < count; j++) {
            if (chains[j].links == links) {
                chains[j].known = known;
            }
        }
    }
    return *file != NULL;
}

int bench_chain(struct arena *a, struct options *o, struct diag *d)
{
    struct chain chains[BENCH_CHAINS_MAX];
    size_t count = 0;
    json_t *file = NULL;
    bool ok = true;
    list_chains(o, chains, &count);
    for (size_t i = 0; i < count && ok; i++) {
        ok = measure_pack(o, &chains[i], d);
    }
    ok = ok && find_known(a, chains, count, &file, d);
    for (size_t i = 0; i < count && ok; i++) {
        ok = measure(a, o, &chains[i], d);
    }
    if (ok && o->json) {
        print_json(o, chains, count);
    } else if (ok) {
        print_chains(chains, count);
    }
    for (size_t i = 0; i < count; i++) {
        json_decref(chains[i].measured);
    }
    json_decref(file);
    return ok ? STATUS_OK : STATUS_FAILED;
}
