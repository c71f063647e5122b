// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// What a failed mapping says: which level of page table is missing.

#include <sel4/functions.h>

#define SEL4_MAPPING_LOOKUP_LEVEL  2  // the message register that holds it
#define SEL4_MAPPING_LOOKUP_NO_PT  21 // a table for 2 MiB
#define SEL4_MAPPING_LOOKUP_NO_PD  30 // a table for 1 GiB
#define SEL4_MAPPING_LOOKUP_NO_PUD 39 // a table for 512 GiB

// After seL4_ARM_Page_Map answered seL4_FailedLookup.
LIBSEL4_INLINE_FUNC seL4_Word seL4_MappingFailedLookupLevel(void)
{
    return seL4_GetMR(SEL4_MAPPING_LOOKUP_LEVEL);
}
