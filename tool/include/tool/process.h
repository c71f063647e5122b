// SPDX-License-Identifier: BSD-2-Clause
//
// A host program that runs to its end: CMake, a compiler.
#pragma once

enum {
    PROCESS_MISSING = 127, // there is no such program, or it cannot be run
    PROCESS_KILLED = 128,
};

struct arena;

// Runs `arguments`, which a NULL ends; arguments[0] is searched in PATH. What it prints goes to the
// end of the file `log`, NULL: nowhere. Returns its exit status. It does not outlive the tool.
int process_run(const char *const *arguments, const char *log);

// The same; what it printed, the end of it if it is much, is *out.
int process_read(struct arena *a, const char *const *arguments, const char **out);
