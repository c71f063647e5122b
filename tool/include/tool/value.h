// SPDX-License-Identifier: BSD-2-Clause
//
// What a key of a report line must have as its value:
//
//   121                  this number, written decimal or 0x hexadecimal
//   "NoError"            this text
//   "95..105"            a number in this range
//   "*"                  anything
//   "$ sum(ipc, 7260)"   a number that depends on the run's seed: the host computes it
//   "$hex first(input)"  the same as 16 hexadecimal digits of text
//
// An expression has numbers, ( ), the operators + - * ^ & |, all on 64-bit words and from left to
// right, `seed`, and functions of a named stream of the seed (splitmix64 from seed ^ FNV-1a(name)):
//
//   first(s)  at(s, i)   its values
//   sum(s, n)            of the first n
//   weighted(s, n)       sum of value i times i + 1, which depends on their order
//   ipc_replies(s, n)    sum of what the demo's server answers to messages of 0 to n words
#pragma once

#include "tool/diag.h"

#include <stdbool.h>
#include <stdint.h>

struct arena;
struct toml_value;

enum value_kind {
    VALUE_ANY,
    VALUE_NUMBER,
    VALUE_TEXT,
    VALUE_RANGE,
    VALUE_EXPRESSION,
    VALUE_HEX,
};

struct value {
    enum value_kind kind;
    const char *text; // of a text or an expression
    uint64_t min;     // a number has min == max
    uint64_t max;
};

// From a description of expectations. Expressions are checked here.
bool value_read(struct arena *a, const struct toml_value *from, struct value *out, struct diag *d);

bool value_matches(const struct value *v, uint64_t seed, const char *actual);

// What is expected, for people.
const char *value_expected(struct arena *a, const struct value *v, uint64_t seed);

// The text that an expression stands for (`text` itself if it is none): for what the tool types.
const char *value_text(struct arena *a, const struct value *v, uint64_t seed);

// The value of an expression; false with *cause if it is none.
bool value_compute(const char *expression, uint64_t seed, uint64_t *out, const char **cause);
