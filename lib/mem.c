// SPDX-License-Identifier: BSD-2-Clause
//
// Memory functions for programs without a C library. Every access is aligned, so that they work on
// Device memory and with alignment checks on:
//
//    to     |.bytes.|######## words, eight at a time #######|## words ##|.bytes.|
//                   ^ 8-byte aligned; so is `from` here if the two agree modulo 8
//
// Where they disagree, source words are loaded aligned and shifted together.
//
// Compiled with loop-to-call transformations off: a loop here must not become a call of itself.
#include "lib/mem.h"

#include "lib/bits.h"

#include <stdint.h>

#define WORD sizeof(uint64_t)

// The words alias whatever objects the caller has.
typedef uint64_t word_t __attribute__((may_alias));

// The C library's searching functions drop their argument's const.
static void *without_const(const void *p)
{
    union {
        const void *in;
        void *out;
    } u = {p};
    return u.out;
}

static size_t bytes_to_boundary(const void *p)
{
    return -(uintptr_t)p & (WORD - 1);
}

// n words from an aligned to an aligned place, ascending.
static void copy_words(word_t *to, const word_t *from, size_t n)
{
    for (; n >= 8; n -= 8) {
        word_t a = from[0];
        word_t b = from[1];
        word_t c = from[2];
        word_t d = from[3];
        word_t e = from[4];
        word_t f = from[5];
        word_t g = from[6];
        word_t h = from[7];
        to[0] = a;
        to[1] = b;
        to[2] = c;
        to[3] = d;
        to[4] = e;
        to[5] = f;
        to[6] = g;
        to[7] = h;
        to += 8;
        from += 8;
    }
    while (n-- != 0) {
        *to++ = *from++;
    }
}

// n words to an aligned place from `shift` bytes (1 to 7) above the aligned place `from`; n > 0.
// The first and last load reach beyond the bytes asked for, within an aligned word that holds some
// of them: never onto another page, but beyond what AddressSanitizer allows.
__attribute__((no_sanitize("address"))) static void
copy_words_shifted(word_t *to, const word_t *from, unsigned shift, size_t n)
{
    unsigned low = shift * 8;
    word_t word = *from;
    while (n-- != 0) {
        word_t next = *++from;
        *to++ = word >> low | next << (64 - low);
        word = next;
    }
}

// Right if the ranges are disjoint, and if `to` lies at least a word below `from`: then no store
// reaches a source word before it was loaded.
static inline void copy_up(unsigned char *to, const unsigned char *from, size_t n)
{
    if (n >= 2 * WORD) {
        size_t head = bytes_to_boundary(to);
        n -= head;
        while (head-- != 0) {
            *to++ = *from++;
        }
        size_t words = n / WORD;
        unsigned shift = (uintptr_t)from & (WORD - 1);
        if (shift == 0) {
            copy_words((word_t *)(void *)to, (const word_t *)(const void *)from, words);
        } else {
            copy_words_shifted((word_t *)(void *)to, (const word_t *)(const void *)(from - shift),
                               shift, words);
        }
        to += words * WORD;
        from += words * WORD;
        n %= WORD;
    }
    while (n-- != 0) {
        *to++ = *from++;
    }
}

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    copy_up(to, from, n);
    return to;
}

// From the end downwards; words only where both ends agree modulo 8.
static void copy_down(unsigned char *to, const unsigned char *from, size_t n)
{
    const unsigned char *f = from + n;
    unsigned char *t = to + n;
    if ((((uintptr_t)t ^ (uintptr_t)f) & (WORD - 1)) == 0) {
        for (; n != 0 && !is_aligned((uintptr_t)t, WORD); n--) {
            *--t = *--f;
        }
        for (; n >= WORD; n -= WORD) {
            t -= WORD;
            f -= WORD;
            *(word_t *)(void *)t = *(const word_t *)(const void *)f;
        }
    }
    while (n-- != 0) {
        *--t = *--f;
    }
}

void *memmove(void *to, const void *from, size_t n)
{
    unsigned char *t = to;
    const unsigned char *f = from;
    uintptr_t above = (uintptr_t)t - (uintptr_t)f; // wraps to a large number where t < f
    uintptr_t below = (uintptr_t)f - (uintptr_t)t;
    if (above < n) {
        copy_down(t, f, n);
    } else if (below >= WORD) {
        copy_up(t, f, n);
    } else {
        while (n-- != 0) {
            *t++ = *f++;
        }
    }
    return to;
}

void *memset(void *to, int byte, size_t n)
{
    unsigned char *t = to;
    unsigned char b = (unsigned char)byte;
    if (n >= 2 * WORD) {
        for (size_t head = bytes_to_boundary(t); head != 0; head--, n--) {
            *t++ = b;
        }
        word_t word = b * 0x0101010101010101ULL;
        word_t *w = (word_t *)(void *)t;
        for (; n >= 8 * WORD; n -= 8 * WORD, w += 8) {
            w[0] = word;
            w[1] = word;
            w[2] = word;
            w[3] = word;
            w[4] = word;
            w[5] = word;
            w[6] = word;
            w[7] = word;
        }
        for (; n >= WORD; n -= WORD) {
            *w++ = word;
        }
        t = (unsigned char *)w;
    }
    while (n-- != 0) {
        *t++ = b;
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *x = a;
    const unsigned char *y = b;
    if ((((uintptr_t)x | (uintptr_t)y) & (WORD - 1)) == 0) {
        while (n >= WORD && *(const word_t *)(const void *)x == *(const word_t *)(const void *)y) {
            x += WORD;
            y += WORD;
            n -= WORD;
        }
    }
    for (; n != 0; n--, x++, y++) {
        if (*x != *y) {
            return *x - *y;
        }
    }
    return 0;
}

void *memchr(const void *in, int byte, size_t n)
{
    const unsigned char *p = in;
    for (; n != 0; n--, p++) {
        if (*p == (unsigned char)byte) {
            return without_const(p);
        }
    }
    return NULL;
}

size_t strlen(const char *s)
{
    size_t n = 0;
    while (s[n] != '\0') {
        n++;
    }
    return n;
}

size_t strnlen(const char *s, size_t max)
{
    size_t n = 0;
    while (n < max && s[n] != '\0') {
        n++;
    }
    return n;
}

int strcmp(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b) {
        a++;
        b++;
    }
    return (unsigned char)*a - (unsigned char)*b;
}

int strncmp(const char *a, const char *b, size_t n)
{
    for (; n != 0; n--, a++, b++) {
        if (*a != *b || *a == '\0') {
            return (unsigned char)*a - (unsigned char)*b;
        }
    }
    return 0;
}

char *strchr(const char *s, int c)
{
    for (; *s != (char)c; s++) {
        if (*s == '\0') {
            return NULL;
        }
    }
    return without_const(s);
}
