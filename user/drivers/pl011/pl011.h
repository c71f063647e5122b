// SPDX-License-Identifier: BSD-2-Clause
//
// The serial port: a queue of characters that the interrupt empties, and one that it fills. It
// waits for nothing and makes no system call.
//
//    put ──► | out queue | ──► transmit FIFO ──► wire ──► receive FIFO ──► | in queue | ──► take
//
// Nothing that is typed is lost: while the queue is full, the device keeps the characters, and then
// whoever sends them.
#pragma once

#include <kaal/pl011.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    PL011_OUT_SIZE = 4096,
    PL011_IN_SIZE = 256,
};

struct pl011 {
    volatile struct pl011_registers *regs;

    // Invariant: used <= PL011_OUT_SIZE; the transmit interrupt is enabled exactly while used > 0.
    char out[PL011_OUT_SIZE];
    uint32_t first;
    uint32_t used;

    // Invariant: in_used <= PL011_IN_SIZE; the receive interrupts are enabled exactly while it is
    // less.
    char in[PL011_IN_SIZE];
    uint32_t in_first;
    uint32_t in_used;
};

// Resets the interrupts, keeps the speed and the FIFOs that the firmware set, and enables both
// directions. What others have written to the port goes out first; what is typed before and
// meanwhile is kept.
void pl011_open(struct pl011 *port, volatile struct pl011_registers *regs);

// Free characters in the output queue.
uint32_t pl011_room(const struct pl011 *port);

// Queues `length` characters, at most pl011_room(), and starts them on their way.
void pl011_put(struct pl011 *port, const char *text, uint32_t length);

// To be called for every interrupt of the device, before it is acknowledged.
void pl011_interrupt(struct pl011 *port);

// Has everything left the machine?
bool pl011_idle(const struct pl011 *port);

// The next character that was typed; false if there is none. One that was damaged on the way comes
// as '?'.
bool pl011_take(struct pl011 *port, char *c);
