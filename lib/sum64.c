// SPDX-License-Identifier: BSD-2-Clause
#include "lib/sum64.h"

#include "lib/bits.h"

// Odd, and dense in both halves: the 64-bit golden ratio.
#define SUM64_K 0x9e3779b97f4a7c15ULL

uint64_t sum64(uint64_t sum, const void *at, size_t words)
{
    typedef uint64_t word_t __attribute__((may_alias));
    const word_t *w = at;
    for (; words >= 8; words -= 8, w += 8) {
        // Loaded before they are used: the compiler then pairs the loads.
        word_t a = w[0];
        word_t b = w[1];
        word_t c = w[2];
        word_t d = w[3];
        word_t e = w[4];
        word_t f = w[5];
        word_t g = w[6];
        word_t h = w[7];
        sum = sum * SUM64_K + a;
        sum = sum * SUM64_K + b;
        sum = sum * SUM64_K + c;
        sum = sum * SUM64_K + d;
        sum = sum * SUM64_K + e;
        sum = sum * SUM64_K + f;
        sum = sum * SUM64_K + g;
        sum = sum * SUM64_K + h;
    }
    for (; words != 0; words--, w++) {
        sum = sum * SUM64_K + w[0];
    }
    return sum;
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "sum64 reads words in place");
