// SPDX-License-Identifier: BSD-2-Clause
//
// Text into a fixed buffer, without allocation and without printf's format strings.
//
//    struct fmt f;
//    char line[80];
//    fmt_init(&f, line, sizeof(line));
//    fmt_str(&f, "pages="), fmt_u64(&f, n);
//
//    buf              buf + len          buf + room
//     |##### text #####|0.................|
//
// Invariant: the buffer always holds a terminated string, len < room. What does not fit is left
// out and `cut` is set: the text is then the longest prefix that fits.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fmt {
    char *buf;
    size_t room;
    size_t len;
    bool cut;
};

// `room` counts the terminator and is at least 1.
void fmt_init(struct fmt *f, char *buf, size_t room);

void fmt_char(struct fmt *f, char c);
void fmt_str(struct fmt *f, const char *s);

// The first n characters of s, or s up to its terminator if that is shorter.
void fmt_strn(struct fmt *f, const char *s, size_t n);

void fmt_u64(struct fmt *f, uint64_t x);
void fmt_i64(struct fmt *f, int64_t x);

// 0x and the shortest lower-case form: 0x0, 0x1f.
void fmt_hex(struct fmt *f, uint64_t x);

// Right-aligned in a field of `width`, filled with `fill`. A longer number is not cut.
void fmt_u64_pad(struct fmt *f, uint64_t x, unsigned width, char fill);
