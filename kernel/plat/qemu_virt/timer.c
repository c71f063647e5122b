// SPDX-License-Identifier: BSD-2-Clause
//
// The clock: the virtual counter of the generic timer, and its comparator (plat_inline.h).
#include "kernel/plat.h"

enum { VIRTUAL_TIMER_PPI = 27 };

uint64_t timer_control;

unsigned plat_timer_irq(void)
{
    return VIRTUAL_TIMER_PPI;
}
