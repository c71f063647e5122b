// SPDX-License-Identifier: BSD-2-Clause
//
// The Arm PrimeCell Real Time Clock (PL031), after its Technical Reference Manual (DDI 0224),
// chapter 3: a counter of seconds that the machine sets, and a match register that interrupts.
#pragma once

#include <kaal/io.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pl031_registers {
    kaal_ro32 dr;   // data: seconds
    kaal_rw32 mr;   // match
    kaal_rw32 lr;   // load: sets the time
    kaal_rw32 cr;   // control: bit 0 starts it, and resets the time if it runs
    kaal_rw32 imsc; // interrupt mask: 1 lets it through
    kaal_ro32 ris;  // raw interrupt status
    kaal_ro32 mis;  // masked interrupt status
    kaal_wo32 icr;  // interrupt clear
};

// Nothing rings until an alarm is set. The time stays as it is.
void pl031_open(volatile struct pl031_registers *regs);

uint32_t pl031_read(volatile struct pl031_registers *regs);

// Interrupts when it is that time. False if it is already: then no interrupt comes.
bool pl031_alarm(volatile struct pl031_registers *regs, uint32_t seconds);
void pl031_silence(volatile struct pl031_registers *regs);

// To be called for every interrupt: was it the alarm? It rings once.
bool pl031_interrupt(volatile struct pl031_registers *regs);

_Static_assert(sizeof(struct pl031_registers) == 0x20, "TRM table 3-1");
