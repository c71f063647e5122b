// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Scheduling domains. Durations are timer ticks.

#include <sel4/invocation.h>
#include <sel4/stubs/invoke.h>

LIBSEL4_INLINE seL4_Error seL4_DomainSet_Set(seL4_DomainSet _service, seL4_Uint8 domain,
                                             seL4_TCB thread)
{
    seL4_SetCap(0, thread);
    return kaal_invoke(_service, DomainSetSet, 1, 1, domain, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_DomainSet_ScheduleConfigure(seL4_DomainSet _service, seL4_Word index,
                                                           seL4_Uint8 domain, seL4_Time duration)
{
    return kaal_invoke(_service, DomainScheduleConfigure, 0, 3, index, domain, duration, 0);
}

LIBSEL4_INLINE seL4_Error seL4_DomainSet_ScheduleSetStart(seL4_DomainSet _service, seL4_Word index)
{
    return kaal_invoke(_service, DomainScheduleSetStart, 0, 1, index, 0, 0, 0);
}
