// SPDX-License-Identifier: BSD-2-Clause
//
// What the plan says about a component, written as its start page (abi/kaal/start.h).
#pragma once

#include <kaal/plan.h>
#include <kaal/start.h>

// CPtr of the first slot of an inbox: under the second slot of the CNode above it.
#define KAAL_INBOX_CPTR ((uint64_t)1 << 63)

// What the plan does not know.
struct kaal_start_machine {
    // Where a register window lies within its first page, and its bytes.
    bool (*window)(uint32_t device, uint32_t window, uint64_t *offset, uint64_t *size);

    // Physical address of a contiguous region.
    bool (*region)(uint32_t region, uint64_t *paddr);
};

// Bytes of the start page of this component, its dynamic entries not counted.
uint64_t kaal_start_bytes(const struct plan *plan, uint32_t pd);

// Writes, into zeroed memory, the start page of a component that is not in the plan, but described
// as if it were: as yet without entries.
void kaal_start_begin(struct kaal_start *start, const struct kaal_plan_pd *pd, uint64_t seed);

// Writes `start`, zeroed memory of at least kaal_start_bytes(). False if the machine does not have
// what the plan names; NULL: a component without devices.
bool kaal_start_fill(struct kaal_start *start, const struct plan *plan, uint32_t pd, uint64_t seed,
                     const struct kaal_start_machine *machine);
