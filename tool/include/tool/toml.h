// SPDX-License-Identifier: BSD-2-Clause
//
// TOML 1.0, complete, with the position of every key and value.
//
//   struct toml_table          entries in file order
//     toml_entry  key = value
//     toml_entry  key = value -> struct toml_array -> items in order
//     toml_entry  key = value -> struct toml_table ...
//
// The text is input: any bytes are accepted and answered with values or with errors. Nesting is
// limited to TOML_DEPTH_MAX, the text to TOML_SIZE_MAX bytes. Integers have 64 bits and a sign.
#pragma once

#include "tool/diag.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    TOML_DEPTH_MAX = 64,
    TOML_SIZE_MAX = 1024 * 1024,
};

enum toml_type {
    TOML_STRING,
    TOML_INTEGER,
    TOML_FLOAT,
    TOML_BOOLEAN,
    TOML_OFFSET_DATETIME,
    TOML_LOCAL_DATETIME,
    TOML_LOCAL_DATE,
    TOML_LOCAL_TIME,
    TOML_ARRAY,
    TOML_TABLE,
};

// Terminated as well, but a TOML string may hold NUL characters of its own.
struct toml_string {
    const char *text;
    size_t length;
};

struct toml_array {
    struct toml_value *first;
    struct toml_value *last;
    size_t count;
    bool of_tables; // made by [[headers]], which may add to it
};

struct toml_table {
    struct toml_entry *first;
    struct toml_entry *last;
    size_t count;
    // What may still be added, by the rules on redefinition: see toml_table.c.
    bool by_header;
    bool is_inline;
    bool by_dotted;
    unsigned section;
};

struct toml_value {
    enum toml_type type;
    struct place at;
    struct toml_value *next; // in an array
    union {
        struct toml_string string; // also dates and times: as written
        int64_t integer;
        double number;
        bool boolean;
        struct toml_array *array;
        struct toml_table *table;
    };
};

struct toml_entry {
    struct toml_string key;
    struct place at; // of the key
    struct toml_value value;
    struct toml_entry *next;  // in its table
    struct toml_entry *chain; // in its hash bucket
    const struct toml_table *owner;
};

// Parses `size` bytes. `file` is the name for messages. NULL after errors, which `d` then has.
const struct toml_table *toml_parse(struct arena *a, const char *file, const char *text,
                                    size_t size, struct diag *d);

// An entry by its key, NULL if there is none. Linear.
const struct toml_entry *toml_get(const struct toml_table *table, const char *key);

// "a string", "an integer", ... for messages.
const char *toml_type_name(enum toml_type type);
