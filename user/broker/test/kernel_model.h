// SPDX-License-Identifier: BSD-2-Clause
//
// The kernel's rules for untyped memory (abi sheet, sections 6.2, 6.3 and 7.3), as far as a pool
// can come up against them: a mark that only grows and goes back to the start when there are no
// children, alignment, empty destination slots, what device memory may become. What the kernel
// would refuse is refused here; what it would allow though a pool must never ask for it, a deletion
// that leaves children behind or of nothing, fails the test.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct pool_ops;
struct pool_untyped;

enum { KERNEL_SLOTS = 1 << 15 };

struct kernel_cap {
    uint64_t paddr;
    uint64_t mark;
    uint32_t children; // untyped ones
    uint32_t objects;  // others
    uint32_t parent;
    uint8_t bits; // 0: the slot is empty
    bool device;
};

struct kernel_model {
    struct kernel_cap caps[KERNEL_SLOTS];
    uint32_t cap_count;
    uint64_t retypes;
    uint64_t removes;
    uint64_t cleared;      // bytes
    uint32_t refuse_after; // retypes that still succeed, then one is refused; UINT32_MAX: never
};

void kernel_open(struct kernel_model *kernel);

// An untyped from the boot in `slot`, `used` of it taken by objects that stay.
void kernel_boot(struct kernel_model *kernel, const struct pool_untyped *untyped);

struct pool_ops kernel_ops(struct kernel_model *kernel);

// What the holder of a node does with it: an object of 2^bits bytes; all objects away.
bool kernel_use(struct kernel_model *kernel, uint32_t slot, uint8_t bits);
void kernel_revoke(struct kernel_model *kernel, uint32_t slot);
