// SPDX-License-Identifier: BSD-2-Clause
#include "tool/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_SIZE = 64 * 1024,
};

struct arena_block {
    struct arena_block *next;
    size_t size;
    size_t used;
    _Alignas(max_align_t) unsigned char bytes[];
};

void arena_exhausted(void)
{
    fputs("kaal: error: the host has no memory left; close other programs and try again\n", stderr);
    exit(1);
}

static struct arena_block *block_new(size_t size)
{
    if (size > SIZE_MAX / 2) {
        arena_exhausted();
    }
    struct arena_block *block = calloc(1, sizeof(*block) + size);
    if (block == NULL) {
        arena_exhausted();
    }
    block->size = size;
    return block;
}

void *arena_alloc(struct arena *a, size_t size)
{
    const size_t unit = _Alignof(max_align_t);
    if (size > SIZE_MAX - unit) {
        arena_exhausted();
    }
    size_t need = (size + unit - 1) / unit * unit;
    struct arena_block *head = a->head;
    if (head == NULL || need > head->size - head->used) {
        head = block_new(need > BLOCK_SIZE ? need : BLOCK_SIZE);
        head->next = a->head;
        a->head = head;
    }
    void *result = head->bytes + head->used;
    head->used += need;
    return result;
}

void *arena_grow(struct arena *a, void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) {
        return items;
    }
    size_t room = *capacity == 0 ? 8 : *capacity * 2;
    if (room > SIZE_MAX / size) {
        arena_exhausted();
    }
    void *larger = arena_alloc(a, room * size);
    if (count != 0) {
        memcpy(larger, items, count * size);
    }
    *capacity = room;
    return larger;
}

char *arena_copy(struct arena *a, const char *text, size_t length)
{
    char *copy = arena_alloc(a, length + 1);
    if (length != 0) {
        memcpy(copy, text, length);
    }
    return copy;
}

char *arena_string(struct arena *a, const char *text)
{
    return arena_copy(a, text, strlen(text));
}

char *arena_vprintf(struct arena *a, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    if (length < 0) {
        arena_exhausted();
    }
    char *text = arena_alloc(a, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = arena_vprintf(a, format, args);
    va_end(args);
    return text;
}

void arena_free(struct arena *a)
{
    while (a->head != NULL) {
        struct arena_block *next = a->head->next;
        free(a->head);
        a->head = next;
    }
}

void arena_clear(struct arena *a)
{
    struct arena_block *head = a->head;
    if (head == NULL) {
        return;
    }
    a->head = head->next;
    arena_free(a);
    memset(head->bytes, 0, head->used);
    head->used = 0;
    head->next = NULL;
    a->head = head;
}
