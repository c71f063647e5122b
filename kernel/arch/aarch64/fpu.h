// SPDX-License-Identifier: BSD-2-Clause
//
// The vector registers, switched lazily.
//
// Most components are built without floating point, and a save and restore is 1 KiB of memory
// traffic. So the registers stay with their owner until another thread uses them: that traps, and
// only then are they exchanged. A switch from the owner to another thread that is known to compute
// with vectors exchanges them at once, which spares the trap. A switch from or to the owner closes
// or opens the unit (arch_context_switch); any other leaves it closed.
//
//   fpu_owner --> context whose vector registers the processor holds (NULL: nobody's)
//
// EL0 may use the vector unit iff the current thread is the owner, and the owner is one that is
// allowed to.
#pragma once

#include <stdbool.h>

// The current thread used the vector unit and was trapped. False if it may not use it.
bool fpu_trap(void);

// Boot: EL0 is trapped, the kernel is not.
void fpu_init(void);
