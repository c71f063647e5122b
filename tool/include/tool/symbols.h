// SPDX-License-Identifier: BSD-2-Clause
//
// From addresses of a program to functions and lines, by its debug information (libdw), or by its
// symbols alone where it has none. A file is input: what cannot be read gives no frames and a
// reason.
#pragma once

#include "tool/file.h"

#include <stddef.h>
#include <stdint.h>

struct arena;
struct symbols;

enum {
    SYMBOLS_FRAMES_MAX = 8, // of one address: functions inlined in each other
};

struct symbol_frame {
    const char *function;
    const char *file; // as compiled; NULL: not known
    unsigned line;    // 0: not known
};

// What is at one address, innermost first: frames[0] has been inlined into frames[1], and so on.
struct symbol_place {
    struct symbol_frame frames[SYMBOLS_FRAMES_MAX];
    size_t count;
    uint64_t start;     // of the function that is really there: the last frame's
    const char *reason; // if count is 0
};

// Never NULL. Keeps a copy of the file.
struct symbols *symbols_open(struct arena *a, struct bytes file);
void symbols_close(struct symbols *s);

// Texts are allocated in `a`.
void symbols_find(struct symbols *s, struct arena *a, uint64_t address, struct symbol_place *out);
