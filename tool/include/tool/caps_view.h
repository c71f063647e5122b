// SPDX-License-Identifier: BSD-2-Clause
//
// Who holds what in a running system: the lines that the broker puts out when it is asked
// (KAAL_BROKER_CAPS of abi/kaal/broker.h), as a table, and whether its books agree with the kernel.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct arena;
struct report;

struct caps_row {
    const char *component;
    const char *number;
    const char *slot; // "-" of memory
    const char *kind;
    const char *kernel;
    const char *name;
    const char *peer; // of memory: address and size
    const char *rights;
    bool differs;
};

struct caps_view {
    struct arena *arena;
    const char *broker;
    struct caps_row *rows;
    size_t count;
    size_t capacity;
    size_t differ;     // of the rows
    const char *wrong; // why the list is not to be trusted; NULL
    bool complete;     // the last line has come
    const char *components;
    const char *slots;
    const char *held;
    const char *open;
    bool kinds; // the kernel tells types
};

// `broker`: its name.
void caps_view_open(struct caps_view *v, struct arena *a, const char *broker);

// A line of the broker; others are left alone.
void caps_view_line(struct caps_view *v, const struct report *r);

// The table, and the verdict. False if books and kernel differ, or the list is not whole.
bool caps_view_print(const struct caps_view *v, FILE *to);
