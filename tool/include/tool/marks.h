// SPDX-License-Identifier: BSD-2-Clause
//
// What looks wrong or suspicious in a system that system_check() let pass: for pictures and
// reports, where each mark stands at what it is about.
#pragma once

#include <stddef.h>

struct arena;
struct device_found;
struct system;

enum mark_kind {
    MARK_PRIORITY,      // a call to somebody of lower priority
    MARK_CIRCLE,        // a call that is part of a circle of calls
    MARK_WRITE_EXECUTE, // memory that is written and executed
    MARK_UNREAD,        // memory that nobody but its writer reads
    MARK_UNWRITTEN,     // memory that nobody writes
    MARK_SHARED_DEVICE, // a device that more than one component can reach
    MARK_UNUSED,        // a component that nothing leads to and nothing comes from
    MARK_KIND_COUNT,
};

enum mark_about {
    ABOUT_COMPONENT,
    ABOUT_CHANNEL,
    ABOUT_REGION,
    ABOUT_DEVICE,
};

struct mark {
    enum mark_kind kind;
    enum mark_about about;
    size_t index; // in the table of the system
    const char *text;
};

struct marks {
    struct mark *items;
    size_t count;
    size_t capacity;
};

// `devices`: of devices_find(), NULL: not known.
struct marks marks_find(struct arena *a, const struct system *s,
                        const struct device_found *devices);

// A word for programs ("priority"), and what it means for people.
const char *mark_word(enum mark_kind kind);
const char *mark_legend(enum mark_kind kind);

// NULL if there is none.
const struct mark *marks_at(const struct marks *marks, enum mark_about about, size_t index);
