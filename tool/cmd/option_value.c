// SPDX-License-Identifier: BSD-2-Clause
#include "tool/arena.h"
#include "tool/diag.h"
#include "tool/options.h"

#include "option_parser.h"
#include "option_table.h"

#include <kaal/limits.h>

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    MEMORY_MIN_MIB = 16,
    MEMORY_MAX_MIB = 4096,
    TIMEOUT_MAX_S = 86400,
    QEMU_WORDS_MAX = 32, // tool/test/machine.c has room for them
    CORES_MAX = 512,
    JOBS_MAX = 256,
};

bool option_wrong(struct option_parser *p, const char *option, const char *value,
                  const char *wanted)
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

static bool take_memory(struct option_parser *p, const char *value)
{
    const char *unit;
    uint64_t mib;
    if (!number(value, UINT32_MAX, &mib, &unit)) {
        return option_wrong(p, "memory", value, "a size like 128M or 2G");
    }
    if (strcmp(unit, "G") == 0 || strcmp(unit, "g") == 0) {
        mib *= 1024;
    } else if (strcmp(unit, "M") != 0 && strcmp(unit, "m") != 0 && unit[0] != '\0') {
        return option_wrong(p, "memory", value, "a size like 128M or 2G");
    }
    if (mib < MEMORY_MIN_MIB || mib > MEMORY_MAX_MIB) {
        return option_wrong(p, "memory", value, "16M to 4G");
    }
    p->options->memory = mib << 20;
    p->options->memory_given = true;
    return true;
}

static bool take_choice(struct option_parser *p, const char *option, const char *value,
                        unsigned low, unsigned high, unsigned *out, bool *given)
{
    const char *end;
    uint64_t n;
    if (!number(value, high, &n, &end) || *end != '\0' || n < low) {
        return option_wrong(p, option, value, arena_printf(p->arena, "%u or %u", low, high));
    }
    *out = (unsigned)n;
    *given = true;
    return true;
}

static bool take_timeout(struct option_parser *p, const char *value)
{
    const char *end;
    uint64_t n;
    if (!number(value, TIMEOUT_MAX_S, &n, &end) || *end != '\0' || n == 0) {
        return option_wrong(p, "timeout", value, "a number of seconds from 1");
    }
    p->options->timeout = (unsigned)n;
    return true;
}

static bool take_after(struct option_parser *p, const char *value)
{
    const char *end;
    uint64_t n;
    if (!number(value, TIMEOUT_MAX_S, &n, &end) || *end != '\0' || n == 0) {
        return option_wrong(p, "after", value, "a number of seconds from 1");
    }
    p->options->after = (unsigned)n;
    return true;
}

static bool take_at(struct option_parser *p, const char *value)
{
    const char *dot = strchr(value, '.');
    if (dot == NULL || dot == value || dot[1] == '\0') {
        return option_wrong(p, "at", value,
                            "a component and an event that it reports, as hello.ready");
    }
    p->options->at = value;
    return true;
}

static bool take_seed(struct option_parser *p, const char *value)
{
    const char *end;
    if (!number(value, UINT64_MAX, &p->options->seed, &end) || *end != '\0') {
        return option_wrong(p, "seed", value, "a 64-bit number, as 1234 or 0x4d2");
    }
    p->options->seed_given = true;
    return true;
}

// A configuration is a folder name: nothing that leads elsewhere.
static bool take_config(struct option_parser *p, const char *value)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-_";
    if (value[0] == '\0' || value[strspn(value, letters)] != '\0' || strlen(value) > 31) {
        return option_wrong(p, "config", value, "the name of a kernel configuration, as mcs-dbg");
    }
    p->options->config = value;
    p->options->config_given = true;
    return true;
}

static bool take_backend(struct option_parser *p, const char *value)
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
    return option_wrong(p, "backend", value, "kaal, sel4 or mock");
}

bool option_add(struct option_parser *p, struct strings *list, const char *value)
{
    list->items =
        arena_grow(p->arena, list->items, list->count, &list->capacity, sizeof(*list->items));
    list->items[list->count++] = value;
    return true;
}

// The words of a list, without the empty ones.
static bool take_words(struct option_parser *p, const char *option, const char *value,
                       const char *between, size_t max, struct strings *out)
{
    size_t before = out->count;
    const char *at = value;
    while (*at != '\0') {
        size_t length = strcspn(at, between);
        if (length != 0) {
            option_add(p, out, arena_copy(p->arena, at, length));
        }
        at += length + (at[length] != '\0');
    }
    if (out->count == before || out->count > max) {
        return option_wrong(p, option, value, arena_printf(p->arena, "1 to %zu words", max));
    }
    return true;
}

// QEMU knows whether there is such a model; what it would take for a question does not reach it.
static bool take_device(struct option_parser *p, const char *value)
{
    enum { DEVICES_MAX = 8 };
    static const char more[] = "_.,=-";
    bool ok = isalpha((unsigned char)value[0]) && strncmp(value, "help", strlen("help")) != 0 &&
              strstr(value, ",help") == NULL;
    for (const char *c = value; *c != '\0'; c++) {
        ok = ok && (isalnum((unsigned char)*c) || strchr(more, *c) != NULL);
    }
    if (!ok) {
        return option_wrong(p, "device", value,
                            "a device model of QEMU with its properties, as edu or "
                            "edu,dma_mask=0xffffffff");
    }
    if (p->options->devices.count == DEVICES_MAX) {
        return option_wrong(p, "device", value, "eight devices at most");
    }
    return option_add(p, &p->options->devices, value);
}

static bool take_cores(struct option_parser *p, const char *value)
{
    const char *end;
    uint64_t n;
    if (!number(value, CORES_MAX, &n, &end) || *end != '\0' || n == 0) {
        return option_wrong(p, "smp", value, "a number of cores from 1");
    }
    p->options->cores = (unsigned)n;
    return true;
}

static bool take_jobs(struct option_parser *p, const char *value)
{
    const char *end;
    uint64_t n;
    if (!number(value, JOBS_MAX, &n, &end) || *end != '\0' || n == 0) {
        return option_wrong(p, "jobs", value, "how many run at a time, from 1");
    }
    p->options->jobs = (unsigned)n;
    return true;
}

// --- options -----------------------------------------------------------------------------------

static bool take_flag(struct option_parser *p, int key)
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
    case KEY_NET:
        o->net = true;
        return true;
    case KEY_REALTIME:
        o->realtime = true;
        return true;
    case KEY_JSON:
        o->json = true;
        return true;
    case KEY_HTML:
        o->html = true;
        return true;
    case KEY_SYNTAX:
        o->syntax = true;
        return true;
    case KEY_TAP:
        o->tap = true;
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
    case KEY_JUNIT:
        return &o->junit;
    case KEY_LAYOUT:
        return &o->layout;
    case KEY_COMPARE:
        return &o->compare;
    case KEY_DISK:
        return &o->disk;
    default:
        return NULL;
    }
}

bool option_take(struct option_parser *p, int key, const char *value)
{
    struct options *o = p->options;
    const char **text = text_option(o, key);
    if (text != NULL) {
        *text = value;
        return true;
    }
    switch (key) {
    case KEY_GDB:
        o->gdb = value == NULL ? "" : value;
        return true;
    case KEY_JOBS:
        return take_jobs(p, value);
    case KEY_ONLY:
        return take_words(p, "only", value, ",", KAAL_PD_MAX, &o->only);
    case KEY_QEMU_ARGS:
        return take_words(p, "qemu-args", value, " ", QEMU_WORDS_MAX, &o->qemu_args);
    case KEY_SMP:
        return take_cores(p, value);
    case KEY_CONFIG:
        return take_config(p, value);
    case KEY_SEARCH:
        return option_add(p, &o->search_paths, value);
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
        return option_add(p, &o->ctest, value);
    case KEY_DEVICE:
        return take_device(p, value);
    case KEY_BACKEND:
        return take_backend(p, value);
    default:
        return take_flag(p, key);
    }
}
