// SPDX-License-Identifier: BSD-2-Clause
//
// What voters and tally agree on.
#pragma once

#include "../demo/demo.h"

enum { VOTERS = 64 };

// The number in a voter's name, as in v07.
static inline unsigned ballot_number(const char *name)
{
    return ((unsigned)(name[1] - '0') * 10 + (unsigned)(name[2] - '0')) % VOTERS;
}
