// SPDX-License-Identifier: BSD-2-Clause
#include "default_system.h"

#include "tool/arena.h"
#include "tool/options.h"

#include <stdlib.h>

void default_system(struct arena *a, struct options *o)
{
    if (o->systems.count != 0) {
        return;
    }
    const char *source = getenv("KAAL_SOURCE_DIR");
    if (source == NULL || source[0] == '\0') {
        source = KAAL_SOURCE_DIR;
    }
    o->systems.items = arena_alloc(a, sizeof(*o->systems.items));
    o->systems.items[0] = arena_printf(a, "%s/examples/demo/system.toml", source);
    o->systems.count = 1;
    o->systems.capacity = 1;
}
