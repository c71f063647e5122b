// SPDX-License-Identifier: BSD-2-Clause
#include "default_system.h"

#include "tool/arena.h"
#include "tool/file.h"
#include "tool/options.h"
#include "tool/products.h"

const char *source_path(struct arena *a, const char *path)
{
    return path_join(a, products_source(a), path);
}

void default_system(struct arena *a, struct options *o)
{
    for (size_t i = 0; i < o->systems.count; i++) {
        if (folder_exists(o->systems.items[i])) {
            o->systems.items[i] = path_join(a, o->systems.items[i], "system.toml");
        }
    }
    if (o->systems.count != 0) {
        return;
    }
    // The demo comes with the source tree.
    bool here = file_exists("system.toml") || products_prefix(a) != NULL;
    o->systems.items = arena_alloc(a, sizeof(*o->systems.items));
    o->systems.items[0] = here ? "system.toml" : source_path(a, "examples/demo/system.toml");
    o->systems.count = 1;
    o->systems.capacity = 1;
}
