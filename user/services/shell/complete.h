// SPDX-License-Identifier: BSD-2-Clause
//
// What the Tab key adds. All names that could be meant are offered one after another; what those
// that fit have in common is what can be said already:
//
//    prefix "re"   offered: restart, resume, kill        common "res", count 2
#pragma once

#include <kaal/limits.h>

#include <stdbool.h>
#include <stdint.h>

struct completion {
    const char *prefix;
    uint32_t prefix_length;
    char common[KAAL_NAME_SIZE];
    uint32_t length; // of `common`
    uint32_t count;  // names that fit
};

void complete_open(struct completion *c, const char *prefix, uint32_t length);

// True if the name fits. Of a name, KAAL_NAME_SIZE - 1 characters count.
bool complete_offer(struct completion *c, const char *name);

// What is to be inserted behind the prefix; *length may be 0.
const char *complete_rest(const struct completion *c, uint32_t *length);
