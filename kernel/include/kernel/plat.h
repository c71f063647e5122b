// SPDX-License-Identifier: BSD-2-Clause
//
// What the core asks of a platform port: interrupt controller, clock, debug output, memory. A port
// is a folder kernel/plat/X with these functions and the header "kernel/plat_types.h", which
// defines PLAT_IRQ_COUNT and the conversion constants of the clock.
#pragma once

#include "kernel/addr.h"
#include "kernel/plat_types.h"

#include <stdbool.h>
#include <stdint.h>

typedef uint64_t ticks_t; // of the platform's clock, since an arbitrary start

// --- interrupts --------------------------------------------------------------------------------

enum { PLAT_IRQ_NONE = 0xffff };

// Numbers that user level may ask for are 0 .. PLAT_IRQ_COUNT-1.
static inline void plat_irq_mask(unsigned irq);
static inline void plat_irq_unmask(unsigned irq);
void plat_irq_set_trigger(unsigned irq, bool edge);
// The interrupt that is signalled now, acknowledged, or PLAT_IRQ_NONE. Each number returned is
// given back by plat_irq_end.
static inline unsigned plat_irq_claim(void);
static inline void plat_irq_end(unsigned irq);
// User level has handled it (IRQHandler_Ack): it may be signalled again.
void plat_irq_handled(unsigned irq);
// Whether an interrupt waits (asked at preemption points); claims nothing.
bool plat_irq_pending(void);
// Interrupts that the kernel keeps for itself; user level gets RevokeFirst.
bool plat_irq_reserved(unsigned irq);
void plat_sgi_send(unsigned number, unsigned target);
// Targets that a software-generated interrupt can name are 0 .. plat_sgi_targets()-1.
unsigned plat_sgi_targets(void);

// --- time --------------------------------------------------------------------------------------

static inline ticks_t plat_time_now(void);
// An interrupt `plat_timer_irq` at `deadline` or at once if that is past; replaces the previous
// one. `now`: a recent time.
static inline void plat_timer_set(ticks_t now, ticks_t deadline);
static inline unsigned plat_timer_irq(void);
static inline ticks_t plat_us_to_ticks(uint64_t us);
static inline uint64_t plat_ticks_to_us(ticks_t ticks);

// --- output ------------------------------------------------------------------------------------

void plat_putc(char c);         // only called in configurations with printing
_Noreturn void plat_halt(void); // powers the machine off where it can

// The platform as the boot line reports it, in words key=value separated by spaces ("gic=2").
const char *plat_description(void);

// --- memory, found at boot ---------------------------------------------------------------------

struct plat_range {
    paddr_t start;
    paddr_t end; // exclusive
};

// By the architecture, before everything else: finds memory and devices, sets up interrupts and
// output. `tree`: the loader's device tree, NULL if there is none.
void plat_boot(const void *tree, uint64_t size);

// RAM, in address order.
unsigned plat_ram_count(void);
struct plat_range plat_ram(unsigned index);
// Device memory that the kernel keeps (interrupt controller): withheld from user level. Address
// order.
unsigned plat_kernel_device_count(void);
struct plat_range plat_kernel_device(unsigned index);

#include "kernel/plat_inline.h" // the static inline functions above
