// SPDX-License-Identifier: BSD-2-Clause
//
// A user's project: a folder whose CMakeLists.txt finds KaaL (`kaal new` writes one).
//
//   FOLDER/CMakeLists.txt      find_package(KaaL ...)
//   FOLDER/system.toml
//   FOLDER/build/CONFIG/       built by CMake for that configuration
//   FOLDER/build/CONFIG/bin/   programs, searched after those of --search-path
#pragma once

#include <stdbool.h>

struct arena;
struct diag;
struct options;
struct products;
struct system;

// If the description belongs to a project: brings it up to date for a command that boots, and adds
// its programs to the search path.
bool project_prepare(struct arena *a, struct options *o, const struct products *p,
                     const struct system *s, struct diag *d);
