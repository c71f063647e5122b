// SPDX-License-Identifier: BSD-2-Clause
//
// A deliberate mistake, linked in place of the function (--wrap): a thread whose priority changes
// while it waits at an endpoint stays where it is, so that E3 does not hold any more.
#include "kernel/endpoint.h"

void __wrap_endpoint_reorder(struct tcb *tcb);

void __wrap_endpoint_reorder(struct tcb *tcb)
{
    (void)tcb;
}
