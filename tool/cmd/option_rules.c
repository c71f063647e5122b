// SPDX-License-Identifier: BSD-2-Clause
#include "tool/diag.h"
#include "tool/file.h"
#include "tool/options.h"
#include "tool/pack.h"

#include "bench.h"
#include "option_parser.h"
#include "option_table.h"

#include <kaal/limits.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

// `bench kernel ROW...` and the like: what would be a SYSTEM elsewhere is not one.
static enum bench find_bench(const struct options *o)
{
    if (o->command != CMD_BENCH || o->systems.count == 0) {
        return BENCH_BOOT;
    }
    if (strcmp(o->systems.items[0], "kernel") == 0) {
        return BENCH_KERNEL;
    }
    if (strcmp(o->systems.items[0], "chain") == 0) {
        return BENCH_CHAIN;
    }
    return strcmp(o->systems.items[0], "components") == 0 ? BENCH_COMPONENTS : BENCH_BOOT;
}

static bool is_conformance(const struct options *o)
{
    return o->command == CMD_TEST && o->systems.count != 0 &&
           strcmp(o->systems.items[0], "conformance") == 0;
}

// How long the chains are that `bench chain` measures.
static bool finish_links(struct option_parser *p)
{
    const struct options *o = p->options;
    for (size_t i = 1; i < o->systems.count; i++) {
        const char *word = o->systems.items[i];
        char *end;
        unsigned long links = strtoul(word, &end, 10);
        if (!isdigit((unsigned char)word[0]) || *end != '\0' || links < 1 ||
            links > BENCH_LINKS_MAX) {
            diag_error(p->diag, place_none(), "a chain of `%s` links; give a number from 1 to %d",
                       word, (int)BENCH_LINKS_MAX);
            return false;
        }
    }
    if (o->systems.count > 1 + BENCH_CHAINS_MAX) {
        diag_error(p->diag, place_none(), "more than %d chains; measure them one after another",
                   (int)BENCH_CHAINS_MAX);
        return false;
    }
    return true;
}

static bool finish_bench(struct option_parser *p)
{
    struct options *o = p->options;
    o->bench = find_bench(o);
    if ((o->growth || o->worst) && o->bench != BENCH_KERNEL) {
        diag_error(p->diag, place_none(), "--%s belongs to `kaal bench kernel`; write that",
                   o->growth ? "growth" : "worst");
        return false;
    }
    if (o->growth && o->worst) {
        diag_error(p->diag, place_none(), "--growth and --worst are two tables; ask for one");
        return false;
    }
    return o->bench != BENCH_CHAIN || finish_links(p);
}

// What the mock machine has not got.
static bool finish_mock_machine(struct option_parser *p)
{
    const struct options *o = p->options;
    if (o->cores > 1) {
        diag_error(p->diag, place_none(), "the mock machine has one core; leave out --smp");
    } else if (o->el_given || o->gic_given || o->qemu != NULL) {
        diag_error(p->diag, place_none(),
                   "the mock machine has no exception levels, no GIC and no QEMU; leave out --%s",
                   o->el_given ? "el" : (o->gic_given ? "gic" : "qemu"));
    }
    return diag_ok(p->diag);
}

// What is for QEMU's machine alone.
static bool finish_mock(struct option_parser *p)
{
    const struct options *o = p->options;
    const char *what = NULL;
    if ((o->command & PACKS) != 0) {
        what = "an image is";
    } else if (o->command == CMD_BENCH) {
        what = "instructions are counted";
    } else if (is_conformance(o)) {
        what = "the conformance suite is";
    } else if (o->disk != NULL) {
        what = "a disk is";
    } else if (o->devices.count != 0) {
        what = "a device of QEMU is";
    } else if (o->net) {
        what = "a network card is";
    } else if (o->qemu_args.count != 0) {
        what = "words for QEMU are";
    }
    if (what != NULL) {
        diag_error(p->diag, place_none(), "%s for the machine; leave out --backend mock", what);
    }
    return what == NULL && finish_mock_machine(p);
}

static bool finish_backend(struct option_parser *p)
{
    const struct options *o = p->options;
    if (o->backend != BACKEND_NONE && o->kernel != NULL) {
        diag_error(p->diag, place_none(),
                   "--backend and --kernel both say what to run on; leave out one");
        return false;
    }
    if (o->backend != BACKEND_SEL4 && (o->board != NULL || o->board_config != NULL)) {
        diag_error(p->diag, place_none(), "--%s belongs to --backend sel4; add that",
                   o->board != NULL ? "board" : "board-config");
        return false;
    }
    return o->backend != BACKEND_MOCK || finish_mock(p);
}

static bool finish_layout(struct option_parser *p)
{
    const struct options *o = p->options;
    bool microkit = strcmp(o->layout, "microkit") == 0;
    if (!microkit && strcmp(o->layout, "sel4") != 0) {
        return option_wrong(p, "layout", o->layout, "sel4 or microkit");
    }
    if (microkit && o->config_given) {
        diag_error(p->diag, place_none(),
                   "--config belongs to --layout sel4: a Microkit SDK has its three; leave it out");
        return false;
    }
    return true;
}

// `sdk --layout LAYOUT DIR` or `sdk --compare PREFIX`.
static bool finish_sdk(struct option_parser *p)
{
    const struct options *o = p->options;
    if (o->command != CMD_SDK) {
        return true;
    }
    size_t folders = o->compare == NULL ? 1 : 0;
    if ((o->layout == NULL) == (o->compare == NULL) || o->systems.count != folders) {
        diag_error(p->diag, place_none(),
                   "write `kaal sdk --layout sel4 DIR`, `kaal sdk --layout microkit DIR` or "
                   "`kaal sdk --compare PREFIX`");
        return false;
    }
    if (o->compare != NULL && o->config_given) {
        diag_error(
            p->diag, place_none(),
            "--config belongs to --layout: what is compared has a configuration; leave it out");
        return false;
    }
    return o->layout == NULL || finish_layout(p);
}

// What CTest and the conformance suite have in another way.
static bool finish_test(struct option_parser *p)
{
    struct options *o = p->options;
    const char *what = o->ctest.count != 0 ? "--ctest"
                       : o->long_tests     ? "--long"
                       : is_conformance(o) ? "conformance"
                                           : NULL;
    if ((o->tap || o->junit != NULL) && what != NULL) {
        diag_error(p->diag, place_none(), "--%s belongs to `kaal test SYSTEM`; leave out %s",
                   o->tap ? "tap" : "junit", what);
        return false;
    }
    if (o->jobs == 0) {
        const long processors = sysconf(_SC_NPROCESSORS_ONLN);
        o->jobs = processors < 1 ? 1 : (unsigned)processors;
    }
    return true;
}

// A name of a system, that is one of a CMake project and of a folder as well.
static bool is_project_name(const char *name)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)name[i];
        if (c >= 0x80 || (!isalnum(c) && c != '_' && c != '-')) {
            return false;
        }
    }
    return length < KAAL_NAME_SIZE && isalpha((unsigned char)name[0]);
}

static bool finish_new(struct option_parser *p)
{
    const struct options *o = p->options;
    if (o->command != CMD_NEW) {
        return true;
    }
    if (o->systems.count != 1) {
        diag_error(p->diag, place_none(), "write `kaal new NAME`");
        return false;
    }
    const char *name = path_base(o->systems.items[0]);
    if (!is_project_name(name)) {
        diag_error(p->diag, place_none(),
                   "`%s` is no name of a project; give a letter, then letters, digits, - or _, at "
                   "most %d of them",
                   name, KAAL_NAME_SIZE - 1);
        return false;
    }
    return true;
}

static bool finish_help(struct option_parser *p)
{
    const struct options *o = p->options;
    if (o->command == CMD_DOCTOR && o->systems.count != 0) {
        diag_error(p->diag, place_none(), "`kaal doctor` looks at no system; `kaal check` does");
        return false;
    }
    if (o->command == CMD_COMPLETION &&
        (o->systems.count != 1 || strcmp(o->systems.items[0], "bash") != 0)) {
        diag_error(p->diag, place_none(), "write `kaal completion bash`; there is no other shell");
        return false;
    }
    return true;
}

// Ways to run that exclude each other.
static bool finish_run(struct option_parser *p)
{
    const struct options *o = p->options;
    if (o->interactive && (o->replay != NULL || o->quiet)) {
        diag_error(p->diag, place_none(), "--interactive shows a running machine; leave out --%s",
                   o->quiet ? "quiet" : "replay");
        return false;
    }
    if (o->gdb != NULL && (o->interactive || o->replay != NULL)) {
        diag_error(p->diag, place_none(),
                   "--gdb has the terminal, and a running machine; leave out --%s",
                   o->interactive ? "interactive" : "replay");
        return false;
    }
    if (o->at != NULL && o->after != 0) {
        diag_error(p->diag, place_none(), "--at and --after both say when to ask; leave out one");
        return false;
    }
    return true;
}

static bool has_suffix(const char *path, const char *suffix)
{
    size_t length = strlen(path);
    return length > strlen(suffix) && strcmp(path + length - strlen(suffix), suffix) == 0;
}

// The ending of a picture's name says what it is. A report has one form, and others may come.
static bool finish_form(struct option_parser *p)
{
    struct options *o = p->options;
    if (o->output == NULL && (o->command == CMD_BUILD || o->command == CMD_REPORT)) {
        o->output = o->command == CMD_BUILD ? "loader.elf" : "report.html";
    }
    bool picture = o->command == CMD_GRAPH && o->output != NULL;
    if (picture && !has_suffix(o->output, ".dot") && !has_suffix(o->output, ".svg")) {
        return option_wrong(p, "output", o->output, "a name that ends in .dot or .svg");
    }
    if (o->command == CMD_BUILD && strcmp(path_base(o->output), IMAGE_RAW_NAME) == 0) {
        diag_error(p->diag, place_none(),
                   "--output %s is the name of the raw image; choose another", o->output);
        return false;
    }
    if (o->command == CMD_REPORT && !o->html) {
        diag_error(p->diag, place_none(), "a report is a page; write `kaal report --html`");
        return false;
    }
    return true;
}

// Commands that take the SYSTEMs that are named, and no other.
static bool finish_systems(struct option_parser *p)
{
    const struct options *o = p->options;
    if (o->command == CMD_DIFF && o->systems.count != 2) {
        diag_error(p->diag, place_none(), "write `kaal diff A B`, with two SYSTEMs");
        return false;
    }
    if (o->command == CMD_CONVERT && o->systems.count == 0) {
        diag_error(p->diag, place_none(), "nothing to convert; write `kaal convert FILE`");
        return false;
    }
    return true;
}

bool option_finish(struct option_parser *p)
{
    struct options *o = p->options;
    if (!finish_bench(p) || !finish_backend(p) || !finish_sdk(p) || !finish_new(p) ||
        !finish_help(p) || !finish_test(p) || !finish_run(p) || !finish_form(p) ||
        !finish_systems(p)) {
        return false;
    }
    const unsigned take_one = PACKS | CMD_CAPS | CMD_CONVERT | CMD_GRAPH | CMD_READINESS | CMD_RUN;
    bool one = (o->command & take_one) != 0 || (o->command == CMD_BENCH && o->bench == BENCH_BOOT);
    if (one && o->systems.count > 1) {
        diag_error(p->diag, place_none(), "more than one SYSTEM: %s; give one%s",
                   o->systems.items[1],
                   o->gdb != NULL && o->gdb[0] == '\0' ? ", and a component as --gdb=NAME" : "");
        return false;
    }
    if (!o->seed_given && getrandom(&o->seed, sizeof(o->seed), 0) != sizeof(o->seed)) {
        diag_error(p->diag, place_none(), "the host has no random numbers; use --seed");
        return false;
    }
    return true;
}
