// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Frames of Arm.

#include <sel4/arch/invocation.h>
#include <sel4/stubs/invoke.h>

struct seL4_ARM_Page_GetAddress {
    int error;
    seL4_Word paddr;
};
typedef struct seL4_ARM_Page_GetAddress seL4_ARM_Page_GetAddress_t;

// Maps the frame, or changes rights and attributes where it is mapped at `vaddr` already.
LIBSEL4_INLINE seL4_Error seL4_ARM_Page_Map(seL4_ARM_Page _service, seL4_CPtr vspace,
                                            seL4_Word vaddr, seL4_CapRights_t rights,
                                            seL4_ARM_VMAttributes attr)
{
    seL4_SetCap(0, vspace);
    return kaal_invoke(_service, ARMPageMap, 1, 3, vaddr, rights.words[0], attr, 0);
}

LIBSEL4_INLINE seL4_Error seL4_ARM_Page_Unmap(seL4_ARM_Page _service)
{
    return kaal_invoke(_service, ARMPageUnmap, 0, 0, 0, 0, 0, 0);
}

// Cache maintenance of the mapped frame's bytes [start_offset, end_offset).

LIBSEL4_INLINE seL4_Error seL4_ARM_Page_Clean_Data(seL4_ARM_Page _service, seL4_Word start_offset,
                                                   seL4_Word end_offset)
{
    return kaal_invoke(_service, ARMPageClean_Data, 0, 2, start_offset, end_offset, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_ARM_Page_Invalidate_Data(seL4_ARM_Page _service,
                                                        seL4_Word start_offset,
                                                        seL4_Word end_offset)
{
    return kaal_invoke(_service, ARMPageInvalidate_Data, 0, 2, start_offset, end_offset, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_ARM_Page_CleanInvalidate_Data(seL4_ARM_Page _service,
                                                             seL4_Word start_offset,
                                                             seL4_Word end_offset)
{
    return kaal_invoke(_service, ARMPageCleanInvalidate_Data, 0, 2, start_offset, end_offset, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_ARM_Page_Unify_Instruction(seL4_ARM_Page _service,
                                                          seL4_Word start_offset,
                                                          seL4_Word end_offset)
{
    return kaal_invoke(_service, ARMPageUnify_Instruction, 0, 2, start_offset, end_offset, 0, 0);
}

LIBSEL4_INLINE seL4_ARM_Page_GetAddress_t seL4_ARM_Page_GetAddress(seL4_ARM_Page _service)
{
    struct kaal_trap_regs trap = {0, 0, {0, 0, 0, 0}};
    seL4_ARM_Page_GetAddress_t result;

    result.error = (int)kaal_invoke_regs(_service, ARMPageGetAddress, 0, 0, &trap);
    result.paddr = trap.mr[0];
    return result;
}
