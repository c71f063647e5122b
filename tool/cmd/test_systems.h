// SPDX-License-Identifier: BSD-2-Clause
#pragma once

struct arena;
struct diag;
struct options;

// `kaal test SYSTEM...`: an exit status. Without SYSTEM, those of this folder.
int test_systems(struct arena *a, const struct options *o, struct diag *d);
