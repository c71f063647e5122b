// SPDX-License-Identifier: BSD-2-Clause
//
// What a system allows, as facts, and how those of two systems differ:
//
//   fact     a key that names it, the component that it is about, and either
//              two sentences, one for a system that has it and one for a system that has lost it
//              ("console gained write access to ring0", "console lost write access to ring0"), or
//              a value ("server's budget", "1000", "us")
//   change   a fact that one of two systems has, or has with another value
//
// Names of channels, addresses and slots are no authority: who renames one changes nothing here.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct system;

struct fact {
    const char *key;
    const char *subject; // name of a component; "" : the system
    const char *gained;  // of facts without a value
    const char *lost;
    const char *property; // of facts with one
    const char *value;
    const char *unit; // behind it, "" if none
    size_t order;     // as they were found
};

struct facts {
    struct arena *arena;
    struct fact *items; // by their keys, each once
    size_t count;
    size_t capacity;
};

enum change_kind {
    CHANGE_GAINED,
    CHANGE_LOST,
    CHANGE_VALUE,
};

struct change {
    enum change_kind kind;
    const char *key;
    const char *subject;
    const char *text;
    const char *before; // of CHANGE_VALUE
    const char *after;
    size_t order;
};

struct changes {
    struct change *items; // sorted by component, and as the description has them
    size_t count;
    size_t capacity;
};

// The system has passed system_check().
struct facts authority_of(struct arena *a, const struct system *s);

// From `before` to `after`. Of a component that is gone, that alone is told.
struct changes authority_compare(struct arena *a, const struct facts *before,
                                 const struct facts *after);
