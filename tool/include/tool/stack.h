// SPDX-License-Identifier: BSD-2-Clause
//
// How deep a program's stack gets, by its machine code: what each function takes, and the deepest
// way from the entry through the functions that call each other.
//
//   _start 0 -> kaal_component_main 48 -> init 32 -> kaal_print 320      400 bytes
//
// A call through a pointer may lead to each function whose address the program has somewhere. What
// calls itself, or takes room of a size that it computes, has no bound to be found here: the result
// is then what it takes at least. A file is input: what cannot be read is not known.
#pragma once

#include "tool/file.h"

#include <stddef.h>
#include <stdint.h>

struct arena;
struct program;

enum stack_bound {
    STACK_UNKNOWN, // no symbols
    STACK_AT_MOST,
    STACK_AT_LEAST,
};

struct stack_use {
    enum stack_bound bound;
    uint64_t bytes;
    const char **path; // functions on the deepest way, from the entry on
    size_t path_length;
    const char *reason; // why not STACK_AT_MOST; NULL: it is
};

// `symbols`: the file that has them, mostly the program's own.
struct stack_use stack_use(struct arena *a, const struct program *program, struct bytes symbols);
