// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/cspace.h"

#include "kernel/arch.h"
#include "kernel/tcb.h"

enum { ADDRESS_BITS = 64 };

// The `count` bits of `word` below bit `top`.
static uint64_t bits_below(uint64_t word, uint64_t top, uint64_t count)
{
    if (count == 0) {
        return 0;
    }
    return (word >> (top - count)) & (~UINT64_C(0) >> (ADDRESS_BITS - count));
}

// One step of a resolution: the slot that the next bits of `address` select in `cnode`. `*left` of
// them are not used yet.
static bool cnode_step(struct cap cnode, cptr_t address, uint64_t *left, struct slot **slot,
                       struct lookup_failure *failure)
{
    const uint64_t guard_size = cap_get(cnode, CAP_GUARD_SIZE);
    const uint64_t guard = cap_get(cnode, CAP_GUARD);
    const uint64_t radix = cap_size_bits(cnode);
    if (guard_size > *left || bits_below(address.raw, *left, guard_size) != guard) {
        *failure = (struct lookup_failure){.kind = LOOKUP_GUARD_MISMATCH,
                                           .bits_left = (uint32_t)*left,
                                           .bits_found = (uint32_t)guard_size,
                                           .guard_found = guard};
        return false;
    }
    if (guard_size + radix > *left) {
        *failure = (struct lookup_failure){.kind = LOOKUP_DEPTH_MISMATCH,
                                           .bits_left = (uint32_t)*left,
                                           .bits_found = (uint32_t)(guard_size + radix)};
        return false;
    }
    *left -= guard_size;
    *slot = cnode_slots(cnode) + bits_below(address.raw, *left, radix);
    *left -= radix;
    return true;
}

// Follows CNodes from `root` until the `*left` low bits of `address` are used up or the slot found
// holds no CNode. Every CNode uses at least one bit: its radix is not 0.
static bool resolve(struct cap root, cptr_t address, uint64_t *left, struct slot **slot,
                    struct lookup_failure *failure)
{
    if (cap_type(root) != CAP_CNODE) {
        *failure = (struct lookup_failure){.kind = LOOKUP_INVALID_ROOT};
        return false;
    }
    struct cap cnode = root;
    do {
        if (!cnode_step(cnode, address, left, slot, failure)) {
            return false;
        }
        cnode = (*slot)->cap;
    } while (*left > 0 && cap_type(cnode) == CAP_CNODE);
    return true;
}

bool cspace_lookup_steps(struct cap root, cptr_t address, struct slot **slot,
                         struct lookup_failure *failure)
{
    uint64_t left = ADDRESS_BITS;
    return resolve(root, address, &left, slot, failure);
}

bool cspace_lookup_exact(struct cap root, cptr_t address, uint64_t depth, struct slot **slot,
                         struct lookup_failure *failure)
{
    ASSERT(depth >= 1 && depth <= ADDRESS_BITS);
    uint64_t left = depth;
    if (!resolve(root, address, &left, slot, failure)) {
        return false;
    }
    if (left > 0) {
        *failure =
            (struct lookup_failure){.kind = LOOKUP_DEPTH_MISMATCH, .bits_left = (uint32_t)left};
        return false;
    }
    return true;
}

seL4_Error cspace_lookup_slot(struct syscall *sys, struct cap root, cptr_t index, uint64_t depth,
                              bool source, struct slot **slot)
{
    if (depth == ADDRESS_BITS && cspace_is_direct(root, index.raw)) {
        *slot = cnode_slots(root) + index.raw;
        return seL4_NoError;
    }
    if (cap_type(root) != CAP_CNODE) {
        return syscall_failed_lookup(sys, source,
                                     (struct lookup_failure){.kind = LOOKUP_INVALID_ROOT});
    }
    if (depth < 1 || depth > ADDRESS_BITS) {
        return syscall_range(sys, 1, ADDRESS_BITS);
    }
    struct lookup_failure failure;
    if (!cspace_lookup_exact(root, index, depth, slot, &failure)) {
        return syscall_failed_lookup(sys, source, failure);
    }
    return seL4_NoError;
}
