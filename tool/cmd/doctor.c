// SPDX-License-Identifier: BSD-2-Clause
//
// `kaal doctor`: is all here that the tool needs? Each thing is looked at by using it: programs are
// run, a machine is started.
//
//   ok       qemu-system-aarch64  QEMU emulator version 7.2.22
//   absent   gdb-multiarch        `kaal run --gdb`; apt-get install gdb-multiarch
//   WRONG    build                no build folder /x; name it with --build-dir
#include "tool/arena.h"
#include "tool/command.h"
#include "tool/file.h"
#include "tool/machine.h"
#include "tool/options.h"
#include "tool/process.h"
#include "tool/products.h"
#include "tool/sel4.h"
#include "tool/text.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum state {
    HERE,
    ABSENT, // and the tool does without, but for one thing
    WRONG,
};

struct doctor {
    struct arena *arena;
    const struct options *options;
    json_t *checks; // of --json
    unsigned wrong;
    unsigned absent;
};

static const struct {
    const char *name;
    const char *ask; // for its version
    const char *use;
    const char *package; // of Debian
    bool optional;
} programs[] = {
    {"qemu-system-aarch64", "--version", "boots systems", "qemu-system-arm", false},
    {"cmake", "--version", "builds projects", "cmake", false},
    {"ninja", "--version", "builds projects", "ninja-build", false},
    {"aarch64-linux-gnu-gcc", "--version", "compiles components", "gcc-aarch64-linux-gnu", false},
    {"clang", "--version", "compiles components with KAAL_TOOLCHAIN=aarch64-clang", "clang", true},
    {"ld.lld", "--version", "links components with KAAL_TOOLCHAIN=aarch64-clang", "lld", true},
    {"gdb-multiarch", "--version", "`kaal run --gdb`", "gdb-multiarch", true},
    {"dot", "-V", "draws for `kaal graph` and `kaal report`", "graphviz", true},
};

static void note(struct doctor *doc, enum state state, const char *name, const char *text)
{
    static const char *const words[] = {[HERE] = "ok", [ABSENT] = "absent", [WRONG] = "WRONG"};
    static const char *const keys[] = {[HERE] = "ok", [ABSENT] = "absent", [WRONG] = "wrong"};
    doc->wrong += state == WRONG;
    doc->absent += state == ABSENT;
    if (doc->checks != NULL) {
        // A path that is no UTF-8 is none for JSON.
        json_t *said = json_string(text);
        json_array_append_new(doc->checks,
                              json_pack("{s:s, s:s, s:o}", "name", name, "state", keys[state],
                                        "text", said != NULL ? said : json_string("?")));
    } else if (state != HERE || !doc->options->quiet) {
        printf("%-7s  %-22s %s\n", words[state], name, text);
        fflush(stdout);
    }
}

static void look_at_program(struct doctor *doc, size_t i)
{
    const char *name = programs[i].name;
    const char *printed;
    const char *const arguments[] = {name, programs[i].ask, NULL};
    int status = process_read(doc->arena, arguments, &printed);
    if (status == 0) {
        size_t length = strcspn(printed, "\n");
        note(doc, HERE, name,
             length == 0 ? programs[i].use : arena_copy(doc->arena, printed, length));
        return;
    }
    const char *why = status == PROCESS_MISSING
                          ? ""
                          : arena_printf(doc->arena, "; `%s %s` failed", name, programs[i].ask);
    note(doc, programs[i].optional ? ABSENT : WRONG, name,
         arena_printf(doc->arena, "%s%s; apt-get install %s", programs[i].use, why,
                      programs[i].package));
}

// Where Debian has it; a build may be told another place (KAAL_PICOLIBC).
static void look_at_libc(struct doctor *doc)
{
    static const char folder[] = "/usr/lib/picolibc/aarch64-linux-gnu";
    bool ok = file_exists(path_join(doc->arena, folder, "include/stdio.h"));
    note(doc, ok ? HERE : ABSENT, "picolibc",
         ok ? folder : "components with LIBC; apt-get install picolibc-aarch64-linux-gnu");
}

static void look_at_machine(struct doctor *doc)
{
    struct machine_parts parts;
    struct machine_setup setup = machine_setup(doc->options, (struct bytes){0});
    if (machine_look(doc->arena, &setup, &parts)) {
        note(doc, HERE, "machine", "QEMU's `virt` starts");
    } else {
        note(doc, WRONG, "machine",
             "QEMU does not start its machine `virt`; try `qemu-system-aarch64 -M virt -S`");
    }
}

// The first error, as a text.
static const char *told(struct doctor *doc, const struct diag *d)
{
    return d->count == 0 ? "see the messages" : arena_string(doc->arena, d->items[0].text);
}

static void look_at_products(struct doctor *doc)
{
    struct products p;
    struct diag own = {.arena = doc->arena};
    if (!products_find(doc->arena, doc->options, &p, &own)) {
        note(doc, WRONG, "build", told(doc, &own));
        return;
    }
    const char *there = "";
    for (const char *const *name = products_configs; *name != NULL; name++) {
        struct products other;
        products_name(doc->arena, p.build, *name, &other);
        if (file_exists(other.loader)) {
            there = arena_printf(doc->arena, "%s%s%s", there, there[0] == '\0' ? "" : ", ", *name);
        }
    }
    const char *what = p.installed ? "installation" : "build";
    bool ok = file_exists(p.loader) && file_exists(path_join(doc->arena, p.bin, "root.elf"));
    const char *text =
        ok ? arena_printf(doc->arena, "%s: %s", p.build, there)
           : arena_printf(doc->arena, "%s has no configuration %s; build target-%s%s", p.build,
                          p.config, p.config, p.installed ? " and install again" : "");
    note(doc, ok ? HERE : WRONG, what, text);
}

static void look_at_templates(struct doctor *doc)
{
    const char *path = products_share(doc->arena, "template/system.toml");
    bool ok = file_exists(path);
    note(doc, ok ? HERE : WRONG, "templates",
         ok ? path_dir(doc->arena, path)
            : arena_printf(doc->arena, "`kaal new`: there is no %s; install KaaL again", path));
}

static void look_at_temporary_files(struct doctor *doc)
{
    const char *folder = getenv("TMPDIR");
    folder = folder == NULL || folder[0] == '\0' ? "/tmp" : folder;
    char *name = arena_printf(doc->arena, "%s/kaal-XXXXXX", folder);
    int fd = mkstemp(name);
    if (fd < 0) {
        note(doc, WRONG, "temporary files",
             arena_printf(doc->arena, "cannot write in %s: %s; set TMPDIR", folder,
                          strerror(errno)));
        return;
    }
    unlink(name);
    close(fd);
    note(doc, HERE, "temporary files", folder);
}

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0';
}

static void look_at_sel4(struct doctor *doc)
{
    struct sel4 sel4;
    struct diag own = {.arena = doc->arena};
    bool asked = is_set("SEL4_PREFIX") || is_set("MICROKIT_SDK");
    if (sel4_find(doc->arena, doc->options, &sel4, &own)) {
        note(doc, HERE, "seL4", sel4.kernel);
    } else if (asked) {
        note(doc, WRONG, "seL4", told(doc, &own));
    } else {
        note(doc, ABSENT, "seL4", "`--backend sel4`; set SEL4_PREFIX or MICROKIT_SDK");
    }
}

int cmd_doctor(struct arena *a, struct options *o, struct diag *d)
{
    (void)d;
    struct doctor doc = {.arena = a, .options = o, .checks = o->json ? json_array() : NULL};
    for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
        look_at_program(&doc, i);
    }
    look_at_libc(&doc);
    look_at_machine(&doc);
    look_at_products(&doc);
    look_at_templates(&doc);
    look_at_temporary_files(&doc);
    look_at_sel4(&doc);
    if (doc.checks != NULL) {
        json_t *all = json_pack("{s:b, s:o}", "ok", doc.wrong == 0, "checks", doc.checks);
        json_dumpf(all, stdout, JSON_INDENT(2));
        putchar('\n');
        json_decref(all);
    } else if (doc.wrong != 0) {
        printf("%u wrong: not all of the tool works here\n", doc.wrong);
    } else {
        printf("all that is needed is here; %u %s may be added\n", doc.absent,
               by_count(doc.absent, "thing", "things"));
    }
    return doc.wrong == 0 ? STATUS_OK : STATUS_FAILED;
}
