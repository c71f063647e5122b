// SPDX-License-Identifier: BSD-2-Clause
//
// The debug console, which is the kernel's.

#include <microkit.h>

void microkit_dbg_putc(int c)
{
    kaal_try_debug_putchar((char)c);
}

void microkit_dbg_puts(const char *s)
{
    for (; *s != '\0'; s++) {
        microkit_dbg_putc(*s);
    }
}

void microkit_dbg_put32(seL4_Uint32 x)
{
    enum { DIGITS = 10 };
    char text[DIGITS + 1];
    char *first = &text[DIGITS];
    *first = '\0';
    do {
        *--first = (char)('0' + x % 10);
        x /= 10;
    } while (x != 0);
    microkit_dbg_puts(first);
}

void microkit_dbg_put8(seL4_Uint8 x)
{
    microkit_dbg_put32(x);
}
