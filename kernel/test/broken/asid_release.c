// SPDX-License-Identifier: BSD-2-Clause
//
// A deliberate mistake, linked in place of the function (--wrap): an address space that is deleted
// keeps its ASID if that is even, so that A1 does not hold any more.
#include "kernel/asid.h"

void __real_asid_release(struct cap space);
void __wrap_asid_release(struct cap space);

void __wrap_asid_release(struct cap space)
{
    if (cap_get(space, CAP_ASID) % 2 != 0) {
        __real_asid_release(space);
    }
}
