// SPDX-License-Identifier: BSD-2-Clause
//
// The whole state of the kernel against its invariants, as docs/invariants.md numbers them.
//
// Between two entries, and at each preemption point, all of them hold. The checker finds every slot
// that can be reached (threads, CNodes, interrupts, and the derivation lists that lead on from
// there), takes stock of the objects that the capabilities name, and checks each.
#pragma once

#include "kernel/slot.h"

// Slots that exist though perhaps nobody can reach them, until memory is reset: the initial task's
// root CNode, which lies in no untyped memory.
void kernel_ok_root(const struct slot *slots, uint64_t count);

// The first invariant that does not hold, "D1: ...", or NULL. The text is good until the next call.
const char *kernel_ok(void);

// Also what takes time: that free memory is zero (U3).
const char *kernel_ok_all(void);
