// SPDX-License-Identifier: BSD-2-Clause
//
// The devices that the device tree has: nodes with registers and a compatible string. Behind them
// the functions of the PCI bus, by their slot and function, as Open Firmware names them.

#include "grant.h"
#include "serve.h"

#include <lib/pci_id.h>

static bool is_device(struct device d)
{
    struct dt_range range;
    return d.function != NULL || (dt_prop_string_at(&broker.dt, d.node, "compatible", 0) != NULL &&
                                  machine_window(d, 0, &range));
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

// "/pcie@10000000/1,0", "1234:11e8".
static void put_function(const struct pci_function *f, struct kaal_device_node *info)
{
    struct fmt text;
    put_path(machine_pci()->bridge, info->path);
    size_t length = strnlen(info->path, sizeof(info->path) - 1);
    fmt_init(&text, info->path + length, sizeof(info->path) - length);
    fmt_char(&text, '/');
    fmt_u64(&text, f->number / 8);
    fmt_char(&text, ',');
    fmt_u64(&text, f->number % 8);
    pci_id_format(f->vendor, f->device, info->compatible, sizeof(info->compatible));
}

static struct kaal_device_node describe(struct device d, uint32_t number)
{
    struct fmt f;
    struct dt_irq irq;
    struct dt_range range = {0};
    uint32_t holder = device_holder(d);
    (void)machine_window(d, 0, &range);
    struct kaal_device_node info = {
        .number = number,
        .holder = holder == NO_COMPONENT ? 0 : component_id(component_at(holder)),
        .paddr = range.base,
        .size = range.size,
    };
    while (machine_line(d, info.interrupts, &irq)) {
        info.interrupts++;
    }
    if (d.function != NULL) {
        put_function(d.function, &info);
        return info;
    }
    put_path(d.node, info.path);
    fmt_init(&f, info.compatible, sizeof(info.compatible));
    fmt_str(&f, dt_prop_string_at(&broker.dt, d.node, "compatible", 0));
    return info;
}

enum kaal_err serve_devices(struct request *r)
{
    if (r->words < 2) {
        return KAAL_ERR_PROTOCOL;
    }
    enum kaal_err err = require(r, KAAL_ALLOW_SEE, KAAL_RULE_ALLOW_SEE);
    if (err != KAAL_OK) {
        return err;
    }
    uint32_t number = 0;
    for (struct device d = machine_next(no_device()); device_exists(d); d = machine_next(d)) {
        if (is_device(d) && number++ >= argument(1)) {
            struct kaal_device_node info = describe(d, number - 1);
            result_struct(r, &info, sizeof(info));
            return KAAL_OK;
        }
    }
    return KAAL_ERR_NOTFOUND;
}
