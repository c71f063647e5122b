// SPDX-License-Identifier: BSD-2-Clause
//
// Arithmetic on words: alignment, powers of two, overflow checks, and loads and stores of a given
// byte order from any address. Everything here is pure and inline.
#pragma once

#include <stdbool.h>
#include <stdint.h>

static inline bool is_pow2(uint64_t x)
{
    return x != 0 && (x & (x - 1)) == 0;
}

// `align` is a power of two.
static inline uint64_t align_down(uint64_t x, uint64_t align)
{
    return x & ~(align - 1);
}

// `align` is a power of two. Wraps to 0 above the last multiple: see align_up_checked().
static inline uint64_t align_up(uint64_t x, uint64_t align)
{
    return (x + align - 1) & ~(align - 1);
}

static inline bool is_aligned(uint64_t x, uint64_t align)
{
    return (x & (align - 1)) == 0;
}

// Number of zero bits above the highest (clz) and below the lowest (ctz) one; x != 0.
static inline unsigned clz64(uint64_t x)
{
    return (unsigned)__builtin_clzll(x);
}

static inline unsigned ctz64(uint64_t x)
{
    return (unsigned)__builtin_ctzll(x);
}

// The largest n with 2^n <= x; x != 0.
static inline unsigned log2_floor(uint64_t x)
{
    return 63u - clz64(x);
}

// The smallest n with x <= 2^n; x != 0.
static inline unsigned log2_ceil(uint64_t x)
{
    return x == 1 ? 0 : 64u - clz64(x - 1);
}

// False, with *out unspecified, if the result does not fit.
static inline bool add_checked(uint64_t a, uint64_t b, uint64_t *out)
{
    return !__builtin_add_overflow(a, b, out);
}

static inline bool align_up_checked(uint64_t x, uint64_t align, uint64_t *out)
{
    if (!add_checked(x, align - 1, out)) {
        return false;
    }
    *out = align_down(*out, align);
    return true;
}

// Does [start, start + len) lie inside [0, size)? No sum is formed, so nothing can wrap.
static inline bool range_fits(uint64_t start, uint64_t len, uint64_t size)
{
    return start <= size && len <= size - start;
}

// Do [a, a + alen) and [b, b + blen) share a byte? Neither range may wrap.
static inline bool ranges_overlap(uint64_t a, uint64_t alen, uint64_t b, uint64_t blen)
{
    return alen != 0 && blen != 0 && a < b + blen && b < a + alen;
}

// Byte-order access, for file formats: no alignment is assumed.

static inline uint16_t load_le16(const void *at)
{
    const uint8_t *p = at;
    return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint32_t load_le32(const void *at)
{
    const uint8_t *p = at;
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t load_le64(const void *at)
{
    const uint8_t *p = at;
    return (uint64_t)load_le32(p) | (uint64_t)load_le32(p + 4) << 32;
}

static inline uint32_t load_be32(const void *at)
{
    const uint8_t *p = at;
    return (uint32_t)p[3] | (uint32_t)p[2] << 8 | (uint32_t)p[1] << 16 | (uint32_t)p[0] << 24;
}

static inline uint64_t load_be64(const void *at)
{
    const uint8_t *p = at;
    return (uint64_t)load_be32(p + 4) | (uint64_t)load_be32(p) << 32;
}

static inline void store_le16(void *at, uint16_t x)
{
    uint8_t *p = at;
    p[0] = (uint8_t)x;
    p[1] = (uint8_t)(x >> 8);
}

static inline void store_le32(void *at, uint32_t x)
{
    store_le16(at, (uint16_t)x);
    store_le16((uint8_t *)at + 2, (uint16_t)(x >> 16));
}

static inline void store_le64(void *at, uint64_t x)
{
    store_le32(at, (uint32_t)x);
    store_le32((uint8_t *)at + 4, (uint32_t)(x >> 32));
}

static inline void store_be32(void *at, uint32_t x)
{
    uint8_t *p = at;
    p[0] = (uint8_t)(x >> 24);
    p[1] = (uint8_t)(x >> 16);
    p[2] = (uint8_t)(x >> 8);
    p[3] = (uint8_t)x;
}
