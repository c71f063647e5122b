// SPDX-License-Identifier: BSD-2-Clause
#pragma once

struct arena;
struct options;

// The demo system, where the command line names none: in KAAL_SOURCE_DIR of the environment, else
// in the source tree that this program was built from.
void default_system(struct arena *a, struct options *o);
