// SPDX-License-Identifier: BSD-2-Clause
//
// The serial port: a queue of characters that the interrupt empties, and a line of input that it
// fills. It waits for nothing and makes no system call.
//
//    put ──► | out queue | ──► transmit FIFO ──► wire ──► receive FIFO ──► | line | ──► take_line
#pragma once

#include <kaal/pl011.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PL011_OUT_SIZE = 4096,
    PL011_LINE_SIZE = 128, // of input, its NUL included

    // Characters that one interrupt takes at most: more than any FIFO holds, so only a device that
    // never runs empty is cut off, instead of keeping us for ever.
    PL011_READS_MAX = 256,
};

struct pl011 {
    volatile struct pl011_registers *regs;

    // Invariant: used <= PL011_OUT_SIZE; the transmit interrupt is enabled exactly while used > 0.
    char out[PL011_OUT_SIZE];
    uint32_t first;
    uint32_t used;

    char line[PL011_LINE_SIZE];
    uint32_t line_length;
    bool line_done; // `line` waits to be taken; further input is dropped and counted
    uint32_t dropped;
};

// Resets the interrupts, keeps the speed that the firmware set, and enables both directions. What
// others have written to the port goes out first.
void pl011_open(struct pl011 *port, volatile struct pl011_registers *regs);

// Free characters in the output queue.
uint32_t pl011_room(const struct pl011 *port);

// Queues `length` characters, at most pl011_room(), and starts them on their way.
void pl011_put(struct pl011 *port, const char *text, uint32_t length);

// To be called for every interrupt of the device, before it is acknowledged.
void pl011_interrupt(struct pl011 *port);

// Has everything left the machine?
bool pl011_idle(const struct pl011 *port);

// A line of input, without its end, if one is complete. Unprintable characters are '?'; what does
// not fit is cut. `text` has PL011_LINE_SIZE bytes.
bool pl011_take_line(struct pl011 *port, char *text);
