// SPDX-License-Identifier: BSD-2-Clause
#include "lib/fmt.h"

// Digits of the largest word in decimal.
#define DEC_MAX 20

void fmt_init(struct fmt *f, char *buf, size_t room)
{
    f->buf = buf;
    f->room = room;
    f->len = 0;
    f->cut = false;
    f->buf[0] = '\0';
}

void fmt_char(struct fmt *f, char c)
{
    // Once cut, always cut: what is kept stays a prefix of what was meant.
    if (f->cut || f->room - f->len <= 1) {
        f->cut = true;
        return;
    }
    f->buf[f->len++] = c;
    f->buf[f->len] = '\0';
}

void fmt_str(struct fmt *f, const char *s)
{
    for (; *s != '\0'; s++) {
        fmt_char(f, *s);
    }
}

void fmt_strn(struct fmt *f, const char *s, size_t n)
{
    for (; n != 0 && *s != '\0'; n--, s++) {
        fmt_char(f, *s);
    }
}

void fmt_u64_pad(struct fmt *f, uint64_t x, unsigned width, char fill)
{
    char digits[DEC_MAX];
    unsigned n = 0;
    do {
        digits[n++] = (char)('0' + x % 10);
        x /= 10;
    } while (x != 0);
    for (unsigned i = n; i < width; i++) {
        fmt_char(f, fill);
    }
    while (n != 0) {
        fmt_char(f, digits[--n]);
    }
}

void fmt_u64(struct fmt *f, uint64_t x)
{
    fmt_u64_pad(f, x, 0, ' ');
}

void fmt_i64(struct fmt *f, int64_t x)
{
    if (x < 0) {
        fmt_char(f, '-');
        fmt_u64(f, -(uint64_t)x);
    } else {
        fmt_u64(f, (uint64_t)x);
    }
}

void fmt_hex(struct fmt *f, uint64_t x)
{
    unsigned digits = 1;
    while (digits < 16 && x >> (4 * digits) != 0) {
        digits++;
    }
    fmt_str(f, "0x");
    while (digits != 0) {
        digits--;
        fmt_char(f, "0123456789abcdef"[x >> (4 * digits) & 0xf]);
    }
}
