// SPDX-License-Identifier: BSD-2-Clause
//
// Report lines, the part of a system's output that is meant for machines:
//
//   [client] @ipc calls=121 words=7260 sum=0x5f..
//    from    event  key=value ...
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct report_pair {
    const char *key;
    const char *value; // without the quotes of key="a value"
};

struct report {
    const char *from;
    const char *event;
    struct report_pair *pairs;
    size_t count;
};

// False if `line` is not a report line; it is then output for people.
bool report_parse(struct arena *a, const char *line, struct report *out);

// NULL if the line does not have the key.
const char *report_value(const struct report *r, const char *key);
