// SPDX-License-Identifier: BSD-2-Clause
//
// Uses what <cspace> gives it: the thread, the address space and the scheduling context of another.

#include "say.h"

enum { THREAD = 1, SPACE = 2, TIME = 63 };

void init(void)
{
    seL4_CPtr thread = microkit_cspace_root_slot_to_cptr(THREAD);
    seL4_CPtr space = microkit_cspace_root_slot_to_cptr(SPACE);
    seL4_CPtr time = microkit_cspace_root_slot_to_cptr(TIME);
    struct line l;
    seL4_Error suspended = seL4_TCB_Suspend(thread);
    seL4_Error cleaned = seL4_ARM_VSpace_Clean_Data(space, 0x200000, 0x200008);
    seL4_Error own = seL4_ARM_VSpace_Clean_Data(3, 0x200000, 0x200008);
    seL4_SchedContext_Consumed_t consumed = seL4_SchedContext_Consumed(time);
    seL4_Error resumed = seL4_TCB_Resume(thread);
    line_begin(&l, "cspace");
    line_number(&l, "suspended", suspended);
    line_number(&l, "cleaned", cleaned);
    line_number(&l, "own", own);
    line_number(&l, "consumed", (seL4_Word)consumed.error);
    line_number(&l, "resumed", resumed);
    line_end(&l);
}

void notified(microkit_channel ch)
{
    (void)ch;
}
