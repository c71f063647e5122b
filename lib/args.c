// SPDX-License-Identifier: BSD-2-Clause
#include "lib/args.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

// The writer is never before the reader: what quotes and backslashes took is room.
struct cursor {
    const char *from;
    char *to;
};

// Behind a backslash: takes what follows it, or at the end of the line the backslash.
static bool take_escaped(struct cursor *c)
{
    if (*c->from == '\0') {
        *c->to++ = '\\';
        return false;
    }
    *c->to++ = *c->from++;
    return true;
}

// Behind an opening quote: takes all up to the closing one. False if there is none.
static bool take_quoted(struct cursor *c, char quote)
{
    while (*c->from != quote) {
        if (*c->from == '\0') {
            return false;
        }
        if (quote == '"' && *c->from == '\\' && (c->from[1] == '"' || c->from[1] == '\\')) {
            c->from++;
        }
        *c->to++ = *c->from++;
    }
    c->from++;
    return true;
}

static bool take_word(struct cursor *c)
{
    bool good = true;
    while (*c->from != '\0' && !is_blank(*c->from)) {
        char next = *c->from++;
        if (next == '\'' || next == '"') {
            good = take_quoted(c, next);
        } else if (next == '\\') {
            good = take_escaped(c);
        } else {
            *c->to++ = next;
        }
    }
    return good;
}

bool args_split(char *line, char **words, size_t max, size_t *count)
{
    struct cursor c = {.from = line};
    c.to = line;
    bool good = true;
    *count = 0;
    for (;;) {
        while (is_blank(*c.from)) {
            c.from++;
        }
        if (*c.from == '\0' || *count == max) {
            return good;
        }
        words[(*count)++] = c.to;
        good = take_word(&c) && good;
        // The NUL may take the place of the blank: go past it first.
        if (*c.from != '\0') {
            c.from++;
        }
        *c.to++ = '\0';
    }
}
