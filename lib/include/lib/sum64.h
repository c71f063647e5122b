// SPDX-License-Identifier: BSD-2-Clause
//
// The boot payload's checksum: a polynomial over 64-bit little-endian words, modulo 2^64.
//
//    sum(s, w0 w1 .. wn-1) = s * K^n + w0 * K^(n-1) + .. + wn-1        K odd
//
// One multiply-add for eight bytes, so the loader can afford it with the caches off. It finds
// every damage confined to one word (K^i is invertible), and others but for one in 2^64, except
// that the top bits of a sum depend on fewer powers: it is against damage, not against an attacker.
#pragma once

#include <stddef.h>
#include <stdint.h>

// Sum of `words` words at `at` (8-byte aligned), continuing from `sum`: 0 at the start, or the
// result for the preceding words.
uint64_t sum64(uint64_t sum, const void *at, size_t words);
