// SPDX-License-Identifier: BSD-2-Clause
#include "pl011.h"

#include "kernel/plat.h"

#include <stddef.h>

enum { UARTDR = 0x00 / 4, UARTFR = 0x18 / 4, FR_TRANSMIT_FULL = 1 << 5 };

volatile uint32_t *pl011;

static void put(char c)
{
    while ((pl011[UARTFR] & FR_TRANSMIT_FULL) != 0) {
    }
    pl011[UARTDR] = (unsigned char)c;
}

void plat_putc(char c)
{
    if (pl011 == NULL) {
        return;
    }
    if (c == '\n') {
        put('\r');
    }
    put(c);
}
