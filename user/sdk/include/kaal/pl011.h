// SPDX-License-Identifier: BSD-2-Clause
//
// Registers of the Arm PrimeCell UART (PL011), after its Technical Reference Manual (DDI 0183),
// chapter 3; and the one use of them that needs no interrupt: to put out a character at boot.
#pragma once

#include <kaal/io.h>

#include <stddef.h>
#include <stdint.h>

struct pl011_registers {
    uint32_t dr;  // data; a read's bits 8 to 11 are errors
    uint32_t rsr; // receive status
    uint32_t unused0[4];
    uint32_t fr; // flags
    uint32_t unused1;
    uint32_t ilpr;
    uint32_t ibrd;
    uint32_t fbrd;
    uint32_t lcr_h; // line control
    uint32_t cr;    // control
    uint32_t ifls;  // FIFO levels at which interrupts come
    uint32_t imsc;  // interrupt mask: 1 lets it through
    uint32_t ris;   // raw interrupt status
    uint32_t mis;   // masked interrupt status
    uint32_t icr;   // interrupt clear
    uint32_t dmacr;
};

enum pl011_bits {
    PL011_FR_BUSY = 1u << 3,
    PL011_FR_RXFE = 1u << 4, // receive FIFO empty
    PL011_FR_TXFF = 1u << 5, // transmit FIFO full

    PL011_DR_ERRORS = 0xfu << 8,

    PL011_LCR_FEN = 1u << 4,
    PL011_LCR_WLEN8 = 3u << 5,

    PL011_CR_UARTEN = 1u << 0,
    PL011_CR_TXE = 1u << 8,
    PL011_CR_RXE = 1u << 9,

    PL011_INT_RX = 1u << 4,
    PL011_INT_TX = 1u << 5,
    PL011_INT_RT = 1u << 6, // receive timeout: characters below the FIFO level
    PL011_INT_ALL = 0x7ffu,
};

// How long a FIFO may take to empty a place: polling gives up after it, so that a device that never
// becomes ready costs characters, not the system.
#define PL011_POLLS_MAX 1000000u

static inline void pl011_poll_putc(volatile struct pl011_registers *uart, char c)
{
    for (uint32_t polls = 0; (kaal_io_load(&uart->fr, sizeof(uart->fr)) & PL011_FR_TXFF) != 0;
         polls++) {
        if (polls == PL011_POLLS_MAX) {
            return;
        }
    }
    kaal_io_store(&uart->dr, sizeof(uart->dr), (unsigned char)c);
}

// One line with its end.
static inline void pl011_poll_line(volatile struct pl011_registers *uart, const char *prefix,
                                   const char *text)
{
    for (const char *p = prefix; *p != '\0'; p++) {
        pl011_poll_putc(uart, *p);
    }
    for (const char *p = text; *p != '\0'; p++) {
        pl011_poll_putc(uart, *p);
    }
    pl011_poll_putc(uart, '\r');
    pl011_poll_putc(uart, '\n');
}

_Static_assert(offsetof(struct pl011_registers, fr) == 0x18, "TRM table 3-1");
_Static_assert(offsetof(struct pl011_registers, lcr_h) == 0x2c, "TRM table 3-1");
_Static_assert(offsetof(struct pl011_registers, imsc) == 0x38, "TRM table 3-1");
_Static_assert(offsetof(struct pl011_registers, icr) == 0x44, "TRM table 3-1");
