// SPDX-License-Identifier: BSD-2-Clause
#include "tool/results.h"

#include "tool/arena.h"
#include "tool/options.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define EXPECTATIONS ".expect.toml"

enum {
    DEPTH_MAX = 16, // of folders
};

static bool ends_with(const char *name, const char *end)
{
    size_t length = strlen(name);
    return length > strlen(end) && strcmp(name + length - strlen(end), end) == 0;
}

static bool is_system(struct arena *a, const char *folder, const char *name)
{
    if (strcmp(name, "system.toml") == 0) {
        return true;
    }
    if (ends_with(name, EXPECTATIONS) ||
        (!ends_with(name, ".toml") && !ends_with(name, ".system"))) {
        return false;
    }
    int stem = (int)(strrchr(name, '.') - name);
    return file_exists(path_join(a, folder, arena_printf(a, "%.*s" EXPECTATIONS, stem, name)));
}

static bool is_looked_into(const char *path, const char *name)
{
    struct stat st;
    return name[0] != '.' && strcmp(name, "build") != 0 && lstat(path, &st) == 0 &&
           S_ISDIR(st.st_mode);
}

static void add(struct arena *a, struct strings *out, const char *path)
{
    out->items = arena_grow(a, out->items, out->count, &out->capacity, sizeof(*out->items));
    out->items[out->count++] = path;
}

static void find(struct arena *a, const char *folder, unsigned depth, struct strings *out)
{
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        const char *path = path_join(a, folder, arena_string(a, name));
        if (depth < DEPTH_MAX && is_looked_into(path, name)) {
            find(a, path, depth + 1, out);
        } else if (file_exists(path) && is_system(a, folder, name)) {
            add(a, out, path);
        }
        free(entries[i]);
    }
    if (count >= 0) {
        free((void *)entries);
    }
}

void systems_find(struct arena *a, const char *folder, struct strings *out)
{
    find(a, folder, 0, out);
}
