// SPDX-License-Identifier: BSD-2-Clause
//
// The steps of options_parse(): each option's value as it comes (option_value.c), then what they
// say together (option_rules.c).
#pragma once

#include <stdbool.h>

struct arena;
struct diag;
struct options;
struct strings;

struct option_parser {
    struct arena *arena;
    struct options *options;
    struct diag *diag;
};

// Takes an option; `value` is NULL for one without.
bool option_take(struct option_parser *p, int key, const char *value);

// Reports a value that is none, with what to give instead. False.
bool option_wrong(struct option_parser *p, const char *option, const char *value,
                  const char *wanted);

// Adds to a list. True.
bool option_add(struct option_parser *p, struct strings *list, const char *value);

// When all are taken: do they go together? Fills in what follows from them.
bool option_finish(struct option_parser *p);
