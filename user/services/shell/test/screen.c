// SPDX-License-Identifier: BSD-2-Clause
#include "screen.h"

#include <stdlib.h>
#include <string.h>

void screen_clear(struct screen *s)
{
    memset(s, 0, sizeof(*s));
}

// ESC [ number letter; returns its length.
static size_t sequence(struct screen *s, const char *text, size_t length)
{
    size_t i = 2;
    uint32_t number = 0;
    for (; i < length && text[i] >= '0' && text[i] <= '9'; i++) {
        number = number * 10 + (uint32_t)(text[i] - '0');
    }
    char letter = (char)(i < length ? text[i] : 0);
    if (letter == 'K') {
        memset(&s->row[s->column], 0, sizeof(s->row) - s->column);
    } else if (letter == 'D') {
        s->column -= number < s->column ? number : s->column;
    } else if (letter == 'J' || letter == 'H') {
        memset(s->row, 0, sizeof(s->row));
        s->column = 0;
    } else {
        abort();
    }
    return i + 1;
}

static void put_char(struct screen *s, char c)
{
    if (c == '\n') {
        memset(s->row, 0, sizeof(s->row));
    } else if (c == '\r') {
        s->column = 0;
    } else if (c == '\a') {
        s->bells++;
    } else if (c >= ' ' && c <= '~' && s->column < SCREEN_COLUMNS) {
        s->row[s->column++] = c;
    } else {
        abort();
    }
}

void screen_put(struct screen *s, const char *text, size_t length)
{
    for (size_t i = 0; i < length;) {
        if (text[i] == '\x1b') {
            i += sequence(s, &text[i], length - i);
        } else {
            put_char(s, text[i]);
            i++;
        }
    }
}
