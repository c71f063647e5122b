// SPDX-License-Identifier: BSD-2-Clause
//
// What became of the systems that `kaal test` was given, for people and for programs.
#pragma once

#include "tool/file.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct arena;
struct strings;

struct test_result {
    const char *name; // the description's file
    bool verified;
    bool ran;             // as far as a verdict; if not, nothing of it was verified
    const char *problem;  // the first one, in a line; of a verified system ""
    struct bytes output;  // of the run: its end, if it is long
    uint64_t output_size; // of all of it
    uint64_t ms;
};

// For people: a line, and the output below what failed.
void results_text(FILE *to, const struct test_result *r, bool with_output);

// TAP, version 14 (https://testanything.org): the head, then a result with its number from 1.
void results_tap_head(FILE *to, size_t count);
void results_tap(FILE *to, size_t number, const struct test_result *r, uint64_t seed);

// All of them as JUnit's XML. Whatever the output holds, it is well-formed.
struct bytes results_junit(struct arena *a, const struct test_result *results, size_t count,
                           uint64_t seed);

// The systems of a folder and of those below it, in the order of their names: each system.toml, and
// each NAME.toml or NAME.system that has a NAME.expect.toml beside it. Hidden folders, folders
// `build` and links to folders are not looked into.
void systems_find(struct arena *a, const char *folder, struct strings *out);
