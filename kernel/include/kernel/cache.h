// SPDX-License-Identifier: BSD-2-Clause
//
// Cache maintenance on behalf of user level, of part of a page.
#pragma once

#include "kernel/arch.h"
#include "kernel/progress.h"

struct cache_request {
    enum arch_cache_op op;
    uint64_t asid; // of the address space that maps the memory
    vaddr_t user;  // where
    paddr_t start;
    uint64_t size;
};

// Goes on where the same operation was preempted, as `resumption` tells.
MUST_CHECK enum progress cache_commit(struct cache_request request, struct resumption *resumption);
