// SPDX-License-Identifier: BSD-2-Clause

#include "shown.h"

static char at(const struct shown *s, uint32_t offset)
{
    return s->text[(s->first + offset) % SHOWN_SIZE];
}

static void put(struct shown *s, char c)
{
    s->text[(s->first + s->used) % SHOWN_SIZE] = c;
    s->used++;
}

// Where the line that begins at `offset` ends.
static uint32_t end_of(const struct shown *s, uint32_t offset)
{
    while (offset < s->used && at(s, offset) != '\n') {
        offset++;
    }
    return offset;
}

static void drop_oldest(struct shown *s)
{
    uint32_t bytes = end_of(s, 0) + 1;
    s->first = (s->first + bytes) % SHOWN_SIZE;
    s->used -= bytes;
    s->dropped++;
}

void shown_add(struct shown *s, const char *line, uint32_t length)
{
    length = length < SHOWN_SIZE - 1 ? length : SHOWN_SIZE - 1;
    while (SHOWN_SIZE - s->used < length + 1) {
        drop_oldest(s);
    }
    for (uint32_t i = 0; i < length; i++) {
        put(s, (char)(line[i] == '\n' ? '?' : line[i]));
    }
    put(s, '\n');
    s->count++;
}

bool shown_read(const struct shown *s, uint64_t *number, char *line, uint32_t room,
                uint32_t *length)
{
    uint32_t offset = 0;
    uint64_t found = s->dropped + 1;
    for (; found < *number && found <= s->count; found++) {
        offset = end_of(s, offset) + 1;
    }
    if (found > s->count) {
        return false;
    }
    uint32_t size = end_of(s, offset) - offset;
    *number = found;
    *length = size < room ? size : room;
    for (uint32_t i = 0; i < *length; i++) {
        line[i] = at(s, offset + i);
    }
    return true;
}
