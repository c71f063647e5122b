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

// "/pcie@10000000/1,0", "1234:11e8".
static void put_function(const struct pci_function *f, struct kaal_device_node *info)
{
    struct fmt text;
    (void)dt_path(&broker.dt, machine_pci()->bridge, info->path, sizeof(info->path));
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
    (void)dt_path(&broker.dt, d.node, info.path, sizeof(info.path));
    fmt_init(&f, info.compatible, sizeof(info.compatible));
    fmt_str(&f, dt_prop_string_at(&broker.dt, d.node, "compatible", 0));
    return info;
}

enum kaal_err serve_devices(struct request *r)
{
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
