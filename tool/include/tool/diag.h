// SPDX-License-Identifier: BSD-2-Clause
//
// What the tool has to say about its input. Functions return bool and report here; the command
// prints everything at the end, in the order of the files:
//
//   system.toml:12:9: error: priority 300 is above 254; choose 0 to 254
//
// A message is a cause, a semicolon, and what to do.
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct arena;

// A position in a file: line and column count from 1, columns in characters. line 0: the file as a
// whole. file NULL: the command line.
struct place {
    const char *file;
    unsigned line;
    unsigned column;
};

enum diag_level {
    DIAG_ERROR,
    DIAG_WARNING,
    DIAG_NOTE,
};

struct diag_item {
    struct place at;
    enum diag_level level;
    const char *text;
};

enum {
    DIAG_ERRORS_SHOWN = 50, // errors kept; the rest is only counted
};

struct diag {
    struct arena *arena;
    const char *program; // whose messages about no file are; NULL: kaal
    struct diag_item *items;
    size_t count;
    size_t capacity;
    size_t errors;
    size_t warnings;
};

// What was said of a place is not said, or counted, again: one table can stand for several
// channels.
__attribute__((format(printf, 3, 4))) void diag_error(struct diag *d, struct place at,
                                                      const char *format, ...);
__attribute__((format(printf, 3, 4))) void diag_warning(struct diag *d, struct place at,
                                                        const char *format, ...);
__attribute__((format(printf, 3, 4))) void diag_note(struct diag *d, struct place at,
                                                     const char *format, ...);

// For messages about no file: options, host programs.
struct place place_none(void);

// About a file as a whole.
struct place place_file(const char *path);

// About what is missing from a file: its first character.
struct place place_start(const char *path);

// No error so far.
bool diag_ok(const struct diag *d);

// Everything, sorted by file (in order of first mention), line and column. Then forgets the
// messages, not their number.
void diag_print(struct diag *d, FILE *to);
