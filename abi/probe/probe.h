// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// The API's numbers as tables: what a set of headers says in one configuration. facts_test.c
// compares ours with those measured on seL4; `kaal sdk --compare` compiles them against any
// installation.
//
//   constants[], sizes[], offsets[]      rows with names, found by symbol in an executable

#include <stddef.h>

struct constant {
    const char *name;
    long long value;
};

struct size {
    const char *type;
    size_t size;
    size_t align;
};

struct offset {
    const char *type;
    const char *member;
    size_t offset;
};

extern const struct constant constants[];
extern const size_t constant_count;
extern const struct size sizes[];
extern const size_t size_count;
extern const struct offset offsets[];
extern const size_t offset_count;
