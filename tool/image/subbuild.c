// SPDX-License-Identifier: BSD-2-Clause
#include "tool/subbuild.h"

#include "tool/arena.h"
#include "tool/diag.h"
#include "tool/file.h"
#include "tool/options.h"
#include "tool/process.h"
#include "tool/products.h"
#include "tool/sel4.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum {
    CONFIG_FILE_MAX = 1024 * 1024,
    ARGUMENTS_MAX = 16,
};

// One build at a time: two of the same folder would write over each other. The lock ends with the
// file descriptor.
static int lock_builds(struct arena *a, const struct products *p, struct diag *d)
{
    const char *path = arena_printf(a, "%s/target/.lock", p->build);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0 || flock(fd, LOCK_EX) != 0) {
        diag_error(d, place_none(), "cannot lock %s: %s; name a build folder with --build-dir",
                   path, strerror(errno));
        if (fd >= 0) {
            close(fd);
        }
        return -1;
    }
    return fd;
}

static void show_log(struct arena *a, const char *path)
{
    struct bytes text;
    const char *cause;
    if (file_read(a, path, ELF_FILE_MAX, &text, &cause)) {
        fwrite(text.data, 1, text.size, stderr);
    }
}

static bool run(struct arena *a, const struct products *p, const char *const *arguments,
                struct diag *d)
{
    const char *log = arena_printf(a, "%s.log", p->target);
    unlink(log);
    int status = process_run(arguments, log);
    if (status == PROCESS_MISSING) {
        diag_error(d, place_none(), "cannot run %s; install cmake and ninja-build", arguments[0]);
    } else if (status != 0) {
        show_log(a, log);
        diag_error(d, place_none(),
                   "the programs for configuration %s could not be built; see above or %s",
                   p->config, log);
    }
    return status == 0;
}

static bool is_configured(struct arena *a, const struct products *p)
{
    return file_exists(path_join(a, p->target, "build.ninja"));
}

static bool configure(struct arena *a, const struct sel4 *k, const struct products *p,
                      struct diag *d)
{
    const char *source = products_source(a);
    const char *const arguments[ARGUMENTS_MAX] = {
        "cmake",
        "-G",
        "Ninja",
        "-S",
        path_join(a, source, "cmake/target"),
        "-B",
        p->target,
        arena_printf(a, "-DCMAKE_TOOLCHAIN_FILE=%s/cmake/%s.cmake", source, KAAL_TOOLCHAIN),
        arena_printf(a, "-DCMAKE_BUILD_TYPE=%s", KAAL_BUILD_TYPE),
        arena_printf(a, "-DKAAL_CONFIG=%s", p->config),
        arena_printf(a, "-DKAAL_KERNEL_GEN_CONFIG=%s", path_absolute(a, k->kernel_config)),
        arena_printf(a, "-DKAAL_LIBSEL4_GEN_CONFIG=%s", path_absolute(a, k->libsel4_config)),
    };
    return run(a, p, arguments, d);
}

static bool build(struct arena *a, const struct products *p, const char *target, struct diag *d)
{
    const char *const arguments[ARGUMENTS_MAX] = {
        "cmake", "--build", p->target, "--target", target == NULL ? "all" : target,
    };
    return run(a, p, arguments, d);
}

bool subbuild_update(struct arena *a, const struct products *p, const char *target, struct diag *d)
{
    if (!is_configured(a, p)) {
        return true; // products from elsewhere: nothing to build them from
    }
    int lock = lock_builds(a, p, d);
    bool ok = lock >= 0 && build(a, p, target, d);
    if (lock >= 0) {
        close(lock);
    }
    return ok;
}

// FNV-1a.
static uint64_t hash(uint64_t from, struct bytes text)
{
    for (size_t i = 0; i < text.size; i++) {
        from = (from ^ text.data[i]) * UINT64_C(0x100000001b3);
    }
    return from;
}

// The hash of both files names the configuration: another kernel, another folder.
static bool name_config(struct arena *a, const struct sel4 *k, const char **out, struct diag *d)
{
    const char *paths[] = {k->kernel_config, k->libsel4_config};
    uint64_t sum = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        struct bytes text;
        const char *cause;
        if (!file_read(a, paths[i], CONFIG_FILE_MAX, &text, &cause)) {
            diag_error(d, place_none(), "%s: cannot read %s: %s; install the kernel again",
                       k->named, paths[i], cause);
            return false;
        }
        sum = hash(sum, text);
    }
    *out = arena_printf(a, "sel4-%016" PRIx64, sum);
    return true;
}

bool subbuild_make(struct arena *a, const struct options *o, const struct sel4 *k,
                   struct products *p, struct diag *d)
{
    const char *config;
    if (!name_config(a, k, &config, d)) {
        return false;
    }
    if (p->installed) {
        diag_error(d, place_none(),
                   "no configuration that is installed suits %s; install one that does, or build "
                   "programs for it with the source tree's ./kaal",
                   k->named);
        return false;
    }
    products_name(a, p->build, config, p);
    int lock = lock_builds(a, p, d);
    if (lock < 0) {
        return false;
    }
    bool ok = true;
    if (!is_configured(a, p)) {
        if (!o->quiet) {
            printf("kaal: building programs for the configuration of %s\n", k->named);
            fflush(stdout);
        }
        ok = configure(a, k, p, d);
    }
    ok = ok && build(a, p, NULL, d);
    close(lock);
    return ok;
}
