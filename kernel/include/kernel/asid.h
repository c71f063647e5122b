// SPDX-License-Identifier: BSD-2-Clause
//
// Address-space identifiers.
//
//   asid   15..9 pool   8..0 entry
//
//   kernel.asid_pools[pool] --> 512 words: physical address of a root table, 0: free
//
// Invariant A1: entry e of pool p holds root r iff a VSpace capability (asid p*512+e, root r)
// exists. Invariant A2: ASID 0 is never assigned: it means "not mapped" in capabilities, and entry
// 0 of pool 0
//               stays free.
// Invariant A3: pool p is in use iff a capability to it exists that says so.
#pragma once

#include "kernel/addr.h"
#include "kernel/cap.h"
#include "kernel/syscall.h"

MUST_CHECK seL4_Error asid_control_decode(struct syscall *sys);
MUST_CHECK seL4_Error asid_pool_decode(struct syscall *sys);

// Root table of an address space; 0 if the ASID is not in use.
paddr_t asid_root(uint64_t asid);

// The pool at `base` takes entry `index` of the table of pools.
void asid_pool_install(unsigned index, paddr_t base);

// The lowest free ASID of a pool, 0 if it is full.
uint64_t asid_pool_free_entry(unsigned pool);

void asid_assign(uint64_t asid, paddr_t root);

// Frees the ASID if it still belongs to `root`.
void asid_release(uint64_t asid, paddr_t root);

// The last capability to a pool is deleted: all its ASIDs are freed.
void asid_pool_destroy(struct cap cap);
