// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Hardware breakpoints of threads.

#include <sel4/invocation.h>
#include <sel4/stubs/invoke.h>

#ifdef CONFIG_HARDWARE_DEBUG_API

struct seL4_TCB_GetBreakpoint {
    int error;
    seL4_Word vaddr;
    seL4_Word type;
    seL4_Word size;
    seL4_Word rw;
    seL4_Bool is_enabled;
};
typedef struct seL4_TCB_GetBreakpoint seL4_TCB_GetBreakpoint_t;

struct seL4_TCB_ConfigureSingleStepping {
    int error;
    seL4_Bool bp_was_consumed;
};
typedef struct seL4_TCB_ConfigureSingleStepping seL4_TCB_ConfigureSingleStepping_t;

LIBSEL4_INLINE seL4_Error seL4_TCB_SetBreakpoint(seL4_TCB _service, seL4_Uint16 bp_num,
                                                 seL4_Word vaddr, seL4_Word type, seL4_Word size,
                                                 seL4_Word rw)
{
    seL4_SetMR(4, rw);
    return kaal_invoke(_service, TCBSetBreakpoint, 0, 5, bp_num, vaddr, type, size);
}

LIBSEL4_INLINE seL4_TCB_GetBreakpoint_t seL4_TCB_GetBreakpoint(seL4_TCB _service,
                                                               seL4_Uint16 bp_num)
{
    struct kaal_trap_regs trap = {0, 0, {bp_num, 0, 0, 0}};
    seL4_TCB_GetBreakpoint_t result;

    result.error = (int)kaal_invoke_regs(_service, TCBGetBreakpoint, 0, 1, &trap);
    result.vaddr = trap.mr[0];
    result.type = trap.mr[1];
    result.size = trap.mr[2];
    result.rw = trap.mr[3];
    result.is_enabled = (seL4_Bool)(seL4_GetMR(4) & 1);
    return result;
}

LIBSEL4_INLINE seL4_Error seL4_TCB_UnsetBreakpoint(seL4_TCB _service, seL4_Uint16 bp_num)
{
    return kaal_invoke(_service, TCBUnsetBreakpoint, 0, 1, bp_num, 0, 0, 0);
}

LIBSEL4_INLINE seL4_TCB_ConfigureSingleStepping_t
seL4_TCB_ConfigureSingleStepping(seL4_TCB _service, seL4_Uint16 bp_num, seL4_Word num_instructions)
{
    struct kaal_trap_regs trap = {0, 0, {bp_num, num_instructions, 0, 0}};
    seL4_TCB_ConfigureSingleStepping_t result;

    result.error = (int)kaal_invoke_regs(_service, TCBConfigureSingleStepping, 0, 2, &trap);
    result.bp_was_consumed = (seL4_Bool)(trap.mr[0] & 1);
    return result;
}

#endif
