// SPDX-License-Identifier: BSD-2-Clause
//
// The tool's memory: one arena, freed as a whole at the end of main.
//
//   head -> |block| -> |block| -> |block| -> NULL      newest first
//           [#####....]                                 used from the front
//
// Memory is zeroed, aligned for every type, and stays where it is. Allocation never fails: when the
// host has no memory left there is no better answer than the message and the exit that
// arena_alloc() ends with. The size of every input is bounded before it is read.
#pragma once

#include <stdarg.h>
#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *head;
};

void *arena_alloc(struct arena *a, size_t size);

// That answer, for what gets its memory elsewhere.
_Noreturn void arena_exhausted(void);

// Room for one more element of `size` bytes behind `count` of them. `items` is NULL at first; the
// result replaces it, and *capacity is kept here.
void *arena_grow(struct arena *a, void *items, size_t count, size_t *capacity, size_t size);

// Terminated copies.
char *arena_copy(struct arena *a, const char *text, size_t length);
char *arena_string(struct arena *a, const char *text);
__attribute__((format(printf, 2, 3))) char *arena_printf(struct arena *a, const char *format, ...);
__attribute__((format(printf, 2, 0), nonnull(2))) char *
arena_vprintf(struct arena *a, const char *format, va_list args);

void arena_free(struct arena *a);

// The same, but keeps a block for what comes next.
void arena_clear(struct arena *a);
