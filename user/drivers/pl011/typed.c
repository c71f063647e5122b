// SPDX-License-Identifier: BSD-2-Clause

#include "typed.h"

bool typed_char(struct typed *t, char c)
{
    if (c == '\n' || c == '\r') {
        // An empty line is the second half of "\r\n", or nothing that anyone waits for.
        bool done = t->length > 0;
        t->line[t->length] = '\0';
        t->length = 0;
        return done;
    }
    if (t->length < TYPED_LINE_SIZE - 1) {
        t->line[t->length] = (char)(c >= ' ' && c <= '~' ? c : '?');
        t->length++;
    }
    return false;
}
