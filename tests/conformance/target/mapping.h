// SPDX-License-Identifier: BSD-2-Clause
//
// What cases about address spaces share.
//
//   INSIDE    a page that the image's page tables serve, in the initial address space
//   OUTSIDE   512 GiB of which nothing is mapped there
#pragma once

#include "case.h"

enum {
    VSPACE = seL4_CapInitThreadVSpace,
    INSIDE = 0x5e0000,

    CACHED = 3, // the default attributes
    UNCACHED = 0,
    EXECUTE_NEVER = 4,

    LEVELS = 3, // page tables on the way to a small page
};

#define PAGE_SIZE (1UL << seL4_PageBits)
#define OUTSIDE   0x8000000000UL
#define LARGE     (1UL << seL4_LargePageBits)
#define HUGE      (1UL << seL4_HugePageBits)
#define USER_TOP  0x00007fffffffffffUL // the last address

// ESR of faults at EL0: the class, and what was wrong at which level.
#define FSR_READ        0x92000000UL
#define FSR_WRITE       0x92000040UL
#define FSR_FETCH       0x82000000UL
#define FSR_TRANSLATION 0x4UL
#define FSR_PERMISSION  0xcUL

static inline struct got map_page(seL4_CPtr frame, seL4_CPtr vspace, seL4_Word vaddr,
                                  seL4_Word rights, seL4_Word attributes)
{
    return call(frame, ARMPageMap, WORDS(vaddr, rights, attributes), CAPS(vspace));
}

static inline struct got unmap_page(seL4_CPtr frame)
{
    return call(frame, ARMPageUnmap, NO_WORDS, NO_CAPS);
}

static inline struct got map_table(seL4_CPtr table, seL4_CPtr vspace, seL4_Word vaddr)
{
    return call(table, ARMPageTableMap, WORDS(vaddr, 0), CAPS(vspace));
}

// Maps `count` new tables one below the other.
static inline seL4_CPtr map_tables(seL4_CPtr vspace, seL4_Word vaddr, unsigned count)
{
    seL4_CPtr table = 0;
    for (unsigned i = 0; i < count; i++) {
        table = page_table_new();
        EXPECT_SUCCESS(map_table(table, vspace, vaddr));
    }
    return table;
}

// An address space of a new pool that is gone: the capability still names its ASID.
static inline seL4_CPtr stale_vspace(void)
{
    seL4_CPtr pool = slot_new();
    seL4_CPtr vspace = object_new(seL4_ARM_VSpaceObject, 0);
    EXPECT_SUCCESS(call(seL4_CapASIDControl, ARMASIDControlMakePool, WORDS(pool, DEPTH),
                        CAPS(untyped_new(12), ROOT)));
    EXPECT_SUCCESS(call(pool, ARMASIDPoolAssign, NO_WORDS, CAPS(vspace)));
    EXPECT_SUCCESS(delete (pool));
    return vspace;
}

// The same, with its ASID now another one's.
static inline seL4_CPtr replaced_vspace(void)
{
    seL4_CPtr stale = stale_vspace();
    seL4_CPtr pool = slot_new();
    EXPECT_SUCCESS(call(seL4_CapASIDControl, ARMASIDControlMakePool, WORDS(pool, DEPTH),
                        CAPS(untyped_new(12), ROOT)));
    EXPECT_SUCCESS(
        call(pool, ARMASIDPoolAssign, NO_WORDS, CAPS(object_new(seL4_ARM_VSpaceObject, 0))));
    return stale;
}
