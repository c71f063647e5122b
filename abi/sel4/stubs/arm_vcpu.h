// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Virtual CPUs of a hypervisor kernel.

#include <sel4/arch/invocation.h>
#include <sel4/stubs/invoke.h>

#ifdef CONFIG_ARM_HYPERVISOR_SUPPORT

struct seL4_ARM_VCPU_ReadRegs {
    int error;
    seL4_Word value;
};
typedef struct seL4_ARM_VCPU_ReadRegs seL4_ARM_VCPU_ReadRegs_t;

// The thread runs on this virtual CPU from now on; what either was bound to before is let go.
LIBSEL4_INLINE seL4_Error seL4_ARM_VCPU_SetTCB(seL4_ARM_VCPU _service, seL4_TCB tcb)
{
    seL4_SetCap(0, tcb);
    return kaal_invoke(_service, ARMVCPUSetTCB, 1, 0, 0, 0, 0, 0);
}

// Makes the interrupt pending in list register `index` of the virtual interrupt controller.
LIBSEL4_INLINE seL4_Error seL4_ARM_VCPU_InjectIRQ(seL4_ARM_VCPU _service, seL4_Uint16 virq,
                                                  seL4_Uint8 priority, seL4_Uint8 group,
                                                  seL4_Uint8 index)
{
    seL4_Word word =
        virq | (seL4_Word)priority << 16 | (seL4_Word)group << 24 | (seL4_Word)index << 32;

    return kaal_invoke(_service, ARMVCPUInjectIRQ, 0, 1, word, 0, 0, 0);
}

LIBSEL4_INLINE seL4_ARM_VCPU_ReadRegs_t seL4_ARM_VCPU_ReadRegs(seL4_ARM_VCPU _service,
                                                               seL4_VCPUReg field)
{
    struct kaal_trap_regs trap = {0, 0, {field, 0, 0, 0}};
    seL4_ARM_VCPU_ReadRegs_t result;

    result.error = (int)kaal_invoke_regs(_service, ARMVCPUReadReg, 0, 1, &trap);
    result.value = trap.mr[0];
    return result;
}

LIBSEL4_INLINE seL4_Error seL4_ARM_VCPU_WriteRegs(seL4_ARM_VCPU _service, seL4_VCPUReg field,
                                                  seL4_Word value)
{
    return kaal_invoke(_service, ARMVCPUWriteReg, 0, 2, field, value, 0, 0);
}

// After a VPPIEvent fault: the interrupt may come again.
LIBSEL4_INLINE seL4_Error seL4_ARM_VCPU_AckVPPI(seL4_ARM_VCPU _service, seL4_Word irq)
{
    return kaal_invoke(_service, ARMVCPUAckVPPI, 0, 1, irq, 0, 0, 0);
}

#endif
