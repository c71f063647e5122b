// SPDX-License-Identifier: BSD-2-Clause
//
// The serial port (Arm DDI 0183), register by register. Characters leave at once, so the transmit
// FIFO is always empty; the receive FIFO interrupts from the first character on, as QEMU's does.

#include "machine.h"

enum { FIFO = 16 };

enum {
    DR = 0x00,
    FR = 0x18,
    IBRD = 0x24,
    FBRD = 0x28,
    LCR_H = 0x2c,
    CR = 0x30,
    IFLS = 0x34,
    IMSC = 0x38,
    RIS = 0x3c,
    MIS = 0x40,
    ICR = 0x44,
    PERIPH_ID = 0xfe0, // eight identification registers

    FR_RXFE = 1 << 4,
    FR_RXFF = 1 << 6,
    FR_TXFE = 1 << 7,
    LCR_FEN = 1 << 4,
    CR_UARTEN = 1 << 0,
    CR_TXE = 1 << 8,
    CR_RXE = 1 << 9,
    INT_RX = 1 << 4,
    INT_TX = 1 << 5,
};

static struct {
    uint32_t ibrd, fbrd, lcr_h, cr, ifls, imsc, ris;
    char fifo[FIFO];
    unsigned first;
    unsigned used;
} port = {.lcr_h = LCR_FEN, .cr = CR_UARTEN | CR_TXE | CR_RXE, .ifls = 0x12};

static unsigned room(void)
{
    return (port.lcr_h & LCR_FEN) != 0 ? FIFO : 1;
}

static uint32_t take(void)
{
    if (port.used == 0) {
        return 0;
    }
    const char c = port.fifo[port.first];
    port.first = (port.first + 1) % FIFO;
    port.used--;
    port.ris &= ~(uint32_t)INT_RX;
    return (unsigned char)c;
}

bool pl011_receive(char c)
{
    const uint32_t on = CR_UARTEN | CR_RXE;
    if ((port.cr & on) != on || port.used >= room()) {
        return false;
    }
    port.fifo[(port.first + port.used) % FIFO] = c;
    port.used++;
    port.ris |= INT_RX;
    return true;
}

bool pl011_line(void)
{
    return (port.ris & port.imsc) != 0;
}

uint32_t pl011_read(uint32_t offset)
{
    static const uint8_t identification[] = {0x11, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1};
    switch (offset) {
    case DR:
        return take();
    case FR:
        return FR_TXFE | (port.used == 0 ? FR_RXFE : 0u) | (port.used >= room() ? FR_RXFF : 0u);
    case IBRD:
        return port.ibrd;
    case FBRD:
        return port.fbrd;
    case LCR_H:
        return port.lcr_h;
    case CR:
        return port.cr;
    case IFLS:
        return port.ifls;
    case IMSC:
        return port.imsc;
    case RIS:
        return port.ris;
    case MIS:
        return port.ris & port.imsc;
    default:
        return offset >= PERIPH_ID ? identification[(offset - PERIPH_ID) / 4 % 8] : 0;
    }
}

static void transmit(char c)
{
    const uint32_t on = CR_UARTEN | CR_TXE;
    if ((port.cr & on) == on) {
        serial_put(c);
        port.ris |= INT_TX;
    }
}

void pl011_write(uint32_t offset, uint32_t value)
{
    switch (offset) {
    case DR:
        transmit((char)(value & 0xff));
        break;
    case IBRD:
        port.ibrd = value & 0xffff;
        break;
    case FBRD:
        port.fbrd = value & 0x3f;
        break;
    case LCR_H:
        if (((port.lcr_h ^ value) & LCR_FEN) != 0) {
            port.used = 0;
        }
        port.lcr_h = value & 0xff;
        break;
    case CR:
        port.cr = value & 0xffff;
        break;
    case IFLS:
        port.ifls = value & 0x3f;
        break;
    case IMSC:
        port.imsc = value & 0x7ff;
        break;
    case ICR:
        port.ris &= ~value;
        break;
    default:
        break; // read-only, or not there
    }
}
