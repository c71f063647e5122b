// SPDX-License-Identifier: BSD-2-Clause

#include "pl011.h"

#include <lib/mem.h>

uint32_t pl011_room(const struct pl011 *port)
{
    return PL011_OUT_SIZE - port->used;
}

// Interrupts for what can be done: send what waits, receive what there is room for.
static void set_mask(struct pl011 *port)
{
    uint32_t receive = port->in_used < PL011_IN_SIZE ? PL011_INT_RX | PL011_INT_RT : 0;
    kaal_write(&port->regs->imsc, receive | (port->used > 0 ? PL011_INT_TX : 0));
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
    set_mask(port);
}

void pl011_put(struct pl011 *port, const char *text, uint32_t length)
{
    for (uint32_t i = 0; i < length && port->used < PL011_OUT_SIZE; i++) {
        port->out[(port->first + port->used) % PL011_OUT_SIZE] = text[i];
        port->used++;
    }
    transmit(port);
}

// What the FIFO has, as far as there is room; so a device that never runs empty does not keep us.
static void receive(struct pl011 *port)
{
    volatile struct pl011_registers *regs = port->regs;
    while (port->in_used < PL011_IN_SIZE && (kaal_read(&regs->fr) & PL011_FR_RXFE) == 0) {
        uint32_t data = kaal_read(&regs->dr);
        char c = (char)((data & PL011_DR_ERRORS) == 0 ? data & 0xff : '?');
        port->in[(port->in_first + port->in_used) % PL011_IN_SIZE] = c;
        port->in_used++;
    }
}

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
    // Whoever turns the FIFOs on or off empties them, while somebody may be typing: they stay as
    // they are. Without them each character interrupts.
    kaal_write(&regs->lcr_h, (kaal_read(&regs->lcr_h) & PL011_LCR_FEN) | PL011_LCR_WLEN8);
    kaal_write(&regs->cr, PL011_CR_UARTEN | PL011_CR_TXE | PL011_CR_RXE);
    kaal_write(&regs->imsc, PL011_INT_RX | PL011_INT_RT);
    // What came before interrupts no more.
    receive(port);
}

void pl011_interrupt(struct pl011 *port)
{
    // Cleared first: what happens from here on interrupts again.
    kaal_write(&port->regs->icr, kaal_read(&port->regs->mis));
    receive(port);
    transmit(port);
}

bool pl011_idle(const struct pl011 *port)
{
    return port->used == 0 && (kaal_read(&port->regs->fr) & PL011_FR_BUSY) == 0;
}

bool pl011_take(struct pl011 *port, char *c)
{
    if (port->in_used == 0) {
        return false;
    }
    bool full = port->in_used == PL011_IN_SIZE;
    *c = port->in[port->in_first];
    port->in_first = (port->in_first + 1) % PL011_IN_SIZE;
    port->in_used--;
    if (full) {
        // What came while it was full does not interrupt again.
        receive(port);
        set_mask(port);
    }
    return true;
}
