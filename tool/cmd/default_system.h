// SPDX-License-Identifier: BSD-2-Clause
#pragma once

struct arena;
struct options;

// A file of the source tree: in KAAL_SOURCE_DIR of the environment, else in the tree that this
// program was built from.
const char *source_path(struct arena *a, const char *path);

// The demo system, where the command line names none; the system.toml of a folder that it names.
void default_system(struct arena *a, struct options *o);
