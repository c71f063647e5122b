// SPDX-License-Identifier: BSD-2-Clause

#include "complete.h"

#include <lib/mem.h>

void complete_open(struct completion *c, const char *prefix, uint32_t length)
{
    *c = (struct completion){.prefix = prefix, .prefix_length = length};
}

bool complete_offer(struct completion *c, const char *name)
{
    uint32_t length = (uint32_t)strnlen(name, KAAL_NAME_SIZE - 1);
    if (length < c->prefix_length || memcmp(name, c->prefix, c->prefix_length) != 0) {
        return false;
    }
    c->count++;
    if (c->count == 1) {
        memcpy(c->common, name, length);
        c->length = length;
        return true;
    }
    uint32_t same = 0;
    while (same < length && same < c->length && name[same] == c->common[same]) {
        same++;
    }
    c->length = same;
    return true;
}

const char *complete_rest(const struct completion *c, uint32_t *length)
{
    *length = c->count == 0 ? 0 : c->length - c->prefix_length;
    return &c->common[c->count == 0 ? 0 : c->prefix_length];
}
