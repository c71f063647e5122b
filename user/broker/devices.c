// SPDX-License-Identifier: BSD-2-Clause
//
// The devices that the device tree has: nodes with registers and a compatible string.

#include "grant.h"
#include "serve.h"

static bool is_device(struct dt_node node)
{
    struct dt_range range;
    return dt_prop_string_at(&broker.dt, node, "compatible", 0) != NULL &&
           dt_reg(&broker.dt, node, 0, &range);
}

// "/soc/uart@0", from its end.
static void put_path(struct dt_node node, char *path)
{
    struct fmt f;
    struct dt_node up[DT_DEPTH_MAX];
    uint32_t depth = 0;
    struct dt_node root = dt_root(&broker.dt);
    for (; node.at != root.at && depth < DT_DEPTH_MAX; node = dt_parent(&broker.dt, node)) {
        up[depth++] = node;
    }
    fmt_init(&f, path, KAAL_DEVICE_PATH_SIZE);
    while (depth > 0) {
        fmt_char(&f, '/');
        fmt_str(&f, dt_name(&broker.dt, up[--depth]));
    }
}

static struct kaal_device_node describe(struct dt_node node, uint32_t number)
{
    struct fmt f;
    struct dt_irq irq;
    struct dt_range range = {0};
    uint32_t holder = device_holder(node);
    (void)dt_reg(&broker.dt, node, 0, &range);
    struct kaal_device_node info = {
        .number = number,
        .holder = holder == NO_COMPONENT ? 0 : component_id(component_at(holder)),
        .paddr = range.base,
        .size = range.size,
    };
    while (dt_irq(&broker.dt, node, info.interrupts, &irq)) {
        info.interrupts++;
    }
    put_path(node, info.path);
    fmt_init(&f, info.compatible, sizeof(info.compatible));
    fmt_str(&f, dt_prop_string_at(&broker.dt, node, "compatible", 0));
    return info;
}

int serve_devices(struct request *r)
{
    if (r->words < 2) {
        return KAAL_ERR_PROTOCOL;
    }
    enum kaal_err err = require(r, KAAL_ALLOW_SEE, KAAL_RULE_ALLOW_SEE);
    if (err != KAAL_OK) {
        return err;
    }
    uint32_t number = 0;
    for (struct dt_node node = dt_root(&broker.dt); !dt_is_none(node);
         node = dt_next(&broker.dt, node)) {
        if (is_device(node) && number++ >= argument(1)) {
            struct kaal_device_node info = describe(node, number - 1);
            result_struct(r, &info, sizeof(info));
            return KAAL_OK;
        }
    }
    return KAAL_ERR_NOTFOUND;
}
