// SPDX-License-Identifier: BSD-2-Clause
#include "tool/mock.h"

#include "tool/arena.h"
#include "tool/file.h"
#include "tool/near.h"
#include "tool/options.h"
#include "tool/system.h"

#include <kaal/boot.h>

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum {
    LOW_MEMORY = 2 << 20, // in front of the root task: pretended kernel, device tree
};

static const char *mock_program(struct arena *a, const struct products *p)
{
    return path_join(a, p->build, "mock/kaal-mock");
}

static bool find(struct arena *a, const struct options *o, struct products *out, struct diag *d)
{
    if (!products_find(a, o, out, d)) {
        return false;
    }
    out->bin = path_join(a, out->build, "mock/bin");
    const char *path = mock_program(a, out);
    if (!file_exists(path)) {
        diag_error(d, place_none(), "the mock machine is not built: no %s; %s", path,
                   products_remedy(a, out, "mock"));
        return false;
    }
    return true;
}

// --- the kernel ----------------------------------------------------------------------------------

// It is part of the machine, whatever the description says.

static unsigned number_of(const json_t *config, const char *key)
{
    const char *text = json_string_value(json_object_get(config, key));
    return text == NULL ? 0 : (unsigned)strtoul(text, NULL, 10);
}

// What the kernel of this build was configured as.
static bool read_facts(struct arena *a, const struct products *p, struct kernel *out,
                       struct diag *d)
{
    json_error_t error;
    const char *path = path_join(a, p->build, "gen_config/kernel/gen_config.json");
    json_t *config = json_load_file(path, 0, &error);
    if (!json_is_object(config)) {
        diag_error(d, place_none(),
                   "cannot read the mock kernel's configuration %s: %s; build again", path,
                   error.text);
        json_decref(config);
        return false;
    }
    *out = (struct kernel){
        .path = mock_program(a, p),
        .builtin = true,
        .root_cnode_bits = number_of(config, "ROOT_CNODE_SIZE_BITS"),
        .max_untyped = number_of(config, "MAX_NUM_BOOTINFO_UNTYPED_CAPS"),
        .debug = json_is_true(json_object_get(config, "DEBUG_BUILD")),
    };
    json_decref(config);
    return true;
}

// --- debugging -----------------------------------------------------------------------------------

// It lies beside what stands for it, and has the same name without ".elf".
const char *mock_program_path(struct arena *a, const struct program *p)
{
    const char *dot = strrchr(p->path, '.');
    return dot == NULL ? p->path : arena_printf(a, "%.*s", (int)(dot - p->path), p->path);
}

static const char *program_name(struct arena *a, const struct program *p)
{
    return path_base(mock_program_path(a, p));
}

static bool has_debugged(struct arena *a, const struct options *o, const struct program_set *set,
                         struct diag *d)
{
    const char **names = arena_alloc(a, (set->count + 1) * sizeof(*names));
    for (size_t i = 0; i < set->count; i++) {
        names[i] = program_name(a, &set->items[i]);
        if (o->gdb == NULL || strcmp(names[i], o->gdb) == 0) {
            return true;
        }
    }
    diag_error(d, place_none(), "--gdb=%s: the system has no program `%s`; %s", o->gdb, o->gdb,
               near_fix(a, o->gdb, names, set->count));
    return false;
}

// --- the image -----------------------------------------------------------------------------------

bool mock_build(struct arena *a, const struct options *o, const struct system *s,
                struct build_result *out, struct diag *d)
{
    *out = (struct build_result){.mock = true};
    if (!find(a, o, &out->products, d) || !read_facts(a, &out->products, &out->kernel, d) ||
        !programs_load(a, o, &out->products, s, &out->programs, d) ||
        !has_debugged(a, o, &out->programs, d) ||
        !plan_make(a, s, &out->programs, out->products.config, &out->plan, d)) {
        return false;
    }
    struct bytes packed = pack_system(a, &out->plan);
    const struct program *root = &out->programs.items[out->programs.of_pd[s->root]];
    if (!pack_root(a, root, packed, s->pds[s->root].image.at, &out->image, d)) {
        return false;
    }
    out->image.loader_end = KAAL_RAM_BASE + LOW_MEMORY;
    return image_fits(&out->image, &out->plan, &out->kernel, o->memory, d);
}

// --- the machine ---------------------------------------------------------------------------------

static void add_folder(struct arena *a, struct strings *list, const char *folder)
{
    for (size_t i = 0; i < list->count; i++) {
        if (strcmp(list->items[i], folder) == 0) {
            return;
        }
    }
    list->items = arena_grow(a, list->items, list->count, &list->capacity, sizeof(*list->items));
    list->items[list->count++] = folder;
}

struct machine_setup mock_setup(struct arena *a, const struct options *o,
                                const struct build_result *b)
{
    struct machine_setup setup = machine_setup(o, b->image.root);
    setup.mock = mock_program(a, &b->products);
    setup.debugged = o->gdb;
    for (size_t i = 0; i < b->programs.count; i++) {
        add_folder(a, &setup.programs, path_dir(a, b->programs.items[i].path));
    }
    return setup;
}

bool mock_setup_tree(struct arena *a, const struct options *o, struct machine_setup *out,
                     struct diag *d)
{
    struct products products;
    if (!find(a, o, &products, d)) {
        return false;
    }
    *out = machine_setup(o, (struct bytes){0});
    out->mock = mock_program(a, &products);
    return true;
}
