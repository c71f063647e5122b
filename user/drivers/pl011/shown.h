// SPDX-License-Identifier: BSD-2-Clause
//
// The last lines that were shown, whoever they are from:
//
//    text   |....|one\n|another\n|..........|        a ring of bytes
//                first           first + used
//
// Invariant: it holds whole lines, `count - dropped` of them, and none twice.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { SHOWN_SIZE = 16384 };

struct shown {
    char text[SHOWN_SIZE];
    uint32_t first;
    uint32_t used;
    uint64_t count;   // of lines that were ever added
    uint64_t dropped; // the oldest of these
};

// A line without its end; line ends in it come out as '?'. The oldest make room for it. Longer ones
// than SHOWN_SIZE - 1 are cut.
void shown_add(struct shown *s, const char *line, uint32_t length);

// Line `*number`, counted from 1, or the oldest that there is, whose number *number is then. False
// if none so new has been added. *length is at most `room`: the rest is left out.
bool shown_read(const struct shown *s, uint64_t *number, char *line, uint32_t room,
                uint32_t *length);
