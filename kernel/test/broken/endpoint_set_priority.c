// SPDX-License-Identifier: BSD-2-Clause
//
// A deliberate mistake, linked in place of the function (--wrap): a thread whose priority is raised
// while it waits at an endpoint stays where it is, so that E3 does not hold any more.
#include "kernel/endpoint.h"
#include "kernel/tcb.h"

void __real_endpoint_set_priority(struct tcb *tcb, uint8_t priority);
void __wrap_endpoint_set_priority(struct tcb *tcb, uint8_t priority);

void __wrap_endpoint_set_priority(struct tcb *tcb, uint8_t priority)
{
    if (priority > tcb->priority) {
        tcb->priority = priority;
    } else {
        __real_endpoint_set_priority(tcb, priority);
    }
}
