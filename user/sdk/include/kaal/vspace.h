// SPDX-License-Identifier: BSD-2-Clause
//
// Mapping frames into address spaces, page tables included: for programs that hold untyped memory
// (root task, broker).
#pragma once

#include <sel4/sel4.h>

#include <stdbool.h>

enum {
    // Tables between the root of an address space and its pages. Under a hypervisor kernel the root
    // covers the first level as well.
    KAAL_TABLE_LEVELS = seL4_VSpaceIndexBits == 9 ? 3 : 2,

    // Those between what one gibibyte has and its pages.
    KAAL_TABLE_LEVELS_GIB = 2,
};

// Where page tables come from. `take` stores the CPtr of a new one, or returns false.
struct kaal_table_source {
    bool (*take)(void *context, seL4_CPtr *table);
    void *context;
};

// What a mapping is for.
enum kaal_page_kind {
    KAAL_PAGE_DATA,      // cached, not executable
    KAAL_PAGE_CODE,      // cached, executable
    KAAL_PAGE_REGISTERS, // uncached, in order, not executable
};

static inline seL4_ARM_VMAttributes kaal_page_attributes(enum kaal_page_kind kind)
{
    switch (kind) {
    case KAAL_PAGE_DATA:
        return seL4_ARM_PageCacheable | seL4_ARM_ExecuteNever;
    case KAAL_PAGE_CODE:
        return seL4_ARM_PageCacheable;
    case KAAL_PAGE_REGISTERS:
        break;
    }
    return seL4_ARM_ExecuteNever;
}

// Maps `frame` at `vaddr`, adding the page tables that are missing. `rights` beyond those of the
// frame capability have no effect. seL4_NotEnoughMemory if `tables` gives none.
seL4_Error kaal_vspace_map(seL4_CPtr vspace, seL4_CPtr frame, seL4_Word vaddr,
                           seL4_CapRights_t rights, enum kaal_page_kind kind,
                           const struct kaal_table_source *tables);
