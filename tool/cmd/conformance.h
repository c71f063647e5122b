// SPDX-License-Identifier: BSD-2-Clause
#pragma once

struct arena;
struct diag;
struct options;

// `kaal test conformance [CASE]...`: an exit status.
int cmd_conformance(struct arena *a, struct options *o, struct diag *d);
