// SPDX-License-Identifier: BSD-2-Clause
//
// Untyped memory: the only way a kernel object comes to exist.
//
//   base                 base + free            base + 2^bits
//    |###### objects ######|........ free ........|
//
// The mark `free` lies in the capability. It only rises while objects exist; when the capability
// has no children left, the next Retype first takes it down to 0, zeroing what lies below.
//
// Invariant O1: two objects share no memory, unless one is untyped memory that contains the other.
// Invariant U1: free <= 2^bits, a multiple of 16.
// Invariant U2: no child of the capability lies at or above base + free.
// Invariant U3: RAM at and above base + free is zero, also for those who read past the caches.
#pragma once

#include "kernel/syscall.h"

// An untyped capability; `free` is the mark. Device memory is never read or written.
struct cap untyped_cap(paddr_t base, unsigned bits, bool device, uint64_t free);

// Bytes below the mark.
uint64_t untyped_free(struct cap untyped);
struct cap untyped_set_free(struct cap untyped, uint64_t free);

MUST_CHECK seL4_Error untyped_decode(struct syscall *sys);
