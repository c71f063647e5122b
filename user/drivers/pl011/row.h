// SPDX-License-Identifier: BSD-2-Clause
//
// The row that the terminal is writing on: what it has written since it last went to the beginning
// of a row. Written once more, it looks the same, with the cursor at the same place.
//
//    "...\r\n" "\rkaal> spa" "\x1b[K"
//               |####### text #######|
#pragma once

#include <kaal/console_protocol.h>

#include <stdbool.h>
#include <stdint.h>

enum { ROW_SIZE = KAAL_CONSOLE_ROW_MAX };

struct row {
    char text[ROW_SIZE];
    uint32_t length;
    bool lost; // it was longer
};

// What the terminal writes.
void row_put(struct row *row, const char *text, uint32_t length);

// What is to be written before the line of another, to have a row for it; and its length.
const char *row_leave(const struct row *row, uint32_t *length);
