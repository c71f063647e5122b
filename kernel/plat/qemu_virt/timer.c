// SPDX-License-Identifier: BSD-2-Clause
//
// The clock: the virtual counter of the generic timer, and its comparator (plat_inline.h).
#include "kernel/plat.h"

uint64_t timer_control;
