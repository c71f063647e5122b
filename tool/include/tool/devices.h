// SPDX-License-Identifier: BSD-2-Clause
//
// The devices of a description, those that it permits included, against the device tree and the PCI
// bus of the machine that it is for.
#pragma once

#include <stdbool.h>

struct arena;
struct diag;
struct machine_parts;
struct options;
struct system;

// Asks QEMU for the machine that the options describe. Without QEMU a note says that
// the devices were not checked, and the answer is true: the root task checks them again.
bool devices_check(struct arena *a, const struct options *o, const struct system *s,
                   struct diag *d);

// The same with the machine's parts at hand. A PCI function that is missing is a warning: another
// machine of the same kind may have it.
bool devices_check_parts(struct arena *a, const struct machine_parts *parts, const struct system *s,
                         struct diag *d);
