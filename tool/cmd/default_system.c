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
    if (o->systems.count != 0) {
        return;
    }
    o->systems.items = arena_alloc(a, sizeof(*o->systems.items));
    o->systems.items[0] = source_path(a, "examples/demo/system.toml");
    o->systems.count = 1;
    o->systems.capacity = 1;
}
