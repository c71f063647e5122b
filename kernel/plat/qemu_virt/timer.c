// SPDX-License-Identifier: BSD-2-Clause
//
// The clock: the virtual counter of the generic timer, and its comparator.
#include "kernel/plat.h"
#include "kernel/sysreg.h"

enum { VIRTUAL_TIMER_PPI = 27, CTL_ENABLE = 1 };

// Ticks: 18 years at 62.5 MHz.
#define NEVER (UINT64_C(1) << 55)

ticks_t plat_time_now(void)
{
    // Not before what comes before it.
    barrier_instruction();
    return sysreg_read(cntvct_el0);
}

// Decades away is never, and for never the comparator is off: QEMU, told to skip idle time
// (-icount sleep=off), would skip to that moment, and on to the end of its own clock, where it
// hangs.
void plat_timer_set(ticks_t deadline)
{
    const ticks_t now = plat_time_now();
    const bool soon = deadline <= now || deadline - now < NEVER;
    sysreg_write(cntv_cval_el0, deadline);
    sysreg_write(cntv_ctl_el0, soon ? CTL_ENABLE : 0);
    barrier_instruction();
}

unsigned plat_timer_irq(void)
{
    return VIRTUAL_TIMER_PPI;
}
