// SPDX-License-Identifier: BSD-2-Clause
//
// The simulated machine as its user sees it: a clock that moves when told to, interrupts that are
// raised by hand, output that is kept.
#pragma once

#include "kernel/plat.h"

enum { HOST_OUTPUT_SIZE = 4096, HOST_RAM_RANGES = 4 };

struct host_machine {
    ticks_t now;
    ticks_t deadline; // of the timer
    ticks_t drift; // added to `now` each time the clock is read: time passes inside the kernel too

    bool raised[PLAT_IRQ_COUNT]; // the device asks
    bool masked[PLAT_IRQ_COUNT];
    bool active[PLAT_IRQ_COUNT]; // claimed, not ended
    bool edge[PLAT_IRQ_COUNT];
    unsigned sgi_number; // last one sent
    unsigned sgi_target;
    unsigned sgi_count;

    char output[HOST_OUTPUT_SIZE]; // of the kernel; cut when full, always terminated
    unsigned output_length;

    struct plat_range ram[HOST_RAM_RANGES];
    unsigned ram_count;

    // Called by plat_halt() instead of ending the program; must not return.
    void (*halt)(void);
    // Called by plat_putc() instead of keeping the output.
    void (*putc)(char c);
};

extern struct host_machine host_machine;

// Power-on state: time 1, all interrupts but the timer's masked, RAM the whole arena
// (kernel/arch_host.h).
void host_machine_reset(void);

// Time passes. The timer's interrupt is raised when its deadline has come.
void host_advance(ticks_t ticks);

// A device asks for attention.
void host_irq_raise(unsigned irq);

// A device asks for as long as its line is high.
void host_irq_line(unsigned irq, bool high);

// Whether the processor would take an interrupt now.
bool host_irq_waits(void);
