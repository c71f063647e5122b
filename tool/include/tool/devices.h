// SPDX-License-Identifier: BSD-2-Clause
//
// The devices of a description, those that it permits included, against the device tree of the
// machine that it is for.
#pragma once

#include <stdbool.h>

#include "tool/file.h"

struct arena;
struct diag;
struct options;
struct system;

// Asks QEMU for the tree of the machine that the options describe. Without QEMU a note says that
// the devices were not checked, and the answer is true: the root task checks them again.
bool devices_check(struct arena *a, const struct options *o, const struct system *s,
                   struct diag *d);

// The same with a tree at hand.
bool devices_check_tree(struct arena *a, struct bytes tree, const struct system *s, struct diag *d);
