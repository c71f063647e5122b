// SPDX-License-Identifier: BSD-2-Clause
//
// Lines out of what is typed, for a console without a terminal. No editing: characters up to an end
// of line.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { TYPED_LINE_SIZE = 128 }; // its NUL included

struct typed {
    char line[TYPED_LINE_SIZE];
    uint32_t length;
};

// True if this character completes a line, which is then in `line` without its end, until the next
// character comes. Unprintable characters are '?'; what does not fit is cut.
bool typed_char(struct typed *t, char c);
