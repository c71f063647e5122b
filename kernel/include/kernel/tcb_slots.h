// SPDX-License-Identifier: BSD-2-Clause
//
// The capabilities that a thread holds itself: CSpace, VSpace, the frame of its IPC buffer, its
// fault handlers. They are copies, and go with their original like any other.
#pragma once

#include "kernel/syscall.h"
#include "kernel/tcb.h"

MUST_CHECK seL4_Error tcb_configure(struct syscall *sys, struct tcb *tcb);
MUST_CHECK seL4_Error tcb_set_space(struct syscall *sys, struct tcb *tcb);
MUST_CHECK seL4_Error tcb_set_buffer(struct syscall *sys, struct tcb *tcb);
MUST_CHECK seL4_Error tcb_set_timeout_endpoint(struct syscall *sys, struct tcb *tcb);

// Null or a valid fault handler; `argument` numbers the capability in the error.
MUST_CHECK seL4_Error tcb_check_fault_handler(struct syscall *sys, struct cap cap,
                                              uint64_t argument);

// Replaces what a slot holds by `cap`, derived from that of `from`. Null: by nothing.
void tcb_install(struct tcb *tcb, enum tcb_slot which, struct slot *from, struct cap cap);
