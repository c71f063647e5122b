// SPDX-License-Identifier: BSD-2-Clause
//
// What writers of descriptions and reports need: a text that grows, and numbers as people write
// them.
#pragma once

#include "tool/arena.h"
#include "tool/file.h"

#include <stdint.h>

struct writer {
    struct arena *arena;
    char *text;
    size_t length;
    size_t capacity;
};

__attribute__((format(printf, 2, 3))) void write_text(struct writer *w, const char *format, ...);

// Addresses and sizes in hexadecimal, the rest in decimal.
void write_number(struct writer *w, int64_t value);

struct bytes writer_bytes(const struct writer *w);
