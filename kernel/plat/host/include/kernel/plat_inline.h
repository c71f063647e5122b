// SPDX-License-Identifier: BSD-2-Clause
//
// The host port: the inline functions of the contract kernel/plat.h.
#pragma once

#include "kernel/plat.h"

// plat.c
ticks_t host_time_now(void);
void host_timer_set(ticks_t deadline);

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
