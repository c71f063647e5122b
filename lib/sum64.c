// SPDX-License-Identifier: BSD-2-Clause
#include "lib/sum64.h"

#include "lib/bits.h"

// Odd, and dense in both halves: the 64-bit golden ratio.
#define SUM64_K 0x9e3779b97f4a7c15ULL

uint64_t sum64(uint64_t sum, const void *at, size_t words)
{
    typedef uint64_t word_t __attribute__((may_alias));
    const word_t *w = at;
    for (; words >= 4; words -= 4, w += 4) {
        sum = sum * SUM64_K + w[0];
        sum = sum * SUM64_K + w[1];
        sum = sum * SUM64_K + w[2];
        sum = sum * SUM64_K + w[3];
    }
    for (; words != 0; words--, w++) {
        sum = sum * SUM64_K + w[0];
    }
    return sum;
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "sum64 reads words in place");
