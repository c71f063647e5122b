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
#include "kernel/tcb.h"

// The slots of a CNode (or of a zombie that was one).
static inline struct slot *cnode_slots(struct cap cnode)
{
    return arch_ptr(cap_address(cnode));
}

static inline uint64_t cnode_slot_count(struct cap cnode)
{
    return UINT64_C(1) << cap_size_bits(cnode);
}

// Whether all 64 bits of `address` name a slot of `root` itself, which has a guard of zeros: so it
// is in most capability spaces. That slot's number then is the address.
static inline bool cspace_is_direct(struct cap root, uint64_t address)
{
    return cap_type(root) == CAP_CNODE && cap_get(root, CAP_DIRECT) != 0 &&
           address >> cap_size_bits(root) == 0;
}

// Resolves `address` for invocation and IPC: 64 bits deep, in the thread's CSpace; bits left over
// are ignored, and an empty slot is a result.
MUST_CHECK bool cspace_lookup_steps(struct cap root, cptr_t address, struct slot **slot,
                                    struct lookup_failure *failure);
MUST_CHECK static inline bool cspace_lookup(const struct tcb *tcb, cptr_t address,
                                            struct slot **slot, struct lookup_failure *failure)
{
    const struct cap root = tcb->slots[TCB_SLOT_CSPACE].cap;
    if (!cspace_is_direct(root, address.raw)) {
        return cspace_lookup_steps(root, address, slot, failure);
    }
    *slot = cnode_slots(root) + address.raw;
    return true;
}

// Resolves the `depth` low bits of `address`, all of them, 1 <= depth <= 64: the receive slot of an
// IPC.
MUST_CHECK bool cspace_lookup_exact(struct cap root, cptr_t address, uint64_t depth,
                                    struct slot **slot, struct lookup_failure *failure);

// Resolves a slot that an invocation names by (root, index, depth), with the invocation's errors.
// `source`: which root FailedLookup names.
MUST_CHECK seL4_Error cspace_lookup_slot(struct syscall *sys, struct cap root, cptr_t index,
                                         uint64_t depth, bool source, struct slot **slot);
