// SPDX-License-Identifier: BSD-2-Clause
#include "tool/options.h"

#include "tool/arena.h"
#include "tool/command.h"
#include "tool/diag.h"
#include "tool/near.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define CONFIG_DEFAULT "mcs-dbg"

enum {
    ANY_SYSTEM = CMD_CHECK | CMD_BUILD | CMD_RUN | CMD_TEST | CMD_BENCH | CMD_CAPS,
    RUNS = CMD_RUN | CMD_TEST | CMD_CAPS,
    MEMORY_DEFAULT_MIB = 512,
    MEMORY_MIN_MIB = 16,
    MEMORY_MAX_MIB = 4096,
    TIMEOUT_MAX_S = 86400,
};

struct parser {
    struct arena *arena;
    struct options *options;
    struct diag *diag;
};

// --- values ------------------------------------------------------------------------------------

static bool wrong(struct parser *p, const char *option, const char *value, const char *wanted)
{
    diag_error(p->diag, place_none(), "--%s %s: not possible; give %s", option, value, wanted);
    return false;
}

static bool number(const char *text, uint64_t max, uint64_t *out, const char **end)
{
    char *stop;
    errno = 0;
    if (text[0] < '0' || text[0] > '9') {
        return false;
    }
    bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    *out = strtoull(text, &stop, hex ? 16 : 10);
    *end = stop;
    return errno == 0 && *out <= max;
}

static bool take_memory(struct parser *p, const char *value)
{
    const char *unit;
    uint64_t mib;
    if (!number(value, UINT32_MAX, &mib, &unit)) {
        return wrong(p, "memory", value, "a size like 128M or 2G");
    }
    if (strcmp(unit, "G") == 0 || strcmp(unit, "g") == 0) {
        mib *= 1024;
    } else if (strcmp(unit, "M") != 0 && strcmp(unit, "m") != 0 && unit[0] != '\0') {
        return wrong(p, "memory", value, "a size like 128M or 2G");
    }
    if (mib < MEMORY_MIN_MIB || mib > MEMORY_MAX_MIB) {
        return wrong(p, "memory", value, "16M to 4G");
    }
    p->options->memory = mib << 20;
    p->options->memory_given = true;
    return true;
}

static bool take_choice(struct parser *p, const char *option, const char *value, unsigned low,
                        unsigned high, unsigned *out, bool *given)
{
    const char *end;
    uint64_t n;
    if (!number(value, high, &n, &end) || *end != '\0' || n < low) {
        return wrong(p, option, value, arena_printf(p->arena, "%u or %u", low, high));
    }
    *out = (unsigned)n;
    *given = true;
    return true;
}

static bool take_timeout(struct parser *p, const char *value)
{
    const char *end;
    uint64_t n;
    if (!number(value, TIMEOUT_MAX_S, &n, &end) || *end != '\0' || n == 0) {
        return wrong(p, "timeout", value, "a number of seconds from 1");
    }
    p->options->timeout = (unsigned)n;
    return true;
}

static bool take_after(struct parser *p, const char *value)
{
    const char *end;
    uint64_t n;
    if (!number(value, TIMEOUT_MAX_S, &n, &end) || *end != '\0' || n == 0) {
        return wrong(p, "after", value, "a number of seconds from 1");
    }
    p->options->after = (unsigned)n;
    return true;
}

static bool take_at(struct parser *p, const char *value)
{
    const char *dot = strchr(value, '.');
    if (dot == NULL || dot == value || dot[1] == '\0') {
        return wrong(p, "at", value, "a component and an event that it reports, as hello.ready");
    }
    p->options->at = value;
    return true;
}

static bool take_seed(struct parser *p, const char *value)
{
    const char *end;
    if (!number(value, UINT64_MAX, &p->options->seed, &end) || *end != '\0') {
        return wrong(p, "seed", value, "a 64-bit number, as 1234 or 0x4d2");
    }
    p->options->seed_given = true;
    return true;
}

// A configuration is a folder name: nothing that leads elsewhere.
static bool take_config(struct parser *p, const char *value)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
    if (value[0] == '\0' || value[strspn(value, letters)] != '\0' || strlen(value) > 31) {
        return wrong(p, "config", value, "the name of a kernel configuration, as mcs-dbg");
    }
    p->options->config = value;
    p->options->config_given = true;
    return true;
}

// Looked at before QEMU is, which says it less well.
static bool take_disk(struct parser *p, const char *value)
{
    enum { SECTOR = 512 };
    struct stat s;
    if (stat(value, &s) != 0) {
        diag_error(p->diag, place_none(), "--disk %s: %s; make one with `truncate -s 16M %s`",
                   value, strerror(errno), value);
        return false;
    }
    if (!S_ISREG(s.st_mode) || s.st_size == 0 || s.st_size % SECTOR != 0) {
        return wrong(p, "disk", value, "a file of whole sectors of 512 bytes");
    }
    if (access(value, R_OK | W_OK) != 0) {
        diag_error(p->diag, place_none(), "--disk %s: %s; the system reads and writes it", value,
                   strerror(errno));
        return false;
    }
    p->options->disk = value;
    return true;
}

static bool add(struct parser *p, struct strings *list, const char *value)
{
    list->items =
        arena_grow(p->arena, list->items, list->count, &list->capacity, sizeof(*list->items));
    list->items[list->count++] = value;
    return true;
}

// QEMU knows whether there is such a model; what it would take for a question does not reach it.
static bool take_device(struct parser *p, const char *value)
{
    enum { DEVICES_MAX = 8 };
    static const char more[] = "_.,=-";
    bool ok = isalpha((unsigned char)value[0]) && strncmp(value, "help", strlen("help")) != 0 &&
              strstr(value, ",help") == NULL;
    for (const char *c = value; *c != '\0'; c++) {
        ok = ok && (isalnum((unsigned char)*c) || strchr(more, *c) != NULL);
    }
    if (!ok) {
        return wrong(p, "device", value,
                     "a device model of QEMU with its properties, as edu or "
                     "edu,dma_mask=0xffffffff");
    }
    if (p->options->devices.count == DEVICES_MAX) {
        return wrong(p, "device", value, "eight devices at most");
    }
    return add(p, &p->options->devices, value);
}

static bool take_backend(struct parser *p, const char *value)
{
    static const struct {
        const char *name;
        enum backend backend;
    } backends[] = {{"kaal", BACKEND_KAAL}, {"sel4", BACKEND_SEL4}, {"mock", BACKEND_MOCK}};
    for (size_t i = 0; i < sizeof(backends) / sizeof(backends[0]); i++) {
        if (strcmp(value, backends[i].name) == 0) {
            p->options->backend = backends[i].backend;
            return true;
        }
    }
    return wrong(p, "backend", value, "kaal, sel4 or mock");
}

// --- options -----------------------------------------------------------------------------------

enum option_key {
    KEY_CONFIG = 'c',
    KEY_HELP = 'h',
    KEY_INTERACTIVE = 'i',
    KEY_SEARCH = 'I',
    KEY_MEMORY = 'm',
    KEY_OUTPUT = 'o',
    KEY_QUIET = 'q',
    KEY_TIMEOUT = 't',
    KEY_VERBOSE = 'v',
    KEY_KERNEL = 256,
    KEY_BUILD_DIR,
    KEY_EL,
    KEY_GIC,
    KEY_QEMU,
    KEY_SEED,
    KEY_LOG,
    KEY_REPLAY,
    KEY_REALTIME,
    KEY_CTEST,
    KEY_JSON,
    KEY_SYNTAX,
    KEY_LONG,
    KEY_GROWTH,
    KEY_WORST,
    KEY_DISK,
    KEY_DEVICE,
    KEY_BACKEND,
    KEY_BOARD,
    KEY_BOARD_CONFIG,
    KEY_LAYOUT,
    KEY_COMPARE,
    KEY_GDB,
    KEY_AT,
    KEY_AFTER,
};

struct option_use {
    int key;
    unsigned commands; // that take it
};

static const struct option long_options[] = {
    {"config", required_argument, NULL, KEY_CONFIG},
    {"help", no_argument, NULL, KEY_HELP},
    {"interactive", no_argument, NULL, KEY_INTERACTIVE},
    {"search-path", required_argument, NULL, KEY_SEARCH},
    {"memory", required_argument, NULL, KEY_MEMORY},
    {"output", required_argument, NULL, KEY_OUTPUT},
    {"quiet", no_argument, NULL, KEY_QUIET},
    {"timeout", required_argument, NULL, KEY_TIMEOUT},
    {"verbose", no_argument, NULL, KEY_VERBOSE},
    {"kernel", required_argument, NULL, KEY_KERNEL},
    {"build-dir", required_argument, NULL, KEY_BUILD_DIR},
    {"el", required_argument, NULL, KEY_EL},
    {"gic", required_argument, NULL, KEY_GIC},
    {"qemu", required_argument, NULL, KEY_QEMU},
    {"seed", required_argument, NULL, KEY_SEED},
    {"log", required_argument, NULL, KEY_LOG},
    {"replay", required_argument, NULL, KEY_REPLAY},
    {"realtime", no_argument, NULL, KEY_REALTIME},
    {"ctest", required_argument, NULL, KEY_CTEST},
    {"json", no_argument, NULL, KEY_JSON},
    {"syntax", no_argument, NULL, KEY_SYNTAX},
    {"long", no_argument, NULL, KEY_LONG},
    {"growth", no_argument, NULL, KEY_GROWTH},
    {"worst", no_argument, NULL, KEY_WORST},
    {"disk", required_argument, NULL, KEY_DISK},
    {"device", required_argument, NULL, KEY_DEVICE},
    {"backend", required_argument, NULL, KEY_BACKEND},
    {"board", required_argument, NULL, KEY_BOARD},
    {"board-config", required_argument, NULL, KEY_BOARD_CONFIG},
    {"layout", required_argument, NULL, KEY_LAYOUT},
    {"compare", required_argument, NULL, KEY_COMPARE},
    {"gdb", required_argument, NULL, KEY_GDB},
    {"at", required_argument, NULL, KEY_AT},
    {"after", required_argument, NULL, KEY_AFTER},
    {NULL, 0, NULL, 0},
};

static const struct option_use uses[] = {
    {KEY_OUTPUT, CMD_BUILD | CMD_CONVERT},
    {KEY_TIMEOUT, RUNS | CMD_BENCH},
    {KEY_SEED, RUNS},
    {KEY_LOG, RUNS},
    {KEY_REPLAY, CMD_RUN},
    {KEY_REALTIME, RUNS},
    {KEY_CTEST, CMD_TEST},
    {KEY_JSON, CMD_BENCH},
    {KEY_SYNTAX, CMD_CHECK},
    {KEY_LONG, CMD_TEST},
    {KEY_GROWTH, CMD_BENCH},
    {KEY_WORST, CMD_BENCH},
    {KEY_SEARCH, ANY_SYSTEM},
    {KEY_MEMORY, ANY_SYSTEM},
    {KEY_KERNEL, ANY_SYSTEM},
    {KEY_EL, ANY_SYSTEM},
    {KEY_GIC, ANY_SYSTEM},
    {KEY_QEMU, ANY_SYSTEM},
    {KEY_BACKEND, ANY_SYSTEM},
    {KEY_BOARD, ANY_SYSTEM},
    {KEY_BOARD_CONFIG, ANY_SYSTEM},
    {KEY_LAYOUT, CMD_SDK},
    {KEY_COMPARE, CMD_SDK},
    {KEY_DISK, CMD_RUN | CMD_CAPS},
    {KEY_DEVICE, CMD_CHECK | CMD_BUILD | CMD_RUN | CMD_CAPS},
    {KEY_INTERACTIVE, CMD_RUN},
    {KEY_AT, CMD_CAPS},
    {KEY_AFTER, CMD_CAPS},
    {KEY_GDB, CMD_RUN},
};

static const char *option_name(int key)
{
    const struct option *o = long_options;
    while (o->name != NULL && o->val != key) {
        o++;
    }
    return o->name;
}

static bool applies(struct parser *p, int key)
{
    for (size_t i = 0; i < sizeof(uses) / sizeof(uses[0]); i++) {
        if (uses[i].key == key && (uses[i].commands & p->options->command) == 0) {
            diag_error(p->diag, place_none(),
                       "--%s does not belong to this command; see `kaal --help`", option_name(key));
            return false;
        }
    }
    return true;
}

static bool take_flag(struct parser *p, int key)
{
    struct options *o = p->options;
    switch (key) {
    case KEY_QUIET:
        o->quiet = true;
        return true;
    case KEY_VERBOSE:
        o->verbose = true;
        return true;
    case KEY_INTERACTIVE:
        o->interactive = true;
        return true;
    case KEY_REALTIME:
        o->realtime = true;
        return true;
    case KEY_JSON:
        o->json = true;
        return true;
    case KEY_SYNTAX:
        o->syntax = true;
        return true;
    case KEY_LONG:
        o->long_tests = true;
        return true;
    case KEY_GROWTH:
        o->growth = true;
        return true;
    case KEY_WORST:
        o->worst = true;
        return true;
    default:
        return false;
    }
}

// Where a plain text goes, NULL for other options.
static const char **text_option(struct options *o, int key)
{
    switch (key) {
    case KEY_OUTPUT:
        return &o->output;
    case KEY_KERNEL:
        return &o->kernel;
    case KEY_BOARD:
        return &o->board;
    case KEY_BOARD_CONFIG:
        return &o->board_config;
    case KEY_BUILD_DIR:
        return &o->build_dir;
    case KEY_QEMU:
        return &o->qemu;
    case KEY_LOG:
        return &o->log;
    case KEY_REPLAY:
        return &o->replay;
    case KEY_LAYOUT:
        return &o->layout;
    case KEY_COMPARE:
        return &o->compare;
    case KEY_GDB:
        return &o->gdb;
    default:
        return NULL;
    }
}

static bool take_option(struct parser *p, int key, const char *value)
{
    struct options *o = p->options;
    const char **text = text_option(o, key);
    if (text != NULL) {
        *text = value;
        return true;
    }
    switch (key) {
    case KEY_CONFIG:
        return take_config(p, value);
    case KEY_SEARCH:
        return add(p, &o->search_paths, value);
    case KEY_MEMORY:
        return take_memory(p, value);
    case KEY_TIMEOUT:
        return take_timeout(p, value);
    case KEY_AT:
        return take_at(p, value);
    case KEY_AFTER:
        return take_after(p, value);
    case KEY_SEED:
        return take_seed(p, value);
    case KEY_EL:
        return take_choice(p, "el", value, 1, 2, &o->el, &o->el_given);
    case KEY_GIC:
        return take_choice(p, "gic", value, 2, 3, &o->gic, &o->gic_given);
    case KEY_CTEST:
        return add(p, &o->ctest, value);
    case KEY_DISK:
        return take_disk(p, value);
    case KEY_DEVICE:
        return take_device(p, value);
    case KEY_BACKEND:
        return take_backend(p, value);
    default:
        return take_flag(p, key);
    }
}

static void report_unknown(struct parser *p, char **argv, int at)
{
    const char *names[sizeof(long_options) / sizeof(long_options[0])];
    size_t count = 0;
    for (const struct option *o = long_options; o->name != NULL; o++) {
        names[count++] = o->name;
    }
    const char *word = argv[at];
    const char *bare = word + strspn(word, "-");
    const char *near = near_match(bare, names, count);
    if (near != NULL && strcmp(near, bare) == 0) {
        diag_error(p->diag, place_none(), "%s needs a value; write --%s VALUE", word, near);
    } else if (near != NULL) {
        diag_error(p->diag, place_none(), "unknown option %s; did you mean --%s?", word, near);
    } else {
        diag_error(p->diag, place_none(), "unknown option %s; see `kaal --help`", word);
    }
}

// --- commands ----------------------------------------------------------------------------------

static const struct {
    const char *name;
    enum command command;
} commands[] = {
    {"check", CMD_CHECK}, {"build", CMD_BUILD}, {"run", CMD_RUN},   {"test", CMD_TEST},
    {"bench", CMD_BENCH}, {"sdk", CMD_SDK},     {"caps", CMD_CAPS}, {"convert", CMD_CONVERT},
};

enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static bool find_command(struct parser *p, const char *word)
{
    const char *names[COMMANDS];
    for (size_t i = 0; i < COMMANDS; i++) {
        names[i] = commands[i].name;
        if (strcmp(word, names[i]) == 0) {
            p->options->command = commands[i].command;
            return true;
        }
    }
    diag_error(p->diag, place_none(), "unknown command `%s`; %s", word,
               near_fix(p->arena, word, names, COMMANDS));
    return false;
}

// `bench kernel ROW...`, `bench components ROW...`: what would be a SYSTEM elsewhere is not one.
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

static bool finish_bench(struct parser *p)
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
    return true;
}

// What is for the machine alone.
static bool finish_mock(struct parser *p)
{
    const struct options *o = p->options;
    const char *what = NULL;
    if (o->command == CMD_BUILD) {
        what = "an image is";
    } else if (o->command == CMD_BENCH) {
        what = "instructions are counted";
    } else if (o->command == CMD_TEST && o->systems.count != 0 &&
               strcmp(o->systems.items[0], "conformance") == 0) {
        what = "the conformance suite is";
    } else if (o->disk != NULL) {
        what = "a disk is";
    } else if (o->devices.count != 0) {
        what = "a device of QEMU is";
    }
    if (what != NULL) {
        diag_error(p->diag, place_none(), "%s for the machine; leave out --backend mock", what);
    }
    return what == NULL;
}

static bool finish_backend(struct parser *p)
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
    if (o->gdb != NULL && o->backend != BACKEND_MOCK) {
        diag_error(p->diag, place_none(), "--gdb belongs to --backend mock; add that");
        return false;
    }
    return o->backend != BACKEND_MOCK || finish_mock(p);
}

static bool finish_layout(struct parser *p)
{
    const struct options *o = p->options;
    bool microkit = strcmp(o->layout, "microkit") == 0;
    if (!microkit && strcmp(o->layout, "sel4") != 0) {
        return wrong(p, "layout", o->layout, "sel4 or microkit");
    }
    if (microkit && o->config_given) {
        diag_error(p->diag, place_none(),
                   "--config belongs to --layout sel4: a Microkit SDK has its three; leave it out");
        return false;
    }
    return true;
}

// `sdk --layout LAYOUT DIR` or `sdk --compare PREFIX`.
static bool finish_sdk(struct parser *p)
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

// Ways to run that exclude each other.
static bool finish_run(struct parser *p)
{
    const struct options *o = p->options;
    if (o->interactive && (o->replay != NULL || o->quiet)) {
        diag_error(p->diag, place_none(), "--interactive shows a running machine; leave out --%s",
                   o->quiet ? "quiet" : "replay");
        return false;
    }
    if (o->at != NULL && o->after != 0) {
        diag_error(p->diag, place_none(), "--at and --after both say when to ask; leave out one");
        return false;
    }
    return true;
}

static bool finish(struct parser *p)
{
    struct options *o = p->options;
    if (!finish_bench(p) || !finish_backend(p) || !finish_sdk(p) || !finish_run(p)) {
        return false;
    }
    if (o->command == CMD_CONVERT && o->systems.count == 0) {
        diag_error(p->diag, place_none(), "nothing to convert; write `kaal convert FILE`");
        return false;
    }
    bool one = o->command == CMD_CONVERT || o->command == CMD_BUILD || o->command == CMD_RUN ||
               o->command == CMD_CAPS || (o->command == CMD_BENCH && o->bench == BENCH_BOOT);
    if (one && o->systems.count > 1) {
        diag_error(p->diag, place_none(), "more than one SYSTEM: %s; give one",
                   o->systems.items[1]);
        return false;
    }
    if (!o->seed_given && getrandom(&o->seed, sizeof(o->seed), 0) != sizeof(o->seed)) {
        diag_error(p->diag, place_none(), "the host has no random numbers; use --seed");
        return false;
    }
    return true;
}

static enum options_result usage(struct parser *p, const char *command)
{
    fputs(help_text(command), stdout);
    return diag_ok(p->diag) ? OPTIONS_DONE : OPTIONS_WRONG;
}

static enum options_result parse_all(struct parser *p, int argc, char **argv)
{
    int key;
    opterr = 0;
    optind = 1;
    for (;;) {
        int at = optind;
        key = getopt_long(argc, argv, "-:c:hiI:m:o:qt:v", long_options, NULL);
        if (key == -1) {
            break;
        }
        if (key == KEY_HELP) {
            return usage(p, argv[0]);
        }
        if (key == 1) {
            add(p, &p->options->systems, optarg);
        } else if (key == '?' || key == ':') {
            report_unknown(p, argv, at);
            return OPTIONS_WRONG;
        } else if (!applies(p, key) || !take_option(p, key, optarg)) {
            return OPTIONS_WRONG;
        }
    }
    while (optind < argc) {
        add(p, &p->options->systems, argv[optind++]);
    }
    return finish(p) ? OPTIONS_OK : OPTIONS_WRONG;
}

enum options_result options_parse(struct arena *a, int argc, char **argv, struct options *out,
                                  struct diag *d)
{
    struct parser p = {.arena = a, .options = out, .diag = d};
    *out = (struct options){
        .config = CONFIG_DEFAULT,
        .el = 1,
        .gic = 2,
        .memory = (uint64_t)MEMORY_DEFAULT_MIB << 20,
    };
    const char *word = argc > 1 ? argv[1] : "--help";
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
        return usage(&p, argc > 2 ? argv[2] : NULL);
    }
    if (strcmp(word, "--version") == 0) {
        puts("kaal " KAAL_VERSION);
        return OPTIONS_DONE;
    }
    if (!find_command(&p, word)) {
        return OPTIONS_WRONG;
    }
    return parse_all(&p, argc - 1, argv + 1);
}
