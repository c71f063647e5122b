// SPDX-License-Identifier: BSD-2-Clause
//
// Address-space identifiers.
//
//   asid   15..9 pool   8..0 entry
//
//   kernel.asid_pools[pool] --> 512 words: word 0 of a VSpace capability, 0: free
//
// That word has the ASID and the root table in it: a VSpace capability is good if its ASID's entry
// is the same word, and no capability at all is found equal to the entry of ASID 0.
//
// Invariant A1: entry e of pool p holds a word iff a VSpace capability with that word exists, and
//               the word says ASID p*512+e.
// Invariant A2: ASID 0 is never assigned: it means "not mapped" in capabilities, and entry 0 of
//               pool 0 stays free.
// Invariant A3: pool p is in use iff a capability to it exists that says so.
#pragma once

#include "kernel/addr.h"
#include "kernel/cap.h"
#include "kernel/kernel.h"
#include "kernel/syscall.h"

MUST_CHECK seL4_Error asid_control_decode(struct syscall *sys);
MUST_CHECK seL4_Error asid_pool_decode(struct syscall *sys);

// The entry of an ASID; 0 if it is not in use.
static inline uint64_t asid_entry(uint64_t asid)
{
    const uint64_t *entries = kernel.asid_pools[asid >> ASID_POOL_BITS];
    return entries == NULL ? 0 : entries[asid & ((1u << ASID_POOL_BITS) - 1)];
}

// Root table of an address space; 0 if the ASID is not in use.
static inline paddr_t asid_root(uint64_t asid)
{
    return cap_base((struct cap){{asid_entry(asid)}});
}

// The pool at `base` takes entry `index` of the table of pools.
void asid_pool_install(unsigned index, paddr_t base);

// The lowest free ASID of a pool, 0 if it is full.
uint64_t asid_pool_free_entry(unsigned pool);

// The ASID that a VSpace capability has is its own from now on.
void asid_assign(struct cap space);

// Frees the ASID of a VSpace capability if it still is its own.
void asid_release(struct cap space);

// The last capability to a pool is deleted: all its ASIDs are freed.
void asid_pool_destroy(struct cap cap);
