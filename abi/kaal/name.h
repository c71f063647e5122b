// SPDX-License-Identifier: BSD-2-Clause
//
// What a name is: of components, channels, services. It starts with a letter and has letters,
// digits, '_' and '-', at most KAAL_NAME_SIZE - 1 of them.
#pragma once

#include <kaal/limits.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline bool kaal_name_char(char c, bool first)
{
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (!first && ((c >= '0' && c <= '9') || c == '_' || c == '-'));
}

// `name`: KAAL_NAME_SIZE bytes, in which it ends.
static inline bool kaal_name_ok(const char *name)
{
    unsigned length = 0;
    while (length < KAAL_NAME_SIZE && kaal_name_char(name[length], length == 0)) {
        length++;
    }
    return length > 0 && length < KAAL_NAME_SIZE && name[length] == '\0';
}

typedef uint64_t __attribute__((may_alias)) kaal_name_word;

// Copies a name that is padded with zeroes into zeroed memory, both aligned to 8 bytes: few names
// have more than the first of all their words.
static inline void kaal_name_copy(char *to, const char *from)
{
    kaal_name_word *out = (kaal_name_word *)(void *)to;
    const kaal_name_word *in = (const kaal_name_word *)(const void *)from;
    for (size_t i = 0; i < KAAL_NAME_SIZE / sizeof(*in); i++) {
        out[i] = in[i];
        if (in[i] >> 56 == 0) { // its last byte
            break;
        }
    }
}
