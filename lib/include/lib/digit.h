// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <stdbool.h>
#include <stdint.h>

// The value of a digit of base 10 or 16, of either case; false if it is none.
static inline bool digit_of(char c, uint32_t base, uint32_t *out)
{
    if (c >= '0' && c <= '9') {
        *out = (uint32_t)(c - '0');
        return true;
    }
    uint32_t letter = (uint32_t)(c | 0x20) - 'a'; // wraps below 'a'
    *out = letter + 10;
    return base == 16 && letter < 6;
}
