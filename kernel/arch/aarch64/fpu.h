// SPDX-License-Identifier: BSD-2-Clause
//
// The vector registers, switched lazily.
//
// Most components are built without floating point, and a save and restore is 1 KiB of memory
// traffic. So the registers stay with their owner until another thread uses them: that traps, and
// only then are they exchanged. The price is one trap for each change of owner, which is paid only
// where both sides of a switch compute with vectors.
//
//   owner --> context whose vector registers the processor holds (NULL: nobody's)
//
// Invariant F1: EL0 may use the vector unit iff the current thread is the owner and is allowed to.
#pragma once

#include <stdbool.h>

struct arch_context;

// The current thread used the vector unit and was trapped. False if it may not use it.
bool fpu_trap(void);

// Boot: EL0 is trapped, the kernel is not.
void fpu_init(void);
