// SPDX-License-Identifier: BSD-2-Clause
//
// The host port: the inline functions of the contract kernel/plat.h.
#pragma once

#include "kernel/plat.h"

// plat.c
ticks_t host_time_now(void);
void host_timer_set(ticks_t deadline);
void host_irq_set_mask(unsigned irq, bool masked);
unsigned host_irq_claim(void);
void host_irq_end(unsigned irq);

static inline void plat_irq_mask(unsigned irq)
{
    host_irq_set_mask(irq, true);
}

static inline void plat_irq_unmask(unsigned irq)
{
    host_irq_set_mask(irq, false);
}

static inline unsigned plat_irq_claim(void)
{
    return host_irq_claim();
}

static inline void plat_irq_end(unsigned irq)
{
    host_irq_end(irq);
}

static inline unsigned plat_timer_irq(void)
{
    return HOST_TIMER_IRQ;
}

static inline ticks_t plat_time_now(void)
{
    return host_time_now();
}

static inline void plat_timer_set(ticks_t now, ticks_t deadline)
{
    (void)now;
    host_timer_set(deadline);
}

static inline ticks_t plat_us_to_ticks(uint64_t us)
{
    return us * PLAT_TICKS_PER_MS / PLAT_US_PER_MS;
}

static inline uint64_t plat_ticks_to_us(ticks_t ticks)
{
    return ticks * PLAT_US_PER_MS / PLAT_TICKS_PER_MS;
}
