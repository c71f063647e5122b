// SPDX-License-Identifier: BSD-2-Clause
//
// Addresses. One-member structures, so that a physical address, a user address and a capability
// address cannot be mixed up.
#pragma once

#include <stdint.h>

typedef struct {
    uint64_t raw;
} paddr_t; // physical

typedef struct {
    uint64_t raw;
} vaddr_t; // in a user address space

typedef struct {
    uint64_t raw;
} cptr_t; // in a capability space

static inline paddr_t paddr(uint64_t raw)
{
    return (paddr_t){raw};
}

static inline vaddr_t vaddr(uint64_t raw)
{
    return (vaddr_t){raw};
}

static inline cptr_t cptr(uint64_t raw)
{
    return (cptr_t){raw};
}
