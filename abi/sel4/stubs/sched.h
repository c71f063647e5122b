// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Scheduling contexts. Times are microseconds.

#include <sel4/invocation.h>
#include <sel4/stubs/invoke.h>

struct seL4_SchedContext_Consumed {
    int error;
    seL4_Time consumed;
};
typedef struct seL4_SchedContext_Consumed seL4_SchedContext_Consumed_t;

struct seL4_SchedContext_YieldTo {
    int error;
    seL4_Time consumed;
};
typedef struct seL4_SchedContext_YieldTo seL4_SchedContext_YieldTo_t;

// `flags`: seL4_SchedContextFlag
LIBSEL4_INLINE seL4_Error seL4_SchedControl_ConfigureFlags(seL4_SchedControl _service,
                                                           seL4_SchedContext schedcontext,
                                                           seL4_Time budget, seL4_Time period,
                                                           seL4_Word extra_refills, seL4_Word badge,
                                                           seL4_Word flags)
{
    seL4_SetCap(0, schedcontext);
    seL4_SetMR(4, flags);
    return kaal_invoke(_service, SchedControlConfigureFlags, 1, 5, budget, period, extra_refills,
                       badge);
}

LIBSEL4_INLINE seL4_Error seL4_SchedControl_Configure(seL4_SchedControl _service,
                                                      seL4_SchedContext schedcontext,
                                                      seL4_Time budget, seL4_Time period,
                                                      seL4_Word extra_refills, seL4_Word badge)
{
    return seL4_SchedControl_ConfigureFlags(_service, schedcontext, budget, period, extra_refills,
                                            badge, seL4_SchedContext_NoFlag);
}

LIBSEL4_INLINE seL4_Error seL4_SchedContext_Bind(seL4_SchedContext _service, seL4_CPtr cap)
{
    seL4_SetCap(0, cap);
    return kaal_invoke(_service, SchedContextBind, 1, 0, 0, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_SchedContext_Unbind(seL4_SchedContext _service)
{
    return kaal_invoke(_service, SchedContextUnbind, 0, 0, 0, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_SchedContext_UnbindObject(seL4_SchedContext _service, seL4_CPtr cap)
{
    seL4_SetCap(0, cap);
    return kaal_invoke(_service, SchedContextUnbindObject, 1, 0, 0, 0, 0, 0);
}

LIBSEL4_INLINE seL4_SchedContext_Consumed_t seL4_SchedContext_Consumed(seL4_SchedContext _service)
{
    struct kaal_trap_regs trap = {0, 0, {0, 0, 0, 0}};
    seL4_SchedContext_Consumed_t result;

    result.error = (int)kaal_invoke_regs(_service, SchedContextConsumed, 0, 0, &trap);
    result.consumed = trap.mr[0];
    return result;
}

LIBSEL4_INLINE seL4_SchedContext_YieldTo_t seL4_SchedContext_YieldTo(seL4_SchedContext _service)
{
    struct kaal_trap_regs trap = {0, 0, {0, 0, 0, 0}};
    seL4_SchedContext_YieldTo_t result;

    result.error = (int)kaal_invoke_regs(_service, SchedContextYieldTo, 0, 0, &trap);
    result.consumed = trap.mr[0];
    return result;
}
