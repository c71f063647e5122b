// SPDX-License-Identifier: BSD-2-Clause
//
// A memory fault is a call of the thread's fault handler, whose message the kernel writes. A pager
// answers as a server does; who supervises, and starts the thread anew, wants to know of it soon.
#include "kernel/fastpath.h"

#include "kernel/benchmark.h"
#include "kernel/fault.h"
#include "kernel/syscall.h"

// The message (seL4 ABI §4): it fits the registers.
static inline void tell(const struct tcb *tcb, struct tcb *handler, const struct fault *fault,
                        uint64_t badge)
{
    struct arch_context *to = &handler->context;
    arch_set(to, ARCH_REG_MR0, 0, arch_restart_pc(&tcb->context));
    arch_set(to, ARCH_REG_MR0, 1, fault->address);
    arch_set(to, ARCH_REG_MR0, 2, fault->instruction);
    arch_set(to, ARCH_REG_MR0, 3, fault->code);
    arch_set(to, ARCH_REG_BADGE, 0, badge);
    arch_set(to, ARCH_REG_INFO, 0,
             message_info_pack((struct message_info){.label = FAULT_VM, .length = 4}));
}

// The handler is an endpoint, and a server that is usual for calls waits there.
static struct tcb *raise(struct tcb *tcb, const struct fault *fault)
{
    const struct cap cap = tcb->slots[TCB_SLOT_FAULT].cap;
    if (UNLIKELY(cap_get(cap, CAP_TYPE_WRITE) != (CAP_ENDPOINT << 1 | 1) ||
                 cap_get(cap, CAP_GRANTS) == 0)) {
        return fault_slow(fault);
    }
    struct endpoint *endpoint = endpoint_of(cap);
    struct tcb *handler = endpoint->first;
    if (UNLIKELY(handler == NULL)) {
        return fault_slow(fault);
    }
    struct reply *reply = handler->reply;
    uint64_t space;
    if (UNLIKELY(reply == NULL ||
                 !usual_server(handler, endpoint->root_and_state, handler->sched_context) ||
                 !usual_space(handler, &space))) {
        return fault_slow(fault);
    }

    tcb->fault = *fault;
    block_caller(tcb, handler, endpoint, reply);
    tell(tcb, handler, fault, cap_badge(cap));
    return switch_to_server(tcb, handler, reply, space);
}

struct tcb *entry_vm_fault(uint64_t address, uint64_t syndrome, bool instruction)
{
    const struct fault fault = {
        .kind = FAULT_VM,
        .address = address,
        .code = syndrome,
        .instruction = instruction,
    };
    benchmark_entry();
    struct tcb *next = raise(kernel.current, &fault);
    benchmark_exit();
    return next;
}
