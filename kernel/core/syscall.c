// SPDX-License-Identifier: BSD-2-Clause
//
// System calls are made of two phases (seL4 ABI §1.4, §1.5):
//
//   Call, Send, NBSend          send
//   Recv, NBRecv, Wait, NBWait          receive
//   ReplyRecv, NBSendRecv/Wait  send,   receive
#include "kernel/syscall.h"

#include "kernel/benchmark.h"
#include "kernel/cspace.h"
#include "kernel/debug.h"
#include "kernel/endpoint.h"
#include "kernel/ipc.h"
#include "kernel/irq.h"
#include "kernel/kernel.h"
#include "kernel/notification.h"
#include "kernel/refill.h"
#include "kernel/reply.h"
#include "kernel/schedule.h"

#include <sel4/syscall.h>

// --- details of errors -------------------------------------------------------------------------

seL4_Error syscall_invalid_argument(struct syscall *sys, uint64_t argument)
{
    sys->argument = argument;
    return seL4_InvalidArgument;
}

seL4_Error syscall_invalid_capability(struct syscall *sys, uint64_t argument)
{
    sys->argument = argument;
    return seL4_InvalidCapability;
}

seL4_Error syscall_range(struct syscall *sys, uint64_t min, uint64_t max)
{
    sys->range_min = min;
    sys->range_max = max;
    return seL4_RangeError;
}

seL4_Error syscall_failed_lookup(struct syscall *sys, bool source, struct lookup_failure failure)
{
    sys->lookup_is_source = source;
    sys->lookup = failure;
    return seL4_FailedLookup;
}

seL4_Error syscall_no_memory(struct syscall *sys, uint64_t bytes_left)
{
    sys->memory_left = bytes_left;
    return seL4_NotEnoughMemory;
}

static unsigned error_words(const struct syscall *sys, seL4_Error error, uint64_t words[5])
{
    switch (error) {
    case seL4_InvalidArgument:
    case seL4_InvalidCapability:
        words[0] = sys->argument;
        return 1;
    case seL4_RangeError:
        words[0] = sys->range_min;
        words[1] = sys->range_max;
        return 2;
    case seL4_FailedLookup:
        words[0] = sys->lookup_is_source;
        return 1 + lookup_failure_words(&sys->lookup, &words[1]);
    case seL4_NotEnoughMemory:
        words[0] = sys->memory_left;
        return 1;
    case seL4_NoError:
    case seL4_IllegalOperation:
    case seL4_AlignmentError:
    case seL4_TruncatedMessage:
    case seL4_DeleteFirst:
    case seL4_RevokeFirst:
    case seL4_NumErrors:
    default:
        return 0;
    }
}

// --- answers to Call ---------------------------------------------------------------------------

static void answer(struct tcb *tcb, uint64_t label, const uint64_t *words, unsigned count)
{
    message_put(tcb, label, words, count);
    thread_set_badge(tcb, 0);
}

static void answer_error(const struct syscall *sys, seL4_Error error)
{
    uint64_t words[5];
    const unsigned count = error_words(sys, error, words);
    answer(sys->caller, error, words, count);
}

// --- send phase --------------------------------------------------------------------------------

// What a system call asks of its send phase.
struct send_phase {
    bool blocks;   // waits for a receiver; faults if the capability is not there
    bool calls;    // wants an answer
    bool donates;  // lends the scheduling context
    bool combined; // a receive phase follows
};

static void fault_lookup(struct tcb *tcb, uint64_t address, bool in_receive,
                         struct lookup_failure failure)
{
    const struct fault fault = {
        .kind = FAULT_CAP,
        .address = address,
        .in_receive = in_receive,
        .lookup = failure,
    };
    fault_raise(tcb, &fault);
}

// The invocation of a kernel object. Returns false if the system call is executed again later.
static bool send_invoke(struct tcb *tcb, struct slot *slot, struct message_info info,
                        const uint64_t *buffer, const struct extra_caps *extra,
                        struct send_phase phase)
{
    // Not cleared as a whole: most of it is room for results.
    struct syscall sys;
    sys.caller = tcb;
    sys.cap = slot->cap;
    sys.slot = slot;
    sys.label = info.label;
    sys.length = info.length;
    sys.extra_count = extra->count;
    sys.buffer = buffer;
    sys.is_call = phase.calls;
    sys.may_block = !phase.combined;
    sys.preempted = false;
    sys.result_count = 0;
    for (unsigned i = 0; i < extra->count; i++) {
        sys.extra[i] = extra->slot[i];
    }
    const seL4_Error error = invoke(&sys);
    if (!thread_is_running(tcb)) {
        return false; // it stopped or destroyed itself
    }
    if (sys.preempted) {
        arch_restart(&tcb->context);
        return false;
    }
    resumption_forget(&tcb->resumption);
    if (phase.calls) {
        if (error == seL4_NoError) {
            answer(tcb, seL4_NoError, sys.result, sys.result_count);
        } else {
            answer_error(&sys, error);
        }
    }
    return true;
}

static void send_endpoint(struct tcb *tcb, struct cap cap, struct send_phase phase)
{
    const struct endpoint_send how = {
        .badge = cap_badge(cap),
        .can_grant = cap_get(cap, CAP_GRANT) != 0,
        .can_grant_reply = cap_get(cap, CAP_GRANT_REPLY) != 0,
        .is_call = phase.calls,
        .may_block = phase.blocks,
        .may_donate = phase.donates,
    };
    endpoint_send(tcb, endpoint_of(cap), &how);
}

// Endpoints, notifications and replies are not invoked but used. Returns false for other
// capabilities, and for those that lack the right to send: the invocation refuses them.
static bool send_message(struct tcb *tcb, struct cap cap, struct send_phase phase)
{
    const enum cap_type type = cap_type(cap);
    if (type == CAP_ENDPOINT && cap_get(cap, CAP_WRITE) != 0) {
        send_endpoint(tcb, cap, phase);
        return true;
    }
    if (type == CAP_NOTIFICATION && cap_get(cap, CAP_WRITE) != 0) {
        notification_signal(notification_of(cap), cap_badge(cap));
    } else if (type == CAP_REPLY) {
        reply_send(tcb, reply_of(cap), cap_get(cap, CAP_GRANT) != 0);
    } else {
        return false;
    }
    if (phase.calls) {
        answer(tcb, seL4_NoError, NULL, 0);
    }
    return true;
}

// Returns whether a receive phase may follow.
static bool send(struct tcb *tcb, uint64_t address, struct send_phase phase)
{
    struct slot *slot;
    struct lookup_failure failure;
    if (!cspace_lookup(tcb, cptr(address), &slot, &failure)) {
        if (phase.blocks) {
            fault_lookup(tcb, address, false, failure);
        }
        return true;
    }
    struct message_info info = message_info_unpack(arch_get(&tcb->context, ARCH_REG_INFO, 0));
    struct extra_caps extra = {.count = 0};
    uint64_t *buffer = NULL;
    if (info.extra_caps > 0 && thread_buffer(tcb, false, &buffer)) {
        uint64_t extra_address;
        if (!message_extra_caps(tcb, buffer, info.extra_caps, &extra, &extra_address, &failure)) {
            if (phase.blocks) {
                fault_lookup(tcb, extra_address, false, failure);
            }
            return true;
        }
    }
    if (send_message(tcb, slot->cap, phase)) {
        resumption_forget(&tcb->resumption);
        return true;
    }
    if (buffer == NULL && !thread_buffer(tcb, false, &buffer) &&
        info.length > ARCH_MESSAGE_REGISTERS) {
        info.length = ARCH_MESSAGE_REGISTERS;
    }
    return send_invoke(tcb, slot, info, buffer, &extra, phase);
}

// --- receive phase -----------------------------------------------------------------------------

static const struct lookup_failure MISSING = {.kind = LOOKUP_MISSING_CAPABILITY, .bits_left = 0};

static void receive_endpoint(struct tcb *tcb, struct cap cap, bool blocks, bool with_reply)
{
    struct reply *reply = NULL;
    if (with_reply) {
        struct slot *slot;
        struct lookup_failure failure;
        const uint64_t address = arch_get(&tcb->context, ARCH_REG_REPLY, 0);
        if (!cspace_lookup(tcb, cptr(address), &slot, &failure)) {
            fault_lookup(tcb, address, true, failure);
            return;
        }
        if (cap_type(slot->cap) != CAP_REPLY) {
            fault_lookup(tcb, address, true, MISSING);
            return;
        }
        reply = reply_of(slot->cap);
    }
    endpoint_receive(tcb, endpoint_of(cap), reply, blocks);
}

static bool may_wait(const struct tcb *tcb, struct cap cap)
{
    const struct notification *notification = notification_of(cap);
    return cap_get(cap, CAP_READ) != 0 &&
           (notification->bound == NULL || notification->bound == tcb);
}

static void receive(struct tcb *tcb, bool blocks, bool with_reply)
{
    struct slot *slot;
    struct lookup_failure failure;
    const uint64_t address = arch_get(&tcb->context, ARCH_REG_BADGE, 0);
    if (!cspace_lookup(tcb, cptr(address), &slot, &failure)) {
        fault_lookup(tcb, address, true, failure);
        return;
    }
    const struct cap cap = slot->cap;
    const enum cap_type type = cap_type(cap);
    if (type == CAP_ENDPOINT && cap_get(cap, CAP_READ) != 0) {
        receive_endpoint(tcb, cap, blocks, with_reply);
    } else if (type == CAP_NOTIFICATION && may_wait(tcb, cap)) {
        notification_receive(tcb, notification_of(cap), blocks);
    } else {
        fault_lookup(tcb, address, true, MISSING);
    }
}

// The send phase of a combined call reports nothing and never waits.
static void send_receive(struct tcb *tcb, enum arch_register target, bool with_reply)
{
    const struct send_phase phase = {.donates = true, .combined = true};
    if (send(tcb, arch_get(&tcb->context, target, 0), phase)) {
        receive(tcb, true, with_reply);
    }
}

// --- dispatch ----------------------------------------------------------------------------------

static void unknown_syscall(struct tcb *tcb, int64_t number)
{
    if (!debug_syscall(number) && !benchmark_syscall(number)) {
        const struct fault fault = {.kind = FAULT_UNKNOWN_SYSCALL, .code = (uint64_t)number};
        fault_raise(tcb, &fault);
    }
}

static void dispatch(struct tcb *tcb, int64_t number)
{
    const uint64_t target = arch_get(&tcb->context, ARCH_REG_BADGE, 0);
    switch (number) {
    case seL4_SysCall:
        (void)send(tcb, target,
                   (struct send_phase){.blocks = true, .calls = true, .donates = true});
        break;
    case seL4_SysReplyRecv:
        send_receive(tcb, ARCH_REG_REPLY, true);
        break;
    case seL4_SysNBSendRecv:
        send_receive(tcb, ARCH_REG_NBDEST, true);
        break;
    case seL4_SysNBSendWait:
        send_receive(tcb, ARCH_REG_REPLY, false);
        break;
    case seL4_SysSend:
        (void)send(tcb, target, (struct send_phase){.blocks = true});
        break;
    case seL4_SysNBSend:
        (void)send(tcb, target, (struct send_phase){.blocks = false});
        break;
    case seL4_SysRecv:
        receive(tcb, true, true);
        break;
    case seL4_SysNBRecv:
        receive(tcb, false, true);
        break;
    case seL4_SysWait:
        receive(tcb, true, false);
        break;
    case seL4_SysNBWait:
        receive(tcb, false, false);
        break;
    case seL4_SysYield:
        schedule_yield();
        break;
    default:
        unknown_syscall(tcb, number);
        break;
    }
}

// --- entries -----------------------------------------------------------------------------------

struct tcb *syscall_slow(struct tcb *caller, int64_t number)
{
    if (schedule_enter()) {
        dispatch(caller, number);
    } else {
        arch_restart(&caller->context); // executed again when there is a budget for it
    }
    return schedule();
}

struct tcb *interrupt_slow(unsigned irq)
{
    (void)schedule_enter();
    if (irq != PLAT_IRQ_NONE) {
        // The timer only brings us here: schedule() looks at the clock.
        if (irq != plat_timer_irq()) {
            irq_dispatch(irq);
        }
        plat_irq_end(irq);
    }
    return schedule();
}

struct tcb *fault_slow(const struct fault *fault)
{
    struct tcb *tcb = kernel.current;
    if (schedule_enter()) {
        fault_raise(tcb, fault);
    } else {
        arch_restart(&tcb->context);
    }
    return schedule();
}

static struct tcb *enter_fault(const struct fault *fault)
{
    benchmark_entry();
    struct tcb *next = fault_slow(fault);
    benchmark_exit();
    return next;
}

struct tcb *entry_user_exception(uint64_t syndrome)
{
    return enter_fault(&(struct fault){.kind = FAULT_USER_EXCEPTION, .code = syndrome});
}

struct tcb *entry_debug_exception(uint64_t reason, uint64_t address, uint64_t breakpoint)
{
    return enter_fault(&(struct fault){
        .kind = FAULT_DEBUG,
        .code = reason,
        .address = address,
        .extra = breakpoint,
    });
}

// --- preemption --------------------------------------------------------------------------------

bool preemption_wanted(void)
{
    if (++kernel.work_units < KCFG_WORK_UNITS_PER_PREEMPTION) {
        return false;
    }
    kernel.work_units = 0;
    if (plat_irq_pending()) {
        return true;
    }
    return plat_time_now() > kernel.budget_end;
}
