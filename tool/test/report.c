// SPDX-License-Identifier: BSD-2-Clause
#include "tool/report.h"

#include "tool/arena.h"

#include <string.h>

static bool is_name(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        bool ok = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '_' || c == '-';
        if (!ok) {
            return false;
        }
    }
    return length != 0;
}

// One `key=value` or `key="a value"` at *at, which moves behind it.
static bool parse_pair(struct arena *a, const char **at, struct report_pair *out)
{
    size_t key = strcspn(*at, "= ");
    if ((*at)[key] != '=' || !is_name(*at, key)) {
        return false;
    }
    const char *value = *at + key + 1;
    bool quoted = *value == '"';
    value += quoted ? 1 : 0;
    size_t length = strcspn(value, quoted ? "\"" : " ");
    if (quoted && value[length] != '"') {
        return false;
    }
    out->key = arena_copy(a, *at, key);
    out->value = arena_copy(a, value, length);
    *at = value + length + (quoted ? 1 : 0);
    return **at == '\0' || **at == ' ';
}

bool report_parse(struct arena *a, const char *line, struct report *out)
{
    *out = (struct report){0};
    size_t from = line[0] == '[' ? strcspn(line + 1, "]") : 0;
    const char *at = line + 1 + from;
    if (from == 0 || strncmp(at, "] @", 3) != 0 || !is_name(line + 1, from)) {
        return false;
    }
    at += 3;
    size_t event = strcspn(at, " ");
    if (!is_name(at, event)) {
        return false;
    }
    out->from = arena_copy(a, line + 1, from);
    out->event = arena_copy(a, at, event);
    at += event;
    size_t capacity = 0;
    while (*at != '\0') {
        struct report_pair pair;
        at += strspn(at, " ");
        if (*at == '\0') {
            break;
        }
        if (!parse_pair(a, &at, &pair)) {
            return false;
        }
        out->pairs = arena_grow(a, out->pairs, out->count, &capacity, sizeof(*out->pairs));
        out->pairs[out->count++] = pair;
    }
    return true;
}

const char *report_value(const struct report *r, const char *key)
{
    for (size_t i = 0; i < r->count; i++) {
        if (strcmp(r->pairs[i].key, key) == 0) {
            return r->pairs[i].value;
        }
    }
    return NULL;
}
