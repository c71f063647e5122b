// SPDX-License-Identifier: BSD-2-Clause
//
// splitmix64: values that two sides derive from one seed. Not for secrets.
#pragma once

#include <stdint.h>

struct prng {
    uint64_t state; // any seed, 0 included
};

// A bijection on words whose output bits each depend on all input bits.
static inline uint64_t prng_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

static inline uint64_t prng_next(struct prng *p)
{
    p->state += 0x9e3779b97f4a7c15ULL;
    return prng_mix(p->state);
}

// The value number `index` of the stream of `seed`, without the ones before it: index 0 is what
// prng_next() returns first.
static inline uint64_t prng_at(uint64_t seed, uint64_t index)
{
    return prng_mix(seed + (index + 1) * 0x9e3779b97f4a7c15ULL);
}
