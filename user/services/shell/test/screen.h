// SPDX-License-Identifier: BSD-2-Clause
//
// The last row of a terminal.
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { SCREEN_COLUMNS = 80 };

struct screen {
    char row[SCREEN_COLUMNS + 1]; // up to the last character that was written, and a NUL
    uint32_t column;
    uint32_t bells;
};

void screen_clear(struct screen *s);

// What a driver, or the editor, sends. Aborts at what the terminal does not know.
void screen_put(struct screen *s, const char *text, size_t length);
