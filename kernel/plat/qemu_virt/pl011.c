// SPDX-License-Identifier: BSD-2-Clause
#include "pl011.h"

#include "kernel/plat.h"

#include <stddef.h>

enum { UARTDR = 0x00 / 4, UARTFR = 0x18 / 4, FR_TRANSMIT_FULL = 1 << 5, PATIENCE = 1 << 16 };

volatile uint32_t *pl011;

// The device is user level's, which may have switched it off: then there never is room.
static void put(char c)
{
    for (unsigned i = 0; (pl011[UARTFR] & FR_TRANSMIT_FULL) != 0; i++) {
        if (i == PATIENCE) {
            return;
        }
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
