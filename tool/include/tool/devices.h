// SPDX-License-Identifier: BSD-2-Clause
//
// The devices of a description, those that it permits included, against the device tree and the PCI
// bus of the machine that it is for.
#pragma once

#include "lib/fdt.h"

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct diag;
struct machine_parts;
struct options;
struct system;

// Asks QEMU for the machine that the options describe. Without QEMU a note says that
// the devices were not checked, and the answer is true: the broker checks them again.
bool devices_check(struct arena *a, const struct options *o, const struct system *s,
                   struct diag *d);

// Where a device of the description is in the machine. Where a PCI function's registers are is
// decided when the system starts.
struct device_found {
    const char *path; // of its node; NULL: nobody knows, or it is a PCI function
    struct dt_range *windows;
    size_t window_count;
    struct dt_irq *irqs;
    size_t irq_count;
};

// The same, and what was found of each device of the description.
bool devices_find(struct arena *a, const struct options *o, const struct system *s,
                  struct device_found **out, struct diag *d);

// devices_check() with the machine's parts at hand. A PCI function that is missing is a warning:
// another machine of the same kind may have it.
bool devices_check_parts(struct arena *a, const struct machine_parts *parts, const struct system *s,
                         struct diag *d);
