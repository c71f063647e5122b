// SPDX-License-Identifier: BSD-2-Clause
//
// Invocations of threads (seL4 ABI §8.2): registers, running, priorities, binding. What a thread's
// slots hold is set in tcb_slots.c.
#include "kernel/kernel.h"
#include "kernel/notification.h"
#include "kernel/sched_context.h"
#include "kernel/schedule.h"
#include "kernel/switch.h"
#include "kernel/syscall.h"
#include "kernel/tcb.h"
#include "kernel/tcb_debug.h"
#include "kernel/tcb_slots.h"

#include <sel4/invocation.h>

// --- registers ---------------------------------------------------------------------------------

enum {
    READ_SUSPEND = 1 << 0,
    WRITE_RESUME = 1 << 0,
    COPY_SUSPEND = 1 << 0,
    COPY_RESUME = 1 << 1,
    COPY_FRAME = 1 << 2,
    COPY_INTEGERS = 1 << 3,
};

static seL4_Error read_registers(struct syscall *sys, struct tcb *tcb)
{
    if (sys->length < 2) {
        return seL4_TruncatedMessage;
    }
    const uint64_t flags = syscall_word(sys, 0);
    const uint64_t count = syscall_word(sys, 1);
    if (count < 1 || count > ARCH_USER_REGISTERS) {
        return syscall_range(sys, 1, ARCH_USER_REGISTERS);
    }
    if (tcb == sys->caller) {
        return seL4_IllegalOperation;
    }
    if ((flags & READ_SUSPEND) != 0) {
        thread_suspend(tcb);
    }
    for (unsigned i = 0; i < count; i++) {
        sys->result[i] = arch_user_register(&tcb->context, i);
    }
    sys->result_count = (unsigned)count;
    return seL4_NoError;
}

static seL4_Error write_registers(struct syscall *sys, struct tcb *tcb)
{
    if (sys->length < 2) {
        return seL4_TruncatedMessage;
    }
    const uint64_t flags = syscall_word(sys, 0);
    uint64_t count = syscall_word(sys, 1);
    if (sys->length - 2 < count) {
        return seL4_TruncatedMessage;
    }
    if (tcb == sys->caller) {
        return seL4_IllegalOperation;
    }
    if (count > ARCH_USER_REGISTERS) {
        count = ARCH_USER_REGISTERS;
    }
    resumption_forget(&tcb->resumption);
    for (unsigned i = 0; i < count; i++) {
        arch_set_user_register(&tcb->context, i, syscall_word(sys, 2 + i));
    }
    if ((flags & WRITE_RESUME) != 0) {
        thread_restart(tcb);
    }
    return seL4_NoError;
}

static seL4_Error copy_registers(struct syscall *sys, struct tcb *tcb)
{
    if (sys->length < 1 || sys->extra_count < 1) {
        return seL4_TruncatedMessage;
    }
    const uint64_t flags = syscall_word(sys, 0);
    if (cap_type(sys->extra[0]->cap) != CAP_TCB) {
        return syscall_invalid_capability(sys, 1);
    }
    struct tcb *source = tcb_of(sys->extra[0]->cap);
    if ((flags & COPY_SUSPEND) != 0) {
        thread_suspend(source);
    }
    if ((flags & COPY_RESUME) != 0) {
        thread_restart(tcb);
    }
    resumption_forget(&tcb->resumption);
    arch_copy_registers(&tcb->context, &source->context, (flags & COPY_FRAME) != 0,
                        (flags & COPY_INTEGERS) != 0);
    return seL4_NoError;
}

static seL4_Error set_tls_base(struct syscall *sys, struct tcb *tcb)
{
    if (sys->length < 1) {
        return seL4_TruncatedMessage;
    }
    arch_set_tls_base(&tcb->context, syscall_word(sys, 0));
    return seL4_NoError;
}

static seL4_Error set_flags(struct syscall *sys, struct tcb *tcb)
{
    if (sys->length < 2) {
        return seL4_TruncatedMessage;
    }
    const uint64_t clear = syscall_word(sys, 0);
    const uint64_t set = syscall_word(sys, 1) & seL4_TCBFlag_MASK;
    tcb->flags = (uint8_t)((tcb->flags & ~clear) | set);
    if ((tcb->flags & seL4_TCBFlag_fpuDisabled) != 0) {
        arch_context_release(&tcb->context);
    }
    sys->result[0] = tcb->flags;
    sys->result_count = 1;
    return seL4_NoError;
}

// --- priorities --------------------------------------------------------------------------------

// Whether `authority` may give `priority` to a thread.
static seL4_Error check_priority(struct syscall *sys, const struct tcb *authority,
                                 uint64_t priority)
{
    return priority > authority->max_priority ? syscall_range(sys, 0, authority->max_priority)
                                              : seL4_NoError;
}

static seL4_Error decode_priority(struct syscall *sys, uint8_t *priority)
{
    if (sys->length < 1 || sys->extra_count < 1) {
        return seL4_TruncatedMessage;
    }
    if (cap_type(sys->extra[0]->cap) != CAP_TCB) {
        return syscall_invalid_capability(sys, 1);
    }
    const uint64_t value = syscall_word(sys, 0);
    *priority = (uint8_t)value;
    return check_priority(sys, tcb_of(sys->extra[0]->cap), value);
}

static seL4_Error set_priority(struct syscall *sys, struct tcb *tcb)
{
    uint8_t priority = 0;
    const seL4_Error error = decode_priority(sys, &priority);
    if (error == seL4_NoError) {
        thread_set_priority(tcb, priority);
    }
    return error;
}

static seL4_Error set_max_priority(struct syscall *sys, struct tcb *tcb)
{
    uint8_t priority = 0;
    const seL4_Error error = decode_priority(sys, &priority);
    if (error == seL4_NoError) {
        tcb->max_priority = priority;
    }
    return error;
}

// The context that SetSchedParams gives to `tcb`, NULL for none.
static seL4_Error check_context(struct syscall *sys, const struct tcb *tcb, struct cap cap,
                                struct sched_context **context)
{
    *context = NULL;
    if (cap_is_null(cap)) {
        return tcb == sys->caller ? seL4_IllegalOperation : seL4_NoError;
    }
    if (cap_type(cap) != CAP_SCHED_CONTEXT) {
        return syscall_invalid_capability(sys, 2);
    }
    *context = sched_context_of(cap);
    if (*context == tcb->sched_context) {
        return seL4_NoError;
    }
    if (tcb->sched_context != NULL || (*context)->tcb != NULL ||
        (thread_is_blocked(tcb) && !sched_context_is_released(*context))) {
        return seL4_IllegalOperation;
    }
    return seL4_NoError;
}

static void change_context(struct tcb *tcb, struct sched_context *context)
{
    if (context == tcb->sched_context) {
        return;
    }
    if (context == NULL) {
        sched_context_unbind_tcb(tcb->sched_context);
    } else {
        sched_context_bind(context, tcb);
    }
}

static seL4_Error set_sched_params(struct syscall *sys, struct tcb *tcb)
{
    if (sys->length < 2 || sys->extra_count < 3) {
        return seL4_TruncatedMessage;
    }
    if (cap_type(sys->extra[0]->cap) != CAP_TCB) {
        return syscall_invalid_capability(sys, 1);
    }
    const struct tcb *authority = tcb_of(sys->extra[0]->cap);
    const uint64_t max_priority = syscall_word(sys, 0);
    const uint64_t priority = syscall_word(sys, 1);
    struct sched_context *context;
    seL4_Error error = check_priority(sys, authority, max_priority);
    if (error == seL4_NoError) {
        error = check_priority(sys, authority, priority);
    }
    if (error == seL4_NoError) {
        error = check_context(sys, tcb, sys->extra[1]->cap, &context);
    }
    if (error == seL4_NoError) {
        error = tcb_check_fault_handler(sys, sys->extra[2]->cap, 3);
    }
    if (error != seL4_NoError) {
        return error;
    }
    tcb_install(tcb, TCB_SLOT_FAULT, sys->extra[2], sys->extra[2]->cap);
    tcb->max_priority = (uint8_t)max_priority;
    thread_set_priority(tcb, (uint8_t)priority);
    change_context(tcb, context);
    return seL4_NoError;
}

// --- notifications -----------------------------------------------------------------------------

static seL4_Error bind_notification(struct syscall *sys, struct tcb *tcb)
{
    if (sys->extra_count < 1) {
        return seL4_TruncatedMessage;
    }
    const struct cap cap = sys->extra[0]->cap;
    if (tcb->notification != NULL || cap_type(cap) != CAP_NOTIFICATION ||
        cap_get(cap, CAP_READ) == 0) {
        return seL4_IllegalOperation;
    }
    struct notification *notification = notification_of(cap);
    if (notification->state == NOTIFICATION_WAITING || notification->bound != NULL) {
        return seL4_IllegalOperation;
    }
    notification_bind(notification, tcb);
    return seL4_NoError;
}

static seL4_Error unbind_notification(const struct tcb *tcb)
{
    if (tcb->notification == NULL) {
        return seL4_IllegalOperation;
    }
    notification_unbind(tcb->notification);
    return seL4_NoError;
}

// --- dispatch ----------------------------------------------------------------------------------

seL4_Error tcb_decode(struct syscall *sys)
{
    struct tcb *tcb = tcb_of(sys->cap);
    switch (sys->label) {
    case TCBReadRegisters:
        return read_registers(sys, tcb);
    case TCBWriteRegisters:
        return write_registers(sys, tcb);
    case TCBCopyRegisters:
        return copy_registers(sys, tcb);
    case TCBConfigure:
        return tcb_configure(sys, tcb);
    case TCBSetPriority:
        return set_priority(sys, tcb);
    case TCBSetMCPriority:
        return set_max_priority(sys, tcb);
    case TCBSetSchedParams:
        return set_sched_params(sys, tcb);
    case TCBSetTimeoutEndpoint:
        return tcb_set_timeout_endpoint(sys, tcb);
    case TCBSetIPCBuffer:
        return tcb_set_buffer(sys, tcb);
    case TCBSetSpace:
        return tcb_set_space(sys, tcb);
    case TCBSuspend:
        thread_suspend(tcb);
        return seL4_NoError;
    case TCBResume:
        thread_restart(tcb);
        return seL4_NoError;
    case TCBBindNotification:
        return bind_notification(sys, tcb);
    case TCBUnbindNotification:
        return unbind_notification(tcb);
    case TCBSetTLSBase:
        return set_tls_base(sys, tcb);
    case TCBSetFlags:
        return set_flags(sys, tcb);
    default:
        return tcb_debug_decode(sys, tcb);
    }
}
