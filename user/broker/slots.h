// SPDX-License-Identifier: BSD-2-Clause
//
// The free slots of a CNode, one bit each:
//
//    words[0]                 words[1]                ...   words[(count + 63) / 64 - 1]
//    |1101 .. 1 = free ..     |0111 ..                |     |.. 000000|  bits behind `count`: 0
//              next ──────────────^ where the next search begins
//
// It makes no system call and knows nothing of what is in a slot.
//
// Invariant S1: bits behind `count` are 0.
// Invariant S2: `free` is the number of bits that are 1.
// Invariant S3: next < count.
#pragma once

#include <kaal/limits.h>

#include <stdbool.h>
#include <stdint.h>

#define SLOTS_MAX          (UINT32_C(1) << KAAL_STORE_BITS_MAX)
#define SLOTS_WORDS(count) (((count) + 63) / 64)

struct slots {
    uint64_t *words;
    uint32_t count;
    uint32_t free;
    uint32_t next;
};

// `words`: SLOTS_WORDS(count) words that stay the caller's; 1 <= count <= SLOTS_MAX. All slots are
// taken: give those that are free.
void slots_open(struct slots *slots, uint64_t *words, uint32_t count);

// The first of `count` free slots in a row: behind the last ones taken if there are any, else
// anywhere. False, and nothing changed, if there is no such row or `count` is 0.
bool slots_take(struct slots *slots, uint32_t count, uint32_t *first);

// False, and nothing changed, if one of them is free already or out of range.
bool slots_give(struct slots *slots, uint32_t first, uint32_t count);
