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
#include "tool/gen_config.h"
#include "tool/options.h"
#include "tool/products.h"
#include "tool/sel4.h"
#include "tool/subbuild.h"
#include "tool/system.h"

#include <kaal/boot.h>

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum {
    CONFIG_FILE_MAX = 1024 * 1024,
};

// The most that a machine can be given.
#define MEMORY_MAX (UINT64_C(4) << 30)

// What a program compiled for one configuration relies on in the other: system calls, labels,
// object sizes, fixed slots of the root task.
static const char *const abi_keys[] = {
    "KERNEL_MCS",         "SEL4_ARCH",
    "WORD_SIZE",          "MAX_NUM_NODES",
    "HARDWARE_DEBUG_API", "ARM_HYPERVISOR_SUPPORT",
    "DEBUG_BUILD",        "PRINTING",
    "ENABLE_BENCHMARKS",  "EXPORT_PCNT_USER",
    "ALLOW_SMC_CALLS",    "MAX_NUM_BOOTINFO_UNTYPED_CAPS",
    "NUM_PRIORITIES",     "RETYPE_FAN_OUT_LIMIT",
};

enum { ABI_KEYS = sizeof(abi_keys) / sizeof(abi_keys[0]) };

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

// The machine's memory: up to the end of the first range of {"memory": [{"start": n, "end": n}]}. A
// hypervisor leaves out what lies below itself.
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
    if (start < (json_int_t)KAAL_RAM_BASE || end <= start) {
        return false;
    }
    *out = (struct memory_range){.base = KAAL_RAM_BASE, .size = (uint64_t)end - KAAL_RAM_BASE};
    return true;
}

// --- the kernel --------------------------------------------------------------------------------

static bool kernel_path(struct arena *a, const struct options *o, const struct system *s,
                        const struct products *p, struct kernel *out)
{
    const char *asked = o->backend == BACKEND_KAAL ? "builtin" : o->kernel;
    out->at = asked != NULL ? place_none() : s->kernel.at;
    const char *name = asked != NULL ? asked : s->kernel.text;
    out->builtin = name == NULL || strcmp(name, "builtin") == 0;
    if (out->builtin) {
        out->path = o->override_kernel != NULL ? o->override_kernel : p->kernel;
        return file_exists(out->path);
    }
    out->path = asked != NULL ? name : path_resolve(a, path_dir(a, s->file), name);
    if (file_exists(out->path) || asked != NULL) {
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

// Kernel and tree lie below the loader, those of a hypervisor above it: see kaal/boot.h.
static bool kernel_place(struct kernel *k, struct diag *d)
{
    struct elf_segment seg;
    unsigned index = 0;
    uint64_t low = k->hypervisor ? KAAL_LOADER_BASE : KAAL_RAM_BASE;
    uint64_t high = k->hypervisor ? KAAL_RAM_BASE + MEMORY_MAX : KAAL_LOADER_BASE;
    k->start = UINT64_MAX;
    while (elf_next_load(&k->elf, &index, &seg)) {
        if (seg.paddr < low || seg.paddr > high || seg.memsz > high - seg.paddr) {
            diag_error(d, k->at,
                       "the kernel %s wants the physical memory 0x%" PRIx64 " to 0x%" PRIx64
                       ", the loader leaves 0x%" PRIx64 " to 0x%" PRIx64
                       "; use a kernel for QEMU's virt machine",
                       k->path, seg.paddr, seg.paddr + seg.memsz, low, high);
            return false;
        }
        k->start = seg.paddr < k->start ? seg.paddr : k->start;
        k->end = seg.paddr + seg.memsz > k->end ? seg.paddr + seg.memsz : k->end;
    }
    return true;
}

struct demand {
    const char *key;
    const char *value;
    const char *remedy;
};

// What no configuration of ours can do without.
static bool kernel_usable(struct arena *a, const struct kernel *k, const struct gen_config *c,
                          struct diag *d)
{
    static const struct demand demands[] = {
        {"SEL4_ARCH", "aarch64", "build it for AArch64"},
        {"KERNEL_MCS", "true", "build it with KernelIsMCS=ON"},
        {"ENABLE_SMP_SUPPORT", "false", "build it with KernelMaxNumNodes=1"},
        {"PLAT", "qemu-arm-virt", "build it for qemu-arm-virt"},
    };
    for (size_t i = 0; i < sizeof(demands) / sizeof(demands[0]); i++) {
        const char *value = gen_config_text(a, c, demands[i].key);
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
static const char *difference(struct arena *a, const struct gen_config *x,
                              const struct gen_config *y)
{
    for (size_t i = 0; i < ABI_KEYS; i++) {
        const char *in_x = gen_config_text(a, x, abi_keys[i]);
        const char *in_y = gen_config_text(a, y, abi_keys[i]);
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
                                   const struct gen_config *c)
{
    struct diag silent = {.arena = a};
    for (const char *const *name = products_configs; *name != NULL; name++) {
        struct gen_config other;
        const char *path = target_config_path(a, p, *name);
        if (!file_exists(path) || !gen_config_read(a, path, place_none(), &other, &silent)) {
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
                              const struct gen_config *c, const struct gen_config *ours,
                              const char *key, struct diag *d)
{
    const char *match = matching_config(a, p, c);
    const char *theirs = gen_config_text(a, c, key);
    const char *mine = gen_config_text(a, ours, key);
    const char *remedy = match == NULL
                             ? "no configuration that is built suits it, use --backend sel4, which "
                               "builds one, or --kernel builtin"
                             : arena_printf(a, "use --config %s", match);
    diag_error(d, k->at,
               "the kernel %s has %s=%s, the programs of configuration %s are built for %s=%s; %s",
               k->path, key, theirs == NULL ? "nothing" : theirs, p->config, key,
               mine == NULL ? "nothing" : mine, remedy);
    return false;
}

// A foreign kernel's configuration against that of the programs.
static bool compare(struct arena *a, const struct options *o, const struct kernel *k,
                    struct products *p, const struct gen_config *c, struct diag *d)
{
    const char *match = o->config_given ? NULL : matching_config(a, p, c);
    if (match != NULL && strcmp(match, p->config) != 0) {
        struct options chosen = *o;
        chosen.config = match;
        return products_find(a, &chosen, p, d);
    }
    struct gen_config ours;
    if (!gen_config_read(a, p->kernel_config, k->at, &ours, d)) {
        return false;
    }
    const char *key = difference(a, c, &ours);
    bool ok = key == NULL || report_difference(a, k, p, c, &ours, key, d);
    json_decref(ours.json);
    return ok;
}

// --- the backend sel4 --------------------------------------------------------------------------

// Versions differ in their keys: one that ours has and this kernel lacks means numbers that nobody
// here knows. One that ours lacks may be harmless.
static bool check_version(struct arena *a, const struct sel4 *found, const struct gen_config *c,
                          struct diag *d)
{
    struct gen_config known;
    const char *key;
    json_t *value;
    const char *missing = NULL;
    const char *path = path_join(a, products_source(a), "config/common/kernel.json");
    if (!gen_config_read(a, path, place_none(), &known, d)) {
        return false;
    }
    json_object_foreach(known.json, key, value)
    {
        if (missing == NULL && json_object_get(c->json, key) == NULL) {
            missing = arena_string(a, key);
        }
    }
    json_object_foreach(c->json, key, value)
    {
        if (missing == NULL && json_object_get(known.json, key) == NULL) {
            diag_warning(d, place_none(),
                         "%s: %s has the key %s, which seL4 16.0.0 does not have; see what else "
                         "differs with `kaal sdk --compare`",
                         found->named, c->path, key);
        }
    }
    json_decref(known.json);
    if (missing != NULL) {
        diag_error(d, place_none(),
                   "%s: %s lacks the key %s, so this kernel is of an unknown version; use seL4 "
                   "16.0.0",
                   found->named, c->path, missing);
    }
    return missing == NULL;
}

// Programs for this kernel: of a configuration that is built and agrees, else built for it.
static bool choose_programs(struct arena *a, const struct options *o, const struct kernel *k,
                            const struct sel4 *found, struct products *p,
                            const struct gen_config *c, struct diag *d)
{
    if (!check_version(a, found, c, d)) {
        return false;
    }
    const char *match = o->config_given ? o->config : matching_config(a, p, c);
    if (match == NULL) {
        return subbuild_make(a, o, found, p, d);
    }
    products_name(a, p->build, match, p);
    return compare(a, o, k, p, c, d) && subbuild_update(a, p, NULL, d);
}

static void take_facts(struct arena *a, struct kernel *k, const struct gen_config *c)
{
    k->root_cnode_bits = gen_config_number(a, c, "ROOT_CNODE_SIZE_BITS", 12);
    k->max_untyped = gen_config_number(a, c, "MAX_NUM_BOOTINFO_UNTYPED_CAPS", 230);
    k->debug = gen_config_is(a, c, "DEBUG_BUILD", "true");
    k->benchmarks = gen_config_is(a, c, "ENABLE_BENCHMARKS", "true");
    k->counters = gen_config_is(a, c, "EXPORT_PMU_USER", "true");
    k->hypervisor = gen_config_is(a, c, "ARM_HYPERVISOR_SUPPORT", "true");
    k->gic_v3 = gen_config_is(a, c, "ARM_GIC_V3_SUPPORT", "true");
    k->smc = gen_config_is(a, c, "ALLOW_SMC_CALLS", "true");
    k->domains = gen_config_number(a, c, "NUM_DOMAINS", 1);
    k->domain_schedules = gen_config_number(a, c, "NUM_DOMAIN_SCHEDULES", k->domains + 1);
    k->timer_frequency = gen_config_number(a, c, "TIMER_FREQUENCY", 62500000);
}

static bool kernel_find(struct arena *a, const struct options *o, const struct system *s,
                        const struct products *p, struct kernel *out, struct sel4 *found,
                        struct diag *d)
{
    switch (o->backend) {
    case BACKEND_MOCK:
        diag_error(d, place_none(),
                   "the mock machine runs systems alone; use --backend kaal or sel4");
        return false;
    case BACKEND_SEL4:
        out->at = place_none();
        if (!sel4_find(a, o, found, d)) {
            return false;
        }
        out->path = found->kernel;
        return true;
    case BACKEND_NONE:
    case BACKEND_KAAL:
        break;
    }
    return kernel_path(a, o, s, p, out) || kernel_missing(out, p, d);
}

static const char *config_path(struct arena *a, const struct kernel *k, const struct sel4 *found,
                               const struct products *p, struct diag *d)
{
    if (found->kernel_config != NULL) {
        return found->kernel_config;
    }
    const char *path = k->builtin ? p->kernel_config : find_config(a, k->path);
    if (path == NULL) {
        diag_error(d, k->at,
                   "no gen_config.json around the kernel %s; keep the kernel in its build or "
                   "installation folder",
                   k->path);
    }
    return path;
}

static bool kernel_suits(struct arena *a, const struct options *o, const struct sel4 *found,
                         struct products *p, struct kernel *k, const struct gen_config *c,
                         struct diag *d)
{
    take_facts(a, k, c);
    if (!kernel_usable(a, k, c, d) || !kernel_place(k, d)) {
        return false;
    }
    if (o->backend == BACKEND_SEL4) {
        return choose_programs(a, o, k, found, p, c, d);
    }
    return k->builtin || compare(a, o, k, p, c, d);
}

bool kernel_load(struct arena *a, const struct options *o, const struct system *s,
                 struct products *p, struct kernel *out, struct diag *d)
{
    struct gen_config c;
    struct sel4 found = {0};
    *out = (struct kernel){0};
    if (!kernel_find(a, o, s, p, out, &found, d) || !kernel_read(a, out, d)) {
        return false;
    }
    const char *path = config_path(a, out, &found, p, d);
    if (path == NULL || !gen_config_read(a, path, out->at, &c, d)) {
        return false;
    }
    bool ok = kernel_suits(a, o, &found, p, out, &c, d);
    p->benchmarks = out->benchmarks;
    p->timer_frequency = out->timer_frequency;
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
    if (k->hypervisor && o->el_given && o->el != 2) {
        diag_error(d, place_none(), "the kernel %s runs at EL2; use --el 2", k->path);
        return false;
    }
    if (k->hypervisor) {
        o->el = 2;
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
