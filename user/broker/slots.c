// SPDX-License-Identifier: BSD-2-Clause

#include "slots.h"

#include <lib/bits.h>

enum { WORD_BITS = 64 };

void slots_open(struct slots *slots, uint64_t *words, uint32_t count)
{
    *slots = (struct slots){.words = words, .count = count};
    for (uint32_t i = 0; i < SLOTS_WORDS(count); i++) {
        words[i] = 0;
    }
}

// The part of word `index` that belongs to [first, end).
static uint64_t mask_of(uint32_t index, uint32_t first, uint32_t end)
{
    uint32_t base = index * WORD_BITS;
    uint64_t mask = UINT64_MAX;
    if (first > base) {
        mask &= UINT64_MAX << (first - base);
    }
    if (end - base < WORD_BITS) {
        mask &= (UINT64_C(1) << (end - base)) - 1;
    }
    return mask;
}

// The bits of `low` at which `count` ones in a row begin, which may go on in `high`; count <= 64.
// The rows known double in length at each step.
static uint64_t row_starts(uint64_t low, uint64_t high, uint32_t count)
{
    uint32_t known = 1;
    while (known < count) {
        uint32_t step = known < count - known ? known : count - known;
        low &= low >> step | high << 1 << (WORD_BITS - 1 - step);
        high &= high >> step;
        known += step;
    }
    return low;
}

// The first slot at or behind `from` that is free, or is not; `count` if there is none.
static uint32_t next_slot(const struct slots *slots, uint32_t from, bool is_free)
{
    for (uint32_t i = from / WORD_BITS; i < SLOTS_WORDS(slots->count); i++) {
        uint64_t word = is_free ? slots->words[i] : ~slots->words[i];
        word &= mask_of(i, from, slots->count);
        if (word != 0) {
            return i * WORD_BITS + ctz64(word);
        }
    }
    return slots->count;
}

static bool find_short(const struct slots *slots, uint32_t from, uint32_t count, uint32_t *first)
{
    uint32_t words = SLOTS_WORDS(slots->count);
    for (uint32_t i = from / WORD_BITS; i < words; i++) {
        uint64_t low = slots->words[i] & mask_of(i, from, slots->count);
        if (low == 0) {
            continue;
        }
        uint64_t high = i + 1 < words ? slots->words[i + 1] : 0;
        uint64_t starts = row_starts(low, high, count);
        if (starts != 0) {
            *first = i * WORD_BITS + ctz64(starts);
            return true;
        }
    }
    return false;
}

static bool find_long(const struct slots *slots, uint32_t from, uint32_t count, uint32_t *first)
{
    uint32_t end = 0;
    for (uint32_t at = next_slot(slots, from, true); at < slots->count;
         at = next_slot(slots, end, true)) {
        end = next_slot(slots, at, false);
        if (end - at >= count) {
            *first = at;
            return true;
        }
    }
    return false;
}

static bool find(const struct slots *slots, uint32_t from, uint32_t count, uint32_t *first)
{
    return count <= WORD_BITS ? find_short(slots, from, count, first)
                              : find_long(slots, from, count, first);
}

// Behind the last ones taken, else anywhere. Not inline: it would make the short way slower.
__attribute__((noinline)) static bool take_row(struct slots *slots, uint32_t count, uint32_t *first)
{
    uint32_t at = 0;
    if (!find(slots, slots->next, count, &at) && !find(slots, 0, count, &at)) {
        return false;
    }
    uint32_t end = at + count;
    for (uint32_t i = at / WORD_BITS; i * WORD_BITS < end; i++) {
        slots->words[i] &= ~mask_of(i, at, end);
    }
    slots->free -= count;
    slots->next = end < slots->count ? end : 0;
    *first = at;
    return true;
}

// Bit `slot` of its word.
static uint64_t bit_of(uint32_t slot)
{
    return UINT64_C(1) << slot % WORD_BITS;
}

bool slots_take(struct slots *slots, uint32_t count, uint32_t *first)
{
    if (count == 0 || count > slots->free) {
        return false;
    }
    uint32_t at = slots->next;
    uint64_t *word = &slots->words[at / WORD_BITS];
    if (count != 1 || (*word & bit_of(at)) == 0) {
        return take_row(slots, count, first);
    }
    // Most requests are for one slot, and find it at once.
    *word &= ~bit_of(at);
    slots->free--;
    slots->next = at + 1 < slots->count ? at + 1 : 0;
    *first = at;
    return true;
}

__attribute__((noinline)) static bool give_row(struct slots *slots, uint32_t first, uint32_t count)
{
    uint32_t end = first + count;
    for (uint32_t i = first / WORD_BITS; i * WORD_BITS < end; i++) {
        if ((slots->words[i] & mask_of(i, first, end)) != 0) {
            return false;
        }
    }
    for (uint32_t i = first / WORD_BITS; i * WORD_BITS < end; i++) {
        slots->words[i] |= mask_of(i, first, end);
    }
    slots->free += count;
    return true;
}

bool slots_give(struct slots *slots, uint32_t first, uint32_t count)
{
    if (!range_fits(first, count, slots->count)) {
        return false;
    }
    uint64_t *word = &slots->words[first / WORD_BITS];
    if (count != 1 || (*word & bit_of(first)) != 0) {
        return give_row(slots, first, count);
    }
    *word |= bit_of(first);
    slots->free++;
    return true;
}

bool slots_ok(const struct slots *slots)
{
    uint32_t words = SLOTS_WORDS(slots->count);
    uint32_t free = 0;
    for (uint32_t i = 0; i < words; i++) {
        for (uint64_t word = slots->words[i]; word != 0; word &= word - 1) {
            free++;
        }
    }
    uint64_t behind = ~mask_of(words - 1, 0, slots->count);
    return (slots->words[words - 1] & behind) == 0 && free == slots->free &&
           slots->next < slots->count;
}
