// SPDX-License-Identifier: BSD-2-Clause
//
// Cache maintenance on behalf of user level, of part of a page.
#pragma once

#include "kernel/arch.h"

struct cache_request {
    enum arch_cache_op op;
    paddr_t root; // the address space that maps the memory
    uint64_t asid;
    vaddr_t user; // where
    paddr_t start;
    uint64_t size;
};

void cache_commit(struct cache_request request);
