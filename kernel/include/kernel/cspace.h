// SPDX-License-Identifier: BSD-2-Clause
//
// Capability spaces: how an address becomes a slot.
//
// A CNode capability resolves guard size + radix bits of the address, highest first; the slot found
// may hold the next CNode:
//
//   address   | guard |  index  | guard |  index  | left over |
//               CNode capability  the next, in     ends at a slot that
//               at the root       the slot found   holds no CNode
#pragma once

#include "kernel/syscall.h"

// The slots of a CNode (or of a zombie that was one).
struct slot *cnode_slots(struct cap cnode);
uint64_t cnode_slot_count(struct cap cnode);

// Resolves `address` for invocation and IPC: 64 bits deep, in the thread's CSpace; bits left over
// are ignored, and an empty slot is a result.
MUST_CHECK bool cspace_lookup(struct tcb *tcb, cptr_t address, struct slot **slot,
                              struct lookup_failure *failure);

// Resolves the `depth` low bits of `address`, all of them, 1 <= depth <= 64: the receive slot of an
// IPC.
MUST_CHECK bool cspace_lookup_exact(struct cap root, cptr_t address, uint64_t depth,
                                    struct slot **slot, struct lookup_failure *failure);

// Resolves a slot that an invocation names by (root, index, depth), with the invocation's errors.
// `source`: which root FailedLookup names.
MUST_CHECK seL4_Error cspace_lookup_slot(struct syscall *sys, struct cap root, cptr_t index,
                                         uint64_t depth, bool source, struct slot **slot);
