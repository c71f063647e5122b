// SPDX-License-Identifier: BSD-2-Clause
//
// Programs and loader for a kernel of another configuration than the build's own: a target
// sub-build (cmake/target), made by this tool where there is none yet.
//
//   kernel's gen_config.json ---+-- hash --> name of the configuration, sel4-0123456789abcdef
//   libsel4's gen_config.json --+            BUILD/target/NAME, a folder like those of the tree
#pragma once

#include <stdbool.h>

struct arena;
struct diag;
struct options;
struct products;
struct sel4;

// Builds for exactly this kernel's configuration; `p` then names it.
bool subbuild_make(struct arena *a, const struct options *o, const struct sel4 *k,
                   struct products *p, struct diag *d);

// Brings what is built up to date: everything, or one `target` (NULL: everything).
bool subbuild_update(struct arena *a, const struct products *p, const char *target, struct diag *d);
