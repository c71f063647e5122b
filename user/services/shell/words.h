// SPDX-License-Identifier: BSD-2-Clause
//
// The words of a line, and what is in them.
//
//    "spawn hello.elf quiet ; wait hello"
//     |  0  |    1    |  2  | |  0 |  1  |      two commands
#pragma once

#include "edit.h"

#include <stdbool.h>
#include <stdint.h>

enum { WORDS_MAX = EDIT_LINE_SIZE / 2 };

struct words {
    char text[EDIT_LINE_SIZE];
    const char *word[WORDS_MAX];
    uint32_t count;
};

// The words of the command that *line begins with, up to a ';' or the end; *line is then behind it.
// False at the end of the line. A command may have no words. `*line` is at most EDIT_LINE_SIZE - 1
// characters long.
bool words_next(const char **line, struct words *words);

// Words from `first` on, with a blank between them, as one text. False if it has no room.
bool words_join(const struct words *words, uint32_t first, char *text, uint32_t room);

// A decimal number up to `max`, and nothing else. *number is left alone if it is none.
bool word_number(const char *word, uint64_t max, uint64_t *number);

// Seconds, "2" or "0.25", or with a unit, "2s", "250ms", "100us", in microseconds. At most a day.
bool word_time(const char *word, uint64_t *us);

// Bytes: "4096", "64K", "2M".
bool word_size(const char *word, uint64_t *bytes);
