// SPDX-License-Identifier: BSD-2-Clause
#include "lib/fdt.h"
#include "lib/fmt.h"

bool dt_path(const struct dt *dt, struct dt_node node, char *text, size_t room)
{
    struct fmt f;
    struct dt_node up[DT_DEPTH_MAX];
    uint32_t depth = 0;
    const struct dt_node root = dt_root(dt);
    for (; node.at != root.at; node = dt_parent(dt, node)) {
        up[depth++] = node;
    }
    fmt_init(&f, text, room);
    if (depth == 0) {
        fmt_char(&f, '/');
    }
    while (depth > 0) {
        fmt_char(&f, '/');
        fmt_str(&f, dt_name(dt, up[--depth]));
    }
    return !f.cut;
}
