// SPDX-License-Identifier: BSD-2-Clause
//
// From the capability that a message was sent to, to the code of its object. Endpoints,
// notifications and reply objects are not here: sending to them is IPC (syscall.c).
#include "kernel/asid.h"
#include "kernel/cnode.h"
#include "kernel/domain.h"
#include "kernel/irq.h"
#include "kernel/sched_context.h"
#include "kernel/smc.h"
#include "kernel/syscall.h"
#include "kernel/tcb.h"
#include "kernel/untyped.h"
#include "kernel/vspace.h"

// Objects whose invocation may stop the caller: not in a system call that still has to receive.
static bool needs_plain_send(enum cap_type type)
{
    return type == CAP_TCB || type == CAP_DOMAIN || type == CAP_CNODE ||
           type == CAP_SCHED_CONTROL || type == CAP_SCHED_CONTEXT;
}

seL4_Error invoke(struct syscall *sys)
{
    if (!sys->may_block && needs_plain_send(cap_type(sys->cap))) {
        return syscall_invalid_capability(sys, 0);
    }
    switch (cap_type(sys->cap)) {
    case CAP_UNTYPED:
        return untyped_decode(sys);
    case CAP_CNODE:
        return cnode_decode(sys);
    case CAP_TCB:
        return tcb_decode(sys);
    case CAP_SCHED_CONTEXT:
        return sched_context_decode(sys);
    case CAP_SCHED_CONTROL:
        return sched_control_decode(sys);
    case CAP_DOMAIN:
        return domain_decode(sys);
    case CAP_FRAME:
        return frame_decode(sys);
    case CAP_PAGE_TABLE:
        return page_table_decode(sys);
    case CAP_VSPACE:
        return vspace_decode(sys);
    case CAP_ASID_CONTROL:
        return asid_control_decode(sys);
    case CAP_ASID_POOL:
        return asid_pool_decode(sys);
    case CAP_IRQ_CONTROL:
        return irq_control_decode(sys);
    case CAP_IRQ_HANDLER:
        return irq_handler_decode(sys);
    case CAP_SGI:
        return sgi_decode(sys);
    case CAP_SMC:
        return smc_decode(sys);
    case CAP_NULL:
    case CAP_ZOMBIE:
    case CAP_ENDPOINT:
    case CAP_NOTIFICATION:
    case CAP_REPLY:
        break;
    }
    return syscall_invalid_capability(sys, 0);
}
