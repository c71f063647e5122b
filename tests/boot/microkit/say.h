// SPDX-License-Identifier: BSD-2-Clause
//
// Report lines of Microkit programs: "[name] @event key=value", which `kaal run` compares with what
// it expects. A line is one string, for who has a higher priority may print in between.
#pragma once

#include <microkit.h>

struct line {
    char text[160];
    unsigned length;
};

static inline void line_text(struct line *l, const char *text)
{
    for (; *text != '\0' && l->length < sizeof(l->text) - 2; text++) {
        l->text[l->length++] = *text;
    }
}

static inline void line_begin(struct line *l, const char *event)
{
    l->length = 0;
    line_text(l, "[");
    line_text(l, microkit_name);
    line_text(l, "] @");
    line_text(l, event);
}

static inline void line_number(struct line *l, const char *key, seL4_Word value)
{
    char digits[24];
    unsigned at = sizeof(digits) - 1;
    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value != 0);
    line_text(l, " ");
    line_text(l, key);
    line_text(l, "=");
    line_text(l, &digits[at]);
}

static inline void line_end(struct line *l)
{
    l->text[l->length++] = '\n';
    l->text[l->length] = '\0';
    microkit_dbg_puts(l->text);
}

// A line with at most one value.
static inline void say(const char *event)
{
    struct line l;
    line_begin(&l, event);
    line_end(&l);
}

static inline void say_number(const char *event, const char *key, seL4_Word value)
{
    struct line l;
    line_begin(&l, event);
    line_number(&l, key, value);
    line_end(&l);
}
