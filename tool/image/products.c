// SPDX-License-Identifier: BSD-2-Clause
#include "tool/products.h"

#include "tool/arena.h"
#include "tool/options.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const products_configs[] = {KAAL_CONFIGS, NULL};

#define INSTALLED "lib/kaal"

// DIR of DIR/NAME/kaal, this program; NULL if its folder has another name.
static const char *own_folder(struct arena *a, const char *name)
{
    char *path = arena_alloc(a, PATH_MAX);
    ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
    if (n <= 0) {
        return NULL;
    }
    const char *folder = path_dir(a, path);
    const char *slash = strrchr(folder, '/');
    return slash != NULL && strcmp(slash + 1, name) == 0 ? path_dir(a, folder) : NULL;
}

static bool is_installed(struct arena *a, const char *folder)
{
    return folder_exists(path_join(a, folder, INSTALLED));
}

const char *products_prefix(struct arena *a)
{
    const char *prefix = own_folder(a, "bin");
    return prefix != NULL && is_installed(a, prefix) ? prefix : NULL;
}

static const char *own_build(struct arena *a)
{
    const char *prefix = products_prefix(a);
    return prefix != NULL ? prefix : own_folder(a, "tool");
}

const char *products_share(struct arena *a, const char *name)
{
    const char *prefix = products_prefix(a);
    return prefix != NULL ? arena_printf(a, "%s/share/kaal/%s", prefix, name)
                          : arena_printf(a, "%s/tool/%s", products_source(a), name);
}

const char *products_source(struct arena *a)
{
    const char *source = getenv("KAAL_SOURCE_DIR");
    return source == NULL || source[0] == '\0' ? KAAL_SOURCE_DIR : arena_string(a, source);
}

bool products_known(const char *asked)
{
    const char *const *name = products_configs;
    while (*name != NULL && strcmp(*name, asked) != 0) {
        name++;
    }
    return *name != NULL;
}

static void report_config(struct arena *a, const char *asked, struct diag *d)
{
    const char *known = products_configs[0];
    for (const char *const *name = products_configs + 1; *name != NULL; name++) {
        known = arena_printf(a, "%s, %s", known, *name);
    }
    diag_error(d, place_none(), "no configuration `%s`; known are %s", asked, known);
}

void products_name(struct arena *a, const char *build, const char *config, struct products *out)
{
    bool installed = is_installed(a, build);
    const char *target =
        arena_printf(a, "%s/%s/%s", build, installed ? INSTALLED : "target", config);
    *out = (struct products){
        .build = build,
        .installed = installed,
        .config = config,
        .target = target,
        .bin = path_join(a, target, "bin"),
        .loader = path_join(a, target, "loader/loader.elf"),
        .kernel = path_join(a, target, "kernel/kernel.elf"),
        .kernel_config = path_join(a, target, "gen_config/kernel/gen_config.json"),
    };
}

const char *products_remedy(struct arena *a, const struct products *p, const char *target)
{
    return p->installed ? "installations lack it: name a build folder with --build-dir"
                        : arena_printf(a, "run ninja -C %s %s", p->build, target);
}

void products_board(struct arena *a, const char *board, const char *config, struct products *out)
{
    *out = (struct products){
        .build = board,
        .config = config,
        .target = board,
        .bin = path_join(a, board, "elf"),
        .loader = path_join(a, board, "elf/loader.elf"),
        .kernel = path_join(a, board, "elf/sel4.elf"),
        .kernel_config = path_join(a, board, "include/kernel/gen_config.json"),
    };
}

bool products_find(struct arena *a, const struct options *o, struct products *out, struct diag *d)
{
    if (o->board_folder != NULL) {
        products_board(a, o->board_folder, o->config, out);
        return true;
    }
    const char *from_environment = getenv("KAAL_BUILD_DIR");
    const char *build = o->build_dir;
    if (build == NULL && from_environment != NULL && from_environment[0] != '\0') {
        build = arena_string(a, from_environment);
    }
    if (build == NULL) {
        build = own_build(a);
    }
    if (build == NULL || !folder_exists(build)) {
        diag_error(d, place_none(), "no build folder%s%s; name it with --build-dir",
                   build == NULL ? "" : " ", build == NULL ? "" : build);
        return false;
    }
    if (!products_known(o->config)) {
        report_config(a, o->config, d);
        return false;
    }
    products_name(a, build, o->config, out);
    return true;
}
