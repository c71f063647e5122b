// SPDX-License-Identifier: BSD-2-Clause

#include "ok.h"

#include "slots.h"

enum { WORD_BITS = 64 };

bool slots_ok(const struct slots *slots)
{
    uint32_t words = SLOTS_WORDS(slots->count);
    uint32_t free = 0;
    for (uint32_t i = 0; i < words; i++) {
        for (uint64_t word = slots->words[i]; word != 0; word &= word - 1) {
            free++;
        }
    }
    uint32_t last = slots->count % WORD_BITS; // bits of the last word, 0: all
    uint64_t behind = last == 0 ? 0 : UINT64_MAX << last;
    return (slots->words[words - 1] & behind) == 0 && free == slots->free &&
           slots->next < slots->count;
}
