// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Address spaces of Arm: roots, page tables, ASIDs, and secure monitor calls.

#include <sel4/arch/invocation.h>
#include <sel4/stubs/invoke.h>

// Cache maintenance of [start, end) within one mapped page. Unify makes written code executable.

LIBSEL4_INLINE seL4_Error seL4_ARM_VSpace_Clean_Data(seL4_ARM_VSpace _service, seL4_Word start,
                                                     seL4_Word end)
{
    return kaal_invoke(_service, ARMVSpaceClean_Data, 0, 2, start, end, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_ARM_VSpace_Invalidate_Data(seL4_ARM_VSpace _service, seL4_Word start,
                                                          seL4_Word end)
{
    return kaal_invoke(_service, ARMVSpaceInvalidate_Data, 0, 2, start, end, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_ARM_VSpace_CleanInvalidate_Data(seL4_ARM_VSpace _service,
                                                               seL4_Word start, seL4_Word end)
{
    return kaal_invoke(_service, ARMVSpaceCleanInvalidate_Data, 0, 2, start, end, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_ARM_VSpace_Unify_Instruction(seL4_ARM_VSpace _service,
                                                            seL4_Word start, seL4_Word end)
{
    return kaal_invoke(_service, ARMVSpaceUnify_Instruction, 0, 2, start, end, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_ARM_PageTable_Map(seL4_ARM_PageTable _service, seL4_CPtr vspace,
                                                 seL4_Word vaddr, seL4_ARM_VMAttributes attr)
{
    seL4_SetCap(0, vspace);
    return kaal_invoke(_service, ARMPageTableMap, 1, 2, vaddr, attr, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_ARM_PageTable_Unmap(seL4_ARM_PageTable _service)
{
    return kaal_invoke(_service, ARMPageTableUnmap, 0, 0, 0, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_ARM_ASIDControl_MakePool(seL4_ARM_ASIDControl _service,
                                                        seL4_Untyped untyped, seL4_CNode root,
                                                        seL4_Word index, seL4_Uint8 depth)
{
    seL4_SetCap(0, untyped);
    seL4_SetCap(1, root);
    return kaal_invoke(_service, ARMASIDControlMakePool, 2, 2, index, depth, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_ARM_ASIDPool_Assign(seL4_ARM_ASIDPool _service, seL4_CPtr vspace)
{
    seL4_SetCap(0, vspace);
    return kaal_invoke(_service, ARMASIDPoolAssign, 1, 0, 0, 0, 0, 0);
}

// Executes smc #0 with the registers of smc_args.
LIBSEL4_INLINE seL4_Error seL4_ARM_SMC_Call(seL4_ARM_SMC _service, seL4_ARM_SMCContext *smc_args,
                                            seL4_ARM_SMCContext *smc_response)
{
    struct kaal_trap_regs trap = {0, 0, {smc_args->x0, smc_args->x1, smc_args->x2, smc_args->x3}};
    seL4_Error error;

    seL4_SetMR(4, smc_args->x4);
    seL4_SetMR(5, smc_args->x5);
    seL4_SetMR(6, smc_args->x6);
    seL4_SetMR(7, smc_args->x7);
    error = kaal_invoke_regs(_service, ARMSMCCall, 0, 8, &trap);
    if (error == seL4_NoError) {
        *smc_response =
            (seL4_ARM_SMCContext){trap.mr[0],    trap.mr[1],    trap.mr[2],    trap.mr[3],
                                  seL4_GetMR(4), seL4_GetMR(5), seL4_GetMR(6), seL4_GetMR(7)};
    }
    return error;
}
