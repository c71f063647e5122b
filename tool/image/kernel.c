// SPDX-License-Identifier: BSD-2-Clause
//
// The kernel and its configuration. seL4's builds put gen_config.json in several places; which one
// it is follows from where the kernel lies:
//
//   BUILD/kernel/kernel.elf     BUILD/gen_config/kernel/        build folder
//   PREFIX/bin/kernel.elf       PREFIX/libsel4/include/kernel/  installation
//   BOARD/elf/sel4.elf          BOARD/include/kernel/           Microkit SDK
//   DIR/kernel.elf              DIR/                            beside it
#include "tool/arena.h"
#include "tool/options.h"
#include "tool/products.h"
#include "tool/system.h"

#include <kaal/boot.h>

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum {
    CONFIG_FILE_MAX = 1024 * 1024,
};

// What a program compiled for one configuration relies on in the other: system calls, labels,
// object sizes, fixed slots of the root task.
static const char *const abi_keys[] = {
    "KERNEL_MCS",       "SEL4_ARCH",          "WORD_SIZE",
    "MAX_NUM_NODES",    "HARDWARE_DEBUG_API", "ARM_HYPERVISOR_SUPPORT",
    "DEBUG_BUILD",      "PRINTING",           "ENABLE_BENCHMARKS",
    "EXPORT_PCNT_USER", "ALLOW_SMC_CALLS",    "MAX_NUM_BOOTINFO_UNTYPED_CAPS",
};

enum { ABI_KEYS = sizeof(abi_keys) / sizeof(abi_keys[0]) };

struct config {
    const char *path;
    json_t *json;
};

// --- reading gen_config.json -------------------------------------------------------------------

static bool config_read(struct arena *a, const char *path, struct place at, struct config *out,
                        struct diag *d)
{
    struct bytes text;
    const char *cause;
    json_error_t error;
    if (!file_read(a, path, CONFIG_FILE_MAX, &text, &cause)) {
        diag_error(d, at, "cannot read the kernel's configuration %s: %s; build it again", path,
                   cause);
        return false;
    }
    *out = (struct config){.path = path};
    out->json = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(out->json)) {
        diag_error(d, at, "%s:%d: %s; build the kernel again", path, error.line,
                   out->json == NULL ? error.text : "no JSON object");
        json_decref(out->json);
        return false;
    }
    return true;
}

// A value as text: booleans and numbers as the header form has them. NULL if there is none.
static const char *config_text(struct arena *a, const struct config *c, const char *key)
{
    json_t *value = json_object_get(c->json, key);
    if (json_is_string(value)) {
        return arena_string(a, json_string_value(value));
    }
    if (json_is_integer(value)) {
        return arena_printf(a, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    }
    return json_is_boolean(value) ? (json_is_true(value) ? "true" : "false") : NULL;
}

static bool config_is(struct arena *a, const struct config *c, const char *key, const char *want)
{
    const char *value = config_text(a, c, key);
    return value != NULL && strcmp(value, want) == 0;
}

static unsigned config_number(struct arena *a, const struct config *c, const char *key,
                              unsigned missing)
{
    const char *value = config_text(a, c, key);
    return value == NULL ? missing : (unsigned)strtoul(value, NULL, 10);
}

// --- finding files around a kernel -------------------------------------------------------------

static const char *find_around(struct arena *a, const char *kernel, const char *const *places,
                               size_t count)
{
    const char *dir = path_dir(a, kernel);
    for (size_t i = 0; i < count; i++) {
        const char *path = arena_printf(a, "%s/%s", dir, places[i]);
        if (file_exists(path)) {
            return path;
        }
    }
    return NULL;
}

static const char *find_config(struct arena *a, const char *kernel)
{
    static const char *const places[] = {
        "../gen_config/kernel/gen_config.json",
        "../libsel4/include/kernel/gen_config.json",
        "../include/kernel/gen_config.json",
        "gen_config/kernel/gen_config.json",
        "gen_config.json",
    };
    return find_around(a, kernel, places, sizeof(places) / sizeof(places[0]));
}

static const char *find_platform(struct arena *a, const char *kernel)
{
    static const char *const places[] = {
        "gen_headers/plat/machine/platform_gen.json",
        "../support/platform_gen.json",
        "../platform_gen.json",
        "platform_gen.json",
    };
    return find_around(a, kernel, places, sizeof(places) / sizeof(places[0]));
}

// The first memory range of {"memory": [{"start": n, "end": n}, ...], ...}.
static bool platform_memory(struct arena *a, const char *path, struct memory_range *out)
{
    struct bytes text;
    const char *cause;
    if (path == NULL || !file_read(a, path, CONFIG_FILE_MAX, &text, &cause)) {
        return false;
    }
    json_t *json = json_loadb((const char *)text.data, text.size, 0, NULL);
    json_t *range = json_array_get(json_object_get(json, "memory"), 0);
    json_int_t start = json_integer_value(json_object_get(range, "start"));
    json_int_t end = json_integer_value(json_object_get(range, "end"));
    json_decref(json);
    if (start <= 0 || end <= start) {
        return false;
    }
    *out = (struct memory_range){.base = (uint64_t)start, .size = (uint64_t)(end - start)};
    return true;
}

// --- the kernel --------------------------------------------------------------------------------

static bool kernel_path(struct arena *a, const struct options *o, const struct system *s,
                        const struct products *p, struct kernel *out)
{
    out->at = o->kernel != NULL ? place_none() : s->kernel.at;
    const char *name = o->kernel != NULL ? o->kernel : s->kernel.text;
    out->builtin = name == NULL || strcmp(name, "builtin") == 0;
    if (out->builtin) {
        out->path = path_join(a, p->target, "kernel/kernel.elf");
        return file_exists(out->path);
    }
    out->path = o->kernel != NULL ? name : path_resolve(a, path_dir(a, s->file), name);
    if (file_exists(out->path) || o->kernel != NULL) {
        return file_exists(out->path);
    }
    for (size_t i = 0; i < o->search_paths.count; i++) {
        const char *path = path_resolve(a, o->search_paths.items[i], name);
        if (file_exists(path)) {
            out->path = path;
            return true;
        }
    }
    return false;
}

static bool kernel_missing(const struct kernel *k, const struct products *p, struct diag *d)
{
    if (k->builtin) {
        diag_error(d, k->at, "configuration %s is not built: no %s; run ninja -C %s target-%s",
                   p->config, k->path, p->build, p->config);
    } else {
        diag_error(d, k->at,
                   "the kernel %s does not exist; build it, name another, or use --kernel builtin",
                   k->path);
    }
    return false;
}

static bool kernel_read(struct arena *a, struct kernel *k, struct diag *d)
{
    const struct elf_rules rules = {.page = 4096};
    const char *cause;
    if (!file_read(a, k->path, ELF_FILE_MAX, &k->file, &cause)) {
        diag_error(d, k->at, "cannot read the kernel %s: %s; use --kernel builtin", k->path, cause);
        return false;
    }
    enum elf_err err = elf_parse(&k->elf, k->file.data, k->file.size, &rules);
    if (err != ELF_OK) {
        diag_error(d, k->at, "the kernel %s: %s%s%s; %s", k->path, elf_strerror(err),
                   err == ELF_MACHINE ? ", " : "",
                   err == ELF_MACHINE ? elf_machine_name(k->elf.machine) : "", elf_remedy(err));
        return false;
    }
    return true;
}

// Kernel and tree lie below the loader: see kaal/boot.h.
static bool kernel_place(const struct kernel *k, struct diag *d)
{
    struct elf_segment seg;
    unsigned index = 0;
    while (elf_next_load(&k->elf, &index, &seg)) {
        if (seg.paddr < KAAL_RAM_BASE || seg.paddr > KAAL_LOADER_BASE ||
            seg.memsz > KAAL_LOADER_BASE - seg.paddr) {
            diag_error(d, k->at,
                       "the kernel %s wants the physical memory 0x%" PRIx64 " to 0x%" PRIx64
                       ", the loader leaves 0x%llx to 0x%llx; use a kernel for QEMU's virt machine "
                       "at EL1",
                       k->path, seg.paddr, seg.paddr + seg.memsz, KAAL_RAM_BASE, KAAL_LOADER_BASE);
            return false;
        }
    }
    return true;
}

struct demand {
    const char *key;
    const char *value;
    const char *remedy;
};

// What no configuration of ours can do without.
static bool kernel_usable(struct arena *a, const struct kernel *k, const struct config *c,
                          struct diag *d)
{
    static const struct demand demands[] = {
        {"SEL4_ARCH", "aarch64", "build it for AArch64"},
        {"KERNEL_MCS", "true", "build it with KernelIsMCS=ON"},
        {"ARM_HYPERVISOR_SUPPORT", "false", "build it with KernelArmHypervisorSupport=OFF"},
        {"ENABLE_SMP_SUPPORT", "false", "build it with KernelMaxNumNodes=1"},
        {"PLAT", "qemu-arm-virt", "build it for qemu-arm-virt"},
    };
    for (size_t i = 0; i < sizeof(demands) / sizeof(demands[0]); i++) {
        const char *value = config_text(a, c, demands[i].key);
        if (value == NULL || strcmp(value, demands[i].value) != 0) {
            diag_error(d, k->at, "the kernel %s has %s=%s (%s), KaaL needs %s; %s", k->path,
                       demands[i].key, value == NULL ? "nothing" : value, c->path, demands[i].value,
                       demands[i].remedy);
            return false;
        }
    }
    return true;
}

// The first key in which two configurations differ, NULL if programs of one run on the other.
static const char *difference(struct arena *a, const struct config *x, const struct config *y)
{
    for (size_t i = 0; i < ABI_KEYS; i++) {
        const char *in_x = config_text(a, x, abi_keys[i]);
        const char *in_y = config_text(a, y, abi_keys[i]);
        if (in_x == NULL || in_y == NULL || strcmp(in_x, in_y) != 0) {
            return abi_keys[i];
        }
    }
    return NULL;
}

static const char *target_config_path(struct arena *a, const struct products *p, const char *name)
{
    return arena_printf(a, "%s/target/%s/gen_config/kernel/gen_config.json", p->build, name);
}

// A built configuration whose programs run on a kernel configured as `c`, NULL if there is none.
static const char *matching_config(struct arena *a, const struct products *p,
                                   const struct config *c)
{
    struct diag silent = {.arena = a};
    for (const char *const *name = products_configs; *name != NULL; name++) {
        struct config other;
        const char *path = target_config_path(a, p, *name);
        if (!file_exists(path) || !config_read(a, path, place_none(), &other, &silent)) {
            continue;
        }
        bool same = difference(a, c, &other) == NULL;
        json_decref(other.json);
        if (same) {
            return *name;
        }
    }
    return NULL;
}

static bool report_difference(struct arena *a, const struct kernel *k, const struct products *p,
                              const struct config *c, const struct config *ours, const char *key,
                              struct diag *d)
{
    const char *match = matching_config(a, p, c);
    const char *theirs = config_text(a, c, key);
    const char *mine = config_text(a, ours, key);
    const char *remedy = match == NULL
                             ? "no configuration that is built suits it, use --kernel builtin"
                             : arena_printf(a, "use --config %s", match);
    diag_error(d, k->at,
               "the kernel %s has %s=%s, the programs of configuration %s are built for %s=%s; %s",
               k->path, key, theirs == NULL ? "nothing" : theirs, p->config, key,
               mine == NULL ? "nothing" : mine, remedy);
    return false;
}

// A foreign kernel's configuration against that of the programs.
static bool compare(struct arena *a, const struct options *o, const struct kernel *k,
                    struct products *p, const struct config *c, struct diag *d)
{
    const char *match = o->config_given ? NULL : matching_config(a, p, c);
    if (match != NULL && strcmp(match, p->config) != 0) {
        struct options chosen = *o;
        chosen.config = match;
        return products_find(a, &chosen, p, d);
    }
    struct config ours;
    if (!config_read(a, target_config_path(a, p, p->config), k->at, &ours, d)) {
        return false;
    }
    const char *key = difference(a, c, &ours);
    bool ok = key == NULL || report_difference(a, k, p, c, &ours, key, d);
    json_decref(ours.json);
    return ok;
}

static void take_facts(struct arena *a, struct kernel *k, const struct config *c)
{
    k->root_cnode_bits = config_number(a, c, "ROOT_CNODE_SIZE_BITS", 12);
    k->max_untyped = config_number(a, c, "MAX_NUM_BOOTINFO_UNTYPED_CAPS", 230);
    k->debug = config_is(a, c, "DEBUG_BUILD", "true");
    k->gic_v3 = config_is(a, c, "ARM_GIC_V3_SUPPORT", "true");
}

bool kernel_load(struct arena *a, const struct options *o, const struct system *s,
                 struct products *p, struct kernel *out, struct diag *d)
{
    *out = (struct kernel){0};
    if (!kernel_path(a, o, s, p, out)) {
        return kernel_missing(out, p, d);
    }
    if (!kernel_read(a, out, d)) {
        return false;
    }
    const char *path =
        out->builtin ? target_config_path(a, p, p->config) : find_config(a, out->path);
    if (path == NULL) {
        diag_error(d, out->at,
                   "no gen_config.json around the kernel %s; keep the kernel in its build or "
                   "installation folder",
                   out->path);
        return false;
    }
    struct config c;
    if (!config_read(a, path, out->at, &c, d)) {
        return false;
    }
    take_facts(a, out, &c);
    bool ok = kernel_usable(a, out, &c, d) && kernel_place(out, d);
    ok = ok && (out->builtin || compare(a, o, out, p, &c, d));
    json_decref(c.json);
    if (ok && !out->builtin && !platform_memory(a, find_platform(a, out->path), &out->memory)) {
        diag_note(d, out->at,
                  "no platform_gen.json around the kernel %s: give it the memory that "
                  "it was built for with -m",
                  out->path);
    }
    return ok;
}

bool kernel_fit_machine(const struct kernel *k, struct options *o, struct diag *d)
{
    if (k->builtin) {
        return true;
    }
    unsigned gic = k->gic_v3 ? 3 : 2;
    if (o->gic_given && o->gic != gic) {
        diag_error(d, place_none(), "the kernel %s drives GICv%u only; use --gic %u", k->path, gic,
                   gic);
        return false;
    }
    o->gic = gic;
    if (k->memory.size == 0) {
        return true;
    }
    if (o->memory_given && o->memory != k->memory.size) {
        diag_error(d, place_none(),
                   "the kernel %s was built for %" PRIu64 " MiB of memory; use -m %" PRIu64 "M",
                   k->path, k->memory.size >> 20, k->memory.size >> 20);
        return false;
    }
    o->memory = k->memory.size;
    return true;
}
