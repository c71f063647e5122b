// SPDX-License-Identifier: BSD-2-Clause
//
// The clock: the virtual counter of the generic timer, and its comparator.
#include "kernel/plat.h"
#include "kernel/sysreg.h"

enum { VIRTUAL_TIMER_PPI = 27, CTL_ENABLE = 1 };

ticks_t plat_time_now(void)
{
    // Not before what comes before it.
    barrier_instruction();
    return sysreg_read(cntvct_el0);
}

void plat_timer_set(ticks_t deadline)
{
    sysreg_write(cntv_cval_el0, deadline);
    sysreg_write(cntv_ctl_el0, CTL_ENABLE);
    barrier_instruction();
}

unsigned plat_timer_irq(void)
{
    return VIRTUAL_TIMER_PPI;
}
