// SPDX-License-Identifier: BSD-2-Clause
#include "tool/project.h"

#include "tool/arena.h"
#include "tool/diag.h"
#include "tool/file.h"
#include "tool/options.h"
#include "tool/process.h"
#include "tool/products.h"
#include "tool/system.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define MARK "find_package(KaaL"

enum {
    LISTS_MAX = 1024 * 1024,
    ARGUMENTS_MAX = 12,
    BOOTS = CMD_RUN | CMD_TEST | CMD_CAPS,
};

struct project {
    const char *folder;
    const char *build; // FOLDER/build/CONFIG
    const char *log;
};

static bool find(struct arena *a, const struct products *p, const struct system *s,
                 struct project *out)
{
    struct bytes text;
    const char *cause;
    out->folder = path_absolute(a, path_dir(a, s->file));
    const char *lists = arena_printf(a, "%s/CMakeLists.txt", out->folder);
    if (!file_read(a, lists, LISTS_MAX, &text, &cause) ||
        strstr((const char *)text.data, MARK) == NULL) {
        return false;
    }
    out->build = arena_printf(a, "%s/build/%s", out->folder, p->config);
    out->log = arena_printf(a, "%s.log", out->build);
    return true;
}

// --- building ----------------------------------------------------------------------------------

static bool run(struct arena *a, const struct project *p, const char *const *arguments,
                struct diag *d)
{
    unlink(p->log);
    int status = process_run(arguments, p->log);
    if (status == PROCESS_MISSING) {
        diag_error(d, place_none(), "cannot run %s; install cmake and ninja-build", arguments[0]);
    } else if (status != 0) {
        struct bytes text;
        const char *cause;
        if (file_read(a, p->log, ELF_FILE_MAX, &text, &cause)) {
            fwrite(text.data, 1, text.size, stderr);
        }
        diag_error(d, place_none(), "the project %s could not be built; see above or %s", p->folder,
                   p->log);
    }
    return status == 0;
}

static bool configure(struct arena *a, const struct project *p, const struct products *kaal,
                      struct diag *d)
{
    const char *const arguments[ARGUMENTS_MAX] = {
        "cmake",
        "-G",
        "Ninja",
        "-S",
        p->folder,
        "-B",
        p->build,
        arena_printf(a, "-DKaaL_DIR=%s/lib/cmake/KaaL", path_absolute(a, kaal->build)),
        arena_printf(a, "-DKAAL_CONFIG=%s", kaal->config),
    };
    return run(a, p, arguments, d);
}

static bool update(struct arena *a, const struct options *o, const struct project *p,
                   const struct products *kaal, struct diag *d)
{
    const char *const arguments[ARGUMENTS_MAX] = {"cmake", "--build", p->build};
    if (!file_exists(path_join(a, p->build, "build.ninja"))) {
        if (!o->quiet) {
            printf("kaal: building %s for %s\n", p->folder, kaal->config);
            fflush(stdout);
        }
        if (!configure(a, p, kaal, d)) {
            return false;
        }
    }
    return run(a, p, arguments, d);
}

// One build of a folder at a time.
static bool update_locked(struct arena *a, const struct options *o, const struct project *p,
                          const struct products *kaal, struct diag *d)
{
    const char *build = arena_printf(a, "%s/build", p->folder);
    const char *path = arena_printf(a, "%s/.lock", build);
    (void)mkdir(build, 0777);
    int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (lock < 0 || flock(lock, LOCK_EX) != 0) {
        diag_error(
            d, place_none(),
            "cannot write %s: %s; a project is built in its own folder, so make that writable",
            path, strerror(errno));
        if (lock >= 0) {
            close(lock);
        }
        return false;
    }
    bool ok = update(a, o, p, kaal, d);
    close(lock);
    return ok;
}

bool project_prepare(struct arena *a, struct options *o, const struct products *p,
                     const struct system *s, struct diag *d)
{
    struct project project;
    if (!find(a, p, s, &project)) {
        return true;
    }
    if (!p->installed && o->search_paths.count == 0) {
        diag_error(d, place_none(),
                   "%s is a project, which an installed KaaL builds; run `cmake --install %s "
                   "--prefix DIR`, then DIR/bin/kaal",
                   project.folder, p->build);
        return false;
    }
    if (p->installed && (o->command & BOOTS) != 0 && !update_locked(a, o, &project, p, d)) {
        return false;
    }
    struct strings *list = &o->search_paths;
    list->items = arena_grow(a, list->items, list->count, &list->capacity, sizeof(*list->items));
    list->items[list->count++] = path_join(a, project.build, "bin");
    return true;
}
