// SPDX-License-Identifier: BSD-2-Clause
//
// `kaal sdk`: our kernel, headers and libraries as an installation, for builds outside this tree.
//
//   DIR.XXXXXX/   written by `cmake --install` of the configuration, with kaal-sdk.json
//   DIR/          appears when that is complete, in place of one that we wrote before
#include "tool/arena.h"
#include "tool/cleanup.h"
#include "tool/command.h"
#include "tool/compare.h"
#include "tool/file.h"
#include "tool/options.h"
#include "tool/process.h"
#include "tool/products.h"
#include "tool/subbuild.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// What tells that a folder is one of ours, to be replaced.
#define MARKER "kaal-sdk.json"

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
    if (!is_empty(folder) && !file_exists(path_join(a, folder, MARKER))) {
        diag_error(d, place_none(),
                   "%s is not empty and was not written by `kaal sdk` (no " MARKER
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

static bool install(struct arena *a, const struct products *p, const char *folder, struct diag *d)
{
    const char *log = arena_printf(a, "%s.log", p->target);
    const char *const arguments[] = {"cmake", "--install",   p->target, "--prefix",
                                     folder,  "--component", "sel4",    NULL};
    unlink(log);
    if (process_run(arguments, log) != 0) {
        diag_error(d, place_none(), "cannot install configuration %s; see %s", p->config, log);
        return false;
    }
    return true;
}

static bool write_marker(struct arena *a, const struct products *p, const char *folder,
                         struct diag *d)
{
    struct output_set set = {0};
    const char *text = arena_printf(a,
                                    "{\"layout\": \"sel4\", \"configuration\": \"%s\", "
                                    "\"version\": \"" KAAL_VERSION "\"}\n",
                                    p->config);
    const struct bytes content = {.data = (const uint8_t *)text, .size = strlen(text)};
    bool ok =
        output_add(&set, a, path_join(a, folder, MARKER), content, d) && output_commit(&set, d);
    output_discard(&set);
    return ok;
}

static bool fill(struct arena *a, const struct products *p, const char *folder, struct diag *d)
{
    mode_t mask = umask(0);
    umask(mask);
    return install(a, p, folder, d) && write_marker(a, p, folder, d) &&
           chmod(folder, 0777 & ~mask) == 0 && cleanup_signal() == 0;
}

static bool write_folder(struct arena *a, const struct products *p, const char *folder,
                         struct diag *d)
{
    char *temporary = arena_printf(a, "%s.XXXXXX", folder);
    if (mkdtemp(temporary) == NULL) {
        diag_error(d, place_none(), "cannot write %s: %s; choose another place", folder,
                   strerror(errno));
        return false;
    }
    bool ok = fill(a, p, temporary, d);
    if (ok && !swap_in(temporary, folder)) {
        diag_error(d, place_none(), "cannot write %s: %s; choose another place", folder,
                   strerror(errno));
        ok = false;
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
    struct products p;
    const char *folder = bare(a, o->systems.items[0]);
    if (!products_find(a, o, &p, d) || !may_replace(a, folder, d)) {
        return STATUS_FAILED;
    }
    if (!file_exists(path_join(a, p.target, "build.ninja"))) {
        diag_error(d, place_none(), "configuration %s is not built; run ninja -C %s target-%s",
                   p.config, p.build, p.config);
        return STATUS_FAILED;
    }
    // The folder is removed in order, also after a signal.
    cleanup_defer(true);
    bool ok = subbuild_update(a, &p, NULL, d) && write_folder(a, &p, folder, d);
    cleanup_defer(false);
    if (ok && !o->quiet) {
        printf("%s: layout sel4, configuration %s\n", folder, p.config);
    }
    return ok ? STATUS_OK : STATUS_FAILED;
}

int cmd_sdk(struct arena *a, struct options *o, struct diag *d)
{
    return o->compare != NULL ? compare_headers(a, o, d) : write_sdk(a, o, d);
}
