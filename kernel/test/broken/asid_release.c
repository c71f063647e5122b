// SPDX-License-Identifier: BSD-2-Clause
//
// A deliberate mistake, linked in place of the function (--wrap): an address space that is deleted
// keeps its ASID if that is even, so that A1 does not hold any more.
#include "kernel/asid.h"

void __real_asid_release(uint64_t asid, paddr_t root);
void __wrap_asid_release(uint64_t asid, paddr_t root);

void __wrap_asid_release(uint64_t asid, paddr_t root)
{
    if (asid % 2 != 0) {
        __real_asid_release(asid, root);
    }
}
