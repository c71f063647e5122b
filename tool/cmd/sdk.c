// SPDX-License-Identifier: BSD-2-Clause
//
// `kaal sdk`: our kernel, headers and libraries as an installation, for builds outside this tree.
//
//   DIR.XXXXXX/   written by `cmake --install` of the configurations, with kaal-sdk.json
//   DIR/          appears when that is complete, in place of one that we wrote before
//
// Layout `sel4`: as seL4's own installation, of one configuration. Layout `microkit`: as Microkit's
// SDK, of the three that it has.
#include "tool/arena.h"
#include "tool/cleanup.h"
#include "tool/command.h"
#include "tool/compare.h"
#include "tool/file.h"
#include "tool/microkit.h"
#include "tool/options.h"
#include "tool/process.h"
#include "tool/products.h"
#include "tool/subbuild.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// --- folders -----------------------------------------------------------------------------------

static bool is_empty(const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry = NULL;
    while (dir != NULL && (entry = readdir(dir)) != NULL &&
           (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)) {
        // neither is content
    }
    if (dir != NULL) {
        closedir(dir);
    }
    return dir != NULL && entry == NULL;
}

// May `folder` be written, or written over?
static bool may_replace(struct arena *a, const char *folder, struct diag *d)
{
    struct stat st;
    if (lstat(folder, &st) != 0) {
        return true;
    }
    if (!S_ISDIR(st.st_mode)) {
        diag_error(d, place_none(), "%s is there and is no folder; choose another", folder);
        return false;
    }
    if (!is_empty(folder) && !file_exists(path_join(a, folder, SDK_MARKER))) {
        diag_error(d, place_none(),
                   "%s is not empty and was not written by `kaal sdk` (no " SDK_MARKER
                   "); choose another, or empty it",
                   folder);
        return false;
    }
    return true;
}

// Puts `from` in the place of `to`, which may be replaced. What was there is then in `from`.
static bool swap_in(const char *from, const char *to)
{
    if (rename(from, to) == 0) { // not there, or empty
        return true;
    }
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE) == 0;
}

// --- writing -----------------------------------------------------------------------------------

static bool install(struct arena *a, const struct products *p, const char *component,
                    const char *folder, struct diag *d)
{
    const char *log = arena_printf(a, "%s.log", p->target);
    const char *const arguments[] = {"cmake", "--install",   p->target, "--prefix",
                                     folder,  "--component", component, NULL};
    unlink(log);
    if (process_run(arguments, log) != 0) {
        diag_error(d, place_none(), "cannot install configuration %s; see %s", p->config, log);
        return false;
    }
    return true;
}

static bool write_marker(struct arena *a, const char *layout, const char *config,
                         const char *folder, struct diag *d)
{
    const char *text = arena_printf(a,
                                    "{\"layout\": \"%s\", \"configuration\": \"%s\", "
                                    "\"version\": \"" KAAL_VERSION "\"}\n",
                                    layout, config);
    const struct bytes content = {.data = (const uint8_t *)text, .size = strlen(text)};
    return output_write(a, path_join(a, folder, SDK_MARKER), content, d);
}

// The products of a configuration, as new as its sources.
static bool prepare(struct arena *a, const struct options *o, const char *config,
                    struct products *p, struct diag *d)
{
    struct options of = *o;
    of.config = config;
    if (!products_find(a, &of, p, d)) {
        return false;
    }
    if (!file_exists(path_join(a, p->target, "build.ninja"))) {
        const char *target = arena_printf(a, "target-%s", p->config);
        diag_error(d, place_none(), "no build of configuration %s; %s", p->config,
                   products_remedy(a, p, target));
        return false;
    }
    return subbuild_update(a, p, NULL, d);
}

static bool fill_sel4(struct arena *a, const struct options *o, const char *folder, struct diag *d)
{
    struct products p;
    return prepare(a, o, o->config, &p, d) && install(a, &p, "sel4", folder, d) &&
           write_marker(a, "sel4", p.config, folder, d);
}

// --- Microkit's SDK ----------------------------------------------------------------------------

// The seL4 and the Microkit that it is to be used in place of.
static const char sdk_version[] = "2.3.0\n";

static bool make_folder(const char *path, struct diag *d)
{
    return mkdir(path, 0777) == 0 || write_failed(d, path);
}

static bool copy_file(struct arena *a, const char *from, const char *folder, const char *name,
                      struct diag *d)
{
    enum { FILE_LIMIT = 256 * 1024 * 1024 };
    struct bytes content;
    const char *cause;
    if (!file_read(a, from, FILE_LIMIT, &content, &cause)) {
        diag_error(d, place_none(), "cannot read %s: %s; build the project again", from, cause);
        return false;
    }
    return output_write(a, path_join(a, folder, name), content, d);
}

static bool write_command(struct arena *a, const char *folder, struct diag *d)
{
    const char *bin = path_join(a, folder, "bin");
    return make_folder(bin, d) && copy_file(a, "/proc/self/exe", bin, "microkit", d) &&
           chmod(path_join(a, bin, "microkit"), 0755) == 0;
}

// The board that is there, under the name that Makefiles use as well.
static bool write_boards(struct arena *a, const struct options *o, const char *folder,
                         struct diag *d)
{
    const char *boards = path_join(a, folder, "board");
    const char *board = path_join(a, boards, MICROKIT_BOARD);
    bool ok = make_folder(boards, d) && make_folder(board, d) &&
              symlink(MICROKIT_BOARD, path_join(a, boards, MICROKIT_BOARD_USUAL)) == 0;
    for (size_t i = 0; i < MICROKIT_CONFIGS && ok; i++) {
        struct products p;
        ok = prepare(a, o, microkit_configs[i].config, &p, d) &&
             install(a, &p, "microkit", path_join(a, board, microkit_configs[i].name), d);
    }
    return ok;
}

static bool write_example(struct arena *a, const char *folder, struct diag *d)
{
    const char *from = path_join(a, products_source(a), "examples/microkit");
    const char *to = path_join(a, folder, "example/station");
    const char *const arguments[] = {"cmake", "-E", "copy_directory", from, to, NULL};
    if (process_run(arguments, path_join(a, folder, "log")) != 0) {
        diag_error(d, place_none(), "cannot copy %s; is the source tree still there?", from);
        return false;
    }
    return unlink(path_join(a, folder, "log")) == 0;
}

static bool fill_microkit(struct arena *a, const struct options *o, const char *folder,
                          struct diag *d)
{
    const struct bytes version = {.data = (const uint8_t *)sdk_version,
                                  .size = sizeof(sdk_version) - 1};
    const char *source = products_source(a);
    const char *doc = path_join(a, folder, "doc");
    return write_boards(a, o, folder, d) && write_command(a, folder, d) &&
           output_write(a, path_join(a, folder, "VERSION"), version, d) &&
           copy_file(a, path_join(a, source, "LICENSE"), folder, "LICENSE.md", d) &&
           make_folder(doc, d) &&
           copy_file(a, path_join(a, source, "docs/microkit.md"), doc, "microkit.md", d) &&
           write_example(a, folder, d) &&
           write_marker(a, "microkit", "debug, release, benchmark", folder, d);
}

// --- the whole ---------------------------------------------------------------------------------

typedef bool (*fill_folder)(struct arena *a, const struct options *o, const char *folder,
                            struct diag *d);

static bool fill(struct arena *a, const struct options *o, fill_folder layout, const char *folder,
                 struct diag *d)
{
    mode_t mask = umask(0);
    umask(mask);
    return layout(a, o, folder, d) && chmod(folder, 0777 & ~mask) == 0 && cleanup_signal() == 0;
}

static bool write_folder(struct arena *a, const struct options *o, fill_folder layout,
                         const char *folder, struct diag *d)
{
    char *temporary = arena_printf(a, "%s.XXXXXX", folder);
    if (mkdtemp(temporary) == NULL) {
        return write_failed(d, folder);
    }
    bool ok = fill(a, o, layout, temporary, d);
    if (ok && !swap_in(temporary, folder)) {
        ok = write_failed(d, folder);
    }
    folder_remove(temporary);
    return ok;
}

// `path` without the slashes at its end: something is put beside it.
static const char *bare(struct arena *a, const char *path)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/') {
        length--;
    }
    return arena_copy(a, path, length);
}

static int write_sdk(struct arena *a, const struct options *o, struct diag *d)
{
    bool microkit = strcmp(o->layout, "microkit") == 0;
    const char *folder = bare(a, o->systems.items[0]);
    if (!may_replace(a, folder, d)) {
        return STATUS_FAILED;
    }
    // The folder is removed in order, also after a signal.
    cleanup_defer(true);
    bool ok = write_folder(a, o, microkit ? fill_microkit : fill_sel4, folder, d);
    cleanup_defer(false);
    if (ok && !o->quiet) {
        printf("%s: layout %s, configuration %s\n", folder, o->layout,
               microkit ? "debug, release and benchmark" : o->config);
    }
    return ok ? STATUS_OK : STATUS_FAILED;
}

int cmd_sdk(struct arena *a, struct options *o, struct diag *d)
{
    return o->compare != NULL ? compare_headers(a, o, d) : write_sdk(a, o, d);
}
