// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/domain.h"

#include "kernel/kernel.h"
#include "kernel/schedule.h"
#include "kernel/syscall.h"
#include "kernel/tcb.h"

#include <sel4/invocation.h>

static const uint64_t LENGTH_END = UINT64_C(1) << 56;

static void set_commit(struct tcb *tcb, uint8_t domain)
{
    const bool was_ready = tcb->in_ready;
    if (was_ready) {
        schedule_remove(tcb);
    }
    tcb->domain = domain;
    if (tcb == kernel.current) {
        schedule_again();
    } else if (was_ready) {
        // As on seL4, even one that is above the caller waits for the next decision.
        schedule_front(tcb);
    }
}

static seL4_Error decode_set(struct syscall *sys)
{
    if (sys->length < 1) {
        return seL4_TruncatedMessage;
    }
    const uint64_t domain = syscall_word(sys, 0);
    if (domain >= KCFG_DOMAIN_COUNT) {
        return syscall_invalid_argument(sys, 0);
    }
    if (sys->extra_count < 1) {
        return seL4_TruncatedMessage;
    }
    if (cap_type(sys->extra[0]->cap) != CAP_TCB) {
        return syscall_invalid_argument(sys, 1);
    }
    set_commit(tcb_of(sys->extra[0]->cap), (uint8_t)domain);
    return seL4_NoError;
}

static seL4_Error decode_configure(struct syscall *sys)
{
    if (sys->length < 3) {
        return seL4_TruncatedMessage;
    }
    const uint64_t index = syscall_word(sys, 0);
    const uint64_t domain = syscall_word(sys, 1);
    const uint64_t length = syscall_word(sys, 2);
    if (index >= KCFG_DOMAIN_SCHEDULE_COUNT - 1) {
        return syscall_range(sys, 0, KCFG_DOMAIN_SCHEDULE_COUNT - 2);
    }
    if (domain >= KCFG_DOMAIN_COUNT) {
        return syscall_range(sys, 0, KCFG_DOMAIN_COUNT - 1);
    }
    if (length >= LENGTH_END) {
        return syscall_invalid_argument(sys, 2);
    }
    if (length == 0 && domain != 0) {
        return syscall_invalid_argument(sys, 1);
    }
    if (length == 0 && index == kernel.domain_start) {
        return syscall_invalid_argument(sys, 2);
    }
    kernel.domains[index] = (struct domain_entry){.domain = domain, .length = length};
    return seL4_NoError;
}

static seL4_Error decode_set_start(struct syscall *sys)
{
    if (sys->length < 1) {
        return seL4_TruncatedMessage;
    }
    const uint64_t index = syscall_word(sys, 0);
    if (index >= KCFG_DOMAIN_SCHEDULE_COUNT) {
        return syscall_range(sys, 0, KCFG_DOMAIN_SCHEDULE_COUNT - 1);
    }
    if (kernel.domains[index].length == 0) {
        return syscall_invalid_argument(sys, 0);
    }
    kernel.domain_start = (unsigned)index;
    schedule_domain_start((unsigned)index);
    return seL4_NoError;
}

seL4_Error domain_decode(struct syscall *sys)
{
    switch (sys->label) {
    case DomainSetSet:
        return decode_set(sys);
    case DomainScheduleConfigure:
        return decode_configure(sys);
    case DomainScheduleSetStart:
        return decode_set_start(sys);
    default:
        return seL4_IllegalOperation;
    }
}
