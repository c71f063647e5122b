// SPDX-License-Identifier: BSD-2-Clause
//
// Kernel objects by type: how large they are, how one comes to exist in zeroed memory, and what
// happens to it when its last capability goes.
#pragma once

#include "kernel/cap.h"

#include <sel4/arch/objecttype.h>

// Bytes (log2) of an object; `size_bits` counts for the types that come in sizes. `type` is below
// seL4_ObjectTypeCount and size_bits below 64.
unsigned object_bits(uint64_t type, uint64_t size_bits);

// Makes an object at `base`, which is aligned to its size and zeroed RAM (or device memory: frames
// and untyped only), and returns the original capability.
struct cap object_create(uint64_t type, uint64_t size_bits, paddr_t base, bool device);

// A capability is about to go. `final`: it is the last of its object. Does not look at what takes
// long, and is revoke.c's: the slots of TCBs and CNodes, who waits for endpoints and notifications.
void object_destroy(struct cap cap, bool final);

// For debug output: "endpoint".
const char *object_name(struct cap cap);
