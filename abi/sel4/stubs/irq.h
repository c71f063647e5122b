// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Interrupts.

#include <sel4/arch/invocation.h>
#include <sel4/stubs/invoke.h>

LIBSEL4_INLINE seL4_Error seL4_IRQControl_Get(seL4_IRQControl _service, seL4_Word irq,
                                              seL4_CNode root, seL4_Word index, seL4_Uint8 depth)
{
    seL4_SetCap(0, root);
    return kaal_invoke(_service, IRQIssueIRQHandler, 1, 3, irq, index, depth, 0);
}

// `trigger`: 0 for level, else edge.
LIBSEL4_INLINE seL4_Error seL4_IRQControl_GetTrigger(seL4_IRQControl _service, seL4_Word irq,
                                                     seL4_Word trigger, seL4_CNode root,
                                                     seL4_Word index, seL4_Uint8 depth)
{
    seL4_SetCap(0, root);
    return kaal_invoke(_service, ARMIRQIssueIRQHandlerTrigger, 1, 4, irq, trigger, index, depth);
}

// A capability whose sends raise software-generated interrupt `irq` on core `target`.
LIBSEL4_INLINE seL4_Error seL4_IRQControl_IssueSGISignal(seL4_IRQControl _service, seL4_Word irq,
                                                         seL4_Word target, seL4_CNode root,
                                                         seL4_Word index, seL4_Uint8 depth)
{
    seL4_SetCap(0, root);
    return kaal_invoke(_service, ARMIRQIssueSGISignal, 1, 4, irq, target, index, depth);
}

LIBSEL4_INLINE seL4_Error seL4_IRQHandler_Ack(seL4_IRQHandler _service)
{
    return kaal_invoke(_service, IRQAckIRQ, 0, 0, 0, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_IRQHandler_SetNotification(seL4_IRQHandler _service,
                                                          seL4_CPtr notification)
{
    seL4_SetCap(0, notification);
    return kaal_invoke(_service, IRQSetIRQHandler, 1, 0, 0, 0, 0, 0);
}

LIBSEL4_INLINE seL4_Error seL4_IRQHandler_Clear(seL4_IRQHandler _service)
{
    return kaal_invoke(_service, IRQClearIRQHandler, 0, 0, 0, 0, 0, 0);
}
