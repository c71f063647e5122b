// SPDX-License-Identifier: BSD-2-Clause
//
// A text that is written like a file and ends in the arena.
#pragma once

#include "tool/file.h"

#include <stdint.h>
#include <stdio.h>

struct arena;

struct text {
    FILE *to;
    char *data;
    size_t size;
};

void text_open(struct text *t);

struct bytes text_close(struct text *t, struct arena *a);

// The word that goes with so many: `one` with one, else `many`.
const char *by_count(uint64_t count, const char *one, const char *many);

// As XML and HTML want it: & < > " are escaped, control characters are blanks.
void text_escape(FILE *to, const char *text);
