// SPDX-License-Identifier: BSD-2-Clause
//
// Registers of the PL061 (Arm DDI 0190, chapter 3), as far as they are used here.
#pragma once

#include "marks.h"

#include <stddef.h>

struct pl061 {
    uint32_t data[0x100]; // one word for each set of lines
    uint32_t dir;         // 1: output
    uint32_t is;          // 1: the level is the cause of an interrupt, not its change
    uint32_t ibe;
    uint32_t iev; // 1: the high level
    uint32_t ie;  // 1: lets the interrupt through
};

enum { PL061_LINE_0 = 1 };

_Static_assert(offsetof(struct pl061, ie) == 0x410, "DDI 0190, table 3-1");
