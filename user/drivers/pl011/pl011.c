// SPDX-License-Identifier: BSD-2-Clause

#include "pl011.h"

#include <lib/mem.h>

void pl011_open(struct pl011 *port, volatile struct pl011_registers *regs)
{
    memset(port, 0, sizeof(*port));
    port->regs = regs;
    kaal_write(&regs->imsc, 0);
    // The line control must not change while the port is on, nor the port go off within a
    // character.
    for (uint32_t polls = 0; !pl011_idle(port) && polls < PL011_POLLS_MAX; polls++) {
    }
    kaal_write(&regs->cr, 0);
    kaal_write(&regs->icr, PL011_INT_ALL);
    kaal_write(&regs->lcr_h, PL011_LCR_FEN | PL011_LCR_WLEN8);
    kaal_write(&regs->cr, PL011_CR_UARTEN | PL011_CR_TXE | PL011_CR_RXE);
    kaal_write(&regs->imsc, PL011_INT_RX | PL011_INT_RT);
}

uint32_t pl011_room(const struct pl011 *port)
{
    return PL011_OUT_SIZE - port->used;
}

// As much as the FIFO takes. What is left follows when it interrupts.
static void transmit(struct pl011 *port)
{
    volatile struct pl011_registers *regs = port->regs;
    while (port->used > 0 && (kaal_read(&regs->fr) & PL011_FR_TXFF) == 0) {
        kaal_write(&regs->dr, (unsigned char)port->out[port->first]);
        port->first = (port->first + 1) % PL011_OUT_SIZE;
        port->used--;
    }
    uint32_t mask = PL011_INT_RX | PL011_INT_RT;
    kaal_write(&regs->imsc, port->used > 0 ? mask | PL011_INT_TX : mask);
}

void pl011_put(struct pl011 *port, const char *text, uint32_t length)
{
    for (uint32_t i = 0; i < length && port->used < PL011_OUT_SIZE; i++) {
        port->out[(port->first + port->used) % PL011_OUT_SIZE] = text[i];
        port->used++;
    }
    transmit(port);
}

static void receive_char(struct pl011 *port, char c)
{
    if (port->line_done) {
        port->dropped++;
    } else if (c == '\n' || c == '\r') {
        // An empty line is the second half of "\r\n", or nothing that anyone waits for.
        port->line_done = port->line_length > 0;
    } else if (port->line_length < PL011_LINE_SIZE - 1) {
        port->line[port->line_length] = (char)(c >= ' ' && c <= '~' ? c : '?');
        port->line_length++;
    }
}

void pl011_interrupt(struct pl011 *port)
{
    volatile struct pl011_registers *regs = port->regs;
    // Cleared first: what happens from here on interrupts again.
    kaal_write(&regs->icr, kaal_read(&regs->mis));
    for (uint32_t n = 0; n < PL011_READS_MAX && (kaal_read(&regs->fr) & PL011_FR_RXFE) == 0; n++) {
        uint32_t data = kaal_read(&regs->dr);
        receive_char(port, (char)((data & PL011_DR_ERRORS) == 0 ? data & 0xff : '?'));
    }
    transmit(port);
}

bool pl011_idle(const struct pl011 *port)
{
    return port->used == 0 && (kaal_read(&port->regs->fr) & PL011_FR_BUSY) == 0;
}

bool pl011_take_line(struct pl011 *port, char *text)
{
    if (!port->line_done) {
        return false;
    }
    memcpy(text, port->line, port->line_length);
    text[port->line_length] = '\0';
    port->line_length = 0;
    port->line_done = false;
    return true;
}
