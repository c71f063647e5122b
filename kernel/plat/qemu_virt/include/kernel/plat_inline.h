// SPDX-License-Identifier: BSD-2-Clause
//
// QEMU's "virt" machine: the inline functions of the contract kernel/plat.h.
#pragma once

#include "kernel/gic.h"
#include "kernel/plat.h"
#include "kernel/sysreg.h"

#include <stddef.h>

// --- interrupts ----------------------------------------------------------------------------------

enum { VIRTUAL_TIMER_PPI = 27 };

static inline unsigned plat_timer_irq(void)
{
    return VIRTUAL_TIMER_PPI;
}

static inline void plat_irq_mask(unsigned irq)
{
    gic_write(gic_bank(irq), GICD_ICENABLER + irq / 32 * 4, UINT32_C(1) << irq % 32);
    if (gic.cpu != NULL) {
        barrier_data();
    } else {
        gic_v3_settle(irq);
    }
}

static inline void plat_irq_unmask(unsigned irq)
{
    gic_write(gic_bank(irq), GICD_ISENABLER + irq / 32 * 4, UINT32_C(1) << irq % 32);
}

static inline unsigned plat_irq_claim(void)
{
    gic.claimed = gic.cpu != NULL ? gic_read(gic.cpu, GICC_IAR) : gic_v3_claim();
    const unsigned irq = gic.claimed & GIC_NUMBER_MASK;
    if (irq >= PLAT_IRQ_COUNT) {
        gic_refuse(irq);
        return PLAT_IRQ_NONE;
    }
    return irq;
}

static inline void plat_irq_end(unsigned irq)
{
    (void)irq;
    if (gic.cpu != NULL) {
        gic_write(gic.cpu, GICC_EOIR, gic.claimed);
    } else {
        gic_v3_end(gic.claimed);
    }
}

// --- time ----------------------------------------------------------------------------------------

static inline ticks_t plat_time_now(void)
{
    // Not before what comes before it.
    barrier_instruction();
    return sysreg_read(cntvct_el0);
}

extern uint64_t timer_control; // what CNTV_CTL_EL0 says

// Decades away is never, and for never the comparator is off: QEMU, told to skip idle time
// (-icount sleep=off), would skip to that moment, and on to the end of its own clock, where it
// hangs.
static inline void plat_timer_set(ticks_t now, ticks_t deadline)
{
    const uint64_t control = (int64_t)(deadline - now) < TIMER_NEVER ? 1 : 0;
    sysreg_write(cntv_cval_el0, deadline);
    if (control != timer_control) {
        timer_control = control;
        sysreg_write(cntv_ctl_el0, control);
    }
}

// `us` is at most the longest period (sched_context), so that the product fits.
static inline ticks_t plat_us_to_ticks(uint64_t us)
{
    return us * PLAT_TICKS_PER_MS / PLAT_US_PER_MS;
}

static inline uint64_t plat_ticks_to_us(ticks_t ticks)
{
    return ticks * PLAT_US_PER_MS / PLAT_TICKS_PER_MS;
}
