// SPDX-License-Identifier: BSD-2-Clause
#include "tool/text.h"

#include "tool/arena.h"

#include <stdlib.h>

void text_open(struct text *t)
{
    *t = (struct text){0};
    t->to = open_memstream(&t->data, &t->size);
    if (t->to == NULL) {
        arena_exhausted();
    }
}

struct bytes text_close(struct text *t, struct arena *a)
{
    if (ferror(t->to) || fclose(t->to) != 0) {
        arena_exhausted();
    }
    char *copy = arena_copy(a, t->data, t->size);
    free(t->data);
    return (struct bytes){.data = (const uint8_t *)copy, .size = t->size};
}

const char *by_count(uint64_t count, const char *one, const char *many)
{
    return count == 1 ? one : many;
}

static const char *entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    default:
        return NULL;
    }
}

void text_escape(FILE *to, const char *text)
{
    for (const char *c = text; *c != '\0'; c++) {
        const char *word = entity(*c);
        if (word != NULL) {
            fputs(word, to);
        } else {
            fputc((unsigned char)*c < ' ' ? ' ' : *c, to);
        }
    }
}
