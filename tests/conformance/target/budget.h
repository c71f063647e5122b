// SPDX-License-Identifier: BSD-2-Clause
//
// Threads with a limited budget, for cases about time. Times are compared with each other, never
// with a clock of the host.
#pragma once

#include "case.h"

enum { BADGE = 0x5a5a }; // of limited contexts, told by timeout faults

#define BUDGET 1000UL // microseconds
#define PERIOD 10000UL

// A thread that may run for BUDGET in each PERIOD.
struct thread limited(seL4_Word priority);

// Microseconds since the last time.
seL4_Word consumed(seL4_CPtr sc);

// Spends about this many microseconds of the case's own time.
void spend(seL4_Word us);

// Threads that count in `counter` until `stop`; limited() sets both back.
extern volatile seL4_Word counter;
extern volatile bool stop;
seL4_Word spin(seL4_Word ignored);
seL4_Word yield_often(seL4_Word ignored);
