// SPDX-License-Identifier: BSD-2-Clause
//
// Crashes when it is signalled, and leaves a reading of the counter before and at its next init().
// Its memory has 64 KiB, for a restart to clean.

#include "marks.h"

enum { MEMORY = 0xf000 };

// The compiler must not know where it leads.
static volatile uint8_t *volatile nowhere;

static uint8_t memory[MEMORY];

void init(void)
{
    const uint64_t now = counter();
    marks_open()->reached = now;
}

void notified(seL4_Word bits)
{
    (void)bits;
    volatile struct marks *marks = marks_open();
    memory[MEMORY - 1] = 1;
    marks->left = counter();
    *nowhere = memory[MEMORY - 1]; // NOLINT(clang-analyzer-core.NullDereference): it is to fault
}
