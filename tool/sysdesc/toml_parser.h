// SPDX-License-Identifier: BSD-2-Clause
//
// Between the parts of the TOML parser:
//
//   toml.c          statements, arrays, inline tables
//   toml_text.c     the cursor: positions, blanks, comments, keys, strings, UTF-8
//   toml_number.c   numbers, booleans, dates
//   toml_table.c    entries, and what may be defined where
//
// A function that fails has reported, and the statement is given up; see toml.c on recovery.
#pragma once

#include "tool/arena.h"
#include "tool/toml.h"

enum {
    TOML_BUCKETS = 4096,
};

struct toml_key_part {
    struct toml_string text;
    struct place at;
    struct toml_key_part *next;
};

struct toml_parser {
    struct arena *arena;
    struct diag *diag;
    const char *file;
    const char *at;  // next character
    const char *end; // a NUL is readable here
    unsigned line;
    // The column of `mark` on this line, so that columns need not be counted from its start.
    const char *mark;
    unsigned mark_column;
    unsigned depth;
    unsigned section; // number of the current header
    struct toml_table *root;
    struct toml_table *current;
    struct toml_entry *buckets[TOML_BUCKETS];
};

// --- toml_text.c -------------------------------------------------------------------------------

// The position of the cursor.
struct place toml_here(struct toml_parser *p);

__attribute__((format(printf, 3, 4))) bool toml_fail(struct toml_parser *p, struct place at,
                                                     const char *format, ...);

// The whole text: UTF-8, and no control characters but tab and line ends. Reports the first fault.
bool toml_check_text(struct toml_parser *p);

bool toml_at_newline(const struct toml_parser *p); // LF or CRLF
void toml_newline(struct toml_parser *p);          // over it
void toml_blanks(struct toml_parser *p);           // spaces and tabs
bool toml_rest_of_line(struct toml_parser *p);     // blanks, comment, newline or end of text
void toml_blank_lines(struct toml_parser *p);      // blanks, comments, newlines

bool toml_key(struct toml_parser *p, struct toml_key_part **out); // dotted
bool toml_string(struct toml_parser *p, struct toml_string *out); // any of the four forms

// The character at the cursor, for messages: `x`, or its name.
const char *toml_describe(struct toml_parser *p);

// --- toml_number.c -----------------------------------------------------------------------------

bool toml_scalar(struct toml_parser *p, struct toml_value *out);

// --- toml_table.c ------------------------------------------------------------------------------

struct toml_table *toml_table_new(struct toml_parser *p);

// Makes [key] or [[key]] the current table.
bool toml_open_table(struct toml_parser *p, const struct toml_key_part *key);
bool toml_open_array(struct toml_parser *p, const struct toml_key_part *key);

// Gives `key`, dotted perhaps, a value in `table`.
bool toml_define(struct toml_parser *p, struct toml_table *table, const struct toml_key_part *key,
                 const struct toml_value *value);
