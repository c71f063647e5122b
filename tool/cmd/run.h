// SPDX-License-Identifier: BSD-2-Clause
#pragma once

struct arena;
struct diag;
struct options;
struct verdict;

// Packs, boots and verifies one description: an exit status.
int run_system(struct arena *a, const struct options *o, const char *file, struct verdict *out,
               struct diag *d);
