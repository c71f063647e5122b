// SPDX-License-Identifier: BSD-2-Clause
//
// `kaal new`: a project from the templates, in a folder that appears when it is complete.
//
//   template/FILE   @NAME@ stands for the project's name; `gitignore` becomes `.gitignore`
//   NAME.XXXXXX/    written
//   NAME/           appears
#include "tool/arena.h"
#include "tool/cleanup.h"
#include "tool/command.h"
#include "tool/file.h"
#include "tool/options.h"
#include "tool/products.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PLACEHOLDER "@NAME@"

enum {
    TEMPLATE_MAX = 64 * 1024,
};

static const struct {
    const char *from;
    const char *to;
} files[] = {
    {"CMakeLists.txt", "CMakeLists.txt"},
    {"README.md", "README.md"},
    {"adder.c", "adder.c"},
    {"asker.c", "asker.c"},
    {"expect.toml", "expect.toml"},
    {"system.toml", "system.toml"},
    {"gitignore", ".gitignore"},
};

static struct bytes replace(struct arena *a, const char *text, const char *name)
{
    const char *out = arena_string(a, "");
    const char *at;
    while ((at = strstr(text, PLACEHOLDER)) != NULL) {
        out = arena_printf(a, "%s%.*s%s", out, (int)(at - text), text, name);
        text = at + strlen(PLACEHOLDER);
    }
    out = arena_printf(a, "%s%s", out, text);
    return (struct bytes){.data = (const uint8_t *)out, .size = strlen(out)};
}

static bool write_file(struct arena *a, const char *name, size_t i, const char *folder,
                       struct diag *d)
{
    struct bytes text;
    const char *cause;
    const char *path = products_share(a, arena_printf(a, "template/%s", files[i].from));
    if (!file_read(a, path, TEMPLATE_MAX, &text, &cause)) {
        diag_error(d, place_none(), "cannot read the template %s: %s; install KaaL again", path,
                   cause);
        return false;
    }
    struct bytes content = replace(a, (const char *)text.data, name);
    return output_write(a, path_join(a, folder, files[i].to), content, d);
}

static bool fill(struct arena *a, const char *name, const char *folder, struct diag *d)
{
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (!write_file(a, name, i, folder, d) || cleanup_signal() != 0) {
            return false;
        }
    }
    mode_t mask = umask(0);
    umask(mask);
    return chmod(folder, 0777 & ~mask) == 0;
}

static bool write_project(struct arena *a, const char *path, const char *name, struct diag *d)
{
    struct stat st;
    if (lstat(path, &st) == 0) {
        diag_error(d, place_none(), "%s is there already; choose another name", path);
        return false;
    }
    char *temporary = arena_printf(a, "%s.XXXXXX", path);
    bool made = mkdtemp(temporary) != NULL;
    bool ok = made && fill(a, name, temporary, d);
    // A folder that came meanwhile is replaced if it is empty, and refused if not.
    if (!made || (ok && rename(temporary, path) != 0)) {
        ok = write_failed(d, path);
    }
    if (made && !ok) {
        folder_remove(temporary);
    }
    return ok;
}

int cmd_new(struct arena *a, struct options *o, struct diag *d)
{
    const char *path = o->systems.items[0];
    const char *name = path_base(path);
    // The folder is removed in order, also after a signal.
    cleanup_defer(true);
    bool ok = write_project(a, path, name, d);
    cleanup_defer(false);
    if (ok && !o->quiet) {
        const char *how = products_prefix(a) == NULL
                              ? "an installed KaaL builds and boots it (docs/projects.md)"
                              : arena_printf(a, "`cd %s && kaal run` builds and boots it", path);
        printf("%s: a project of two components; %s\n", path, how);
    }
    return ok ? STATUS_OK : STATUS_FAILED;
}
