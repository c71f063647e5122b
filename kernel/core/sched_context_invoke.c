// SPDX-License-Identifier: BSD-2-Clause
//
// Invocations of SchedControl and of scheduling contexts (seL4 ABI §8.4).
#include "kernel/kernel.h"
#include "kernel/notification.h"
#include "kernel/refill.h"
#include "kernel/reply.h"
#include "kernel/sched_context.h"
#include "kernel/schedule.h"
#include "kernel/switch.h"
#include "kernel/syscall.h"

#include <sel4/invocation.h>

// --- SchedControl ------------------------------------------------------------------------------

// Microseconds. A refill's time plus a period must not overflow.
static uint64_t period_max(void)
{
    if (KCFG_STATIC_MAX_PERIOD_US != 0) {
        return KCFG_STATIC_MAX_PERIOD_US;
    }
    return UINT64_MAX / (KCFG_TIMER_HZ / 1000) / 8;
}

struct configure {
    struct sched_context *context;
    ticks_t budget;
    ticks_t period;
    uint32_t refills;
    uint64_t badge;
    bool sporadic;
};

static void configure_commit(const struct configure *c)
{
    struct sched_context *context = c->context;
    struct tcb *tcb = context->tcb;
    context->badge = c->badge;
    context->sporadic = c->sporadic;
    if (context == kernel.context) {
        schedule_charge();
    }
    if (sched_context_is_active(context) && tcb != NULL && thread_is_running(tcb)) {
        schedule_remove(tcb);
        refill_update(context, c->refills, c->budget, c->period, kernel.now);
    } else {
        refill_new(context, c->refills, c->budget, c->period, kernel.now);
    }
    if (tcb != NULL) {
        schedule_wake(tcb);
    }
}

seL4_Error sched_control_decode(struct syscall *sys)
{
    if (sys->label != SchedControlConfigureFlags) {
        return seL4_IllegalOperation;
    }
    if (sys->extra_count < 1 || sys->length < 5) {
        return seL4_TruncatedMessage;
    }
    const uint64_t budget = syscall_word(sys, 0);
    const uint64_t period = syscall_word(sys, 1);
    const uint64_t extra = syscall_word(sys, 2);
    const uint64_t max = period_max();
    if (budget > max || period > max || budget < REFILL_MINIMUM_US || period < REFILL_MINIMUM_US) {
        return syscall_range(sys, REFILL_MINIMUM_US, max);
    }
    if (budget > period) {
        return syscall_range(sys, REFILL_MINIMUM_US, period);
    }
    if (cap_type(sys->extra[0]->cap) != CAP_SCHED_CONTEXT) {
        return syscall_invalid_capability(sys, 1);
    }
    struct sched_context *context = sched_context_of(sys->extra[0]->cap);
    const uint32_t extra_max = context->refill_capacity - 2;
    if (extra > extra_max) {
        return syscall_range(sys, 0, extra_max);
    }
    const bool round_robin = budget == period;
    configure_commit(&(struct configure){
        .context = context,
        .budget = plat_us_to_ticks(budget),
        .period = round_robin ? 0 : plat_us_to_ticks(period),
        .refills = round_robin ? 2 : (uint32_t)extra + 2,
        .badge = syscall_word(sys, 3),
        .sporadic = (syscall_word(sys, 4) & seL4_SchedContext_Sporadic) != 0,
    });
    return seL4_NoError;
}

// --- SchedContext ------------------------------------------------------------------------------

static seL4_Error bind_tcb(struct sched_context *context, struct tcb *tcb)
{
    if (context->tcb != NULL || tcb->sched_context != NULL) {
        return seL4_IllegalOperation;
    }
    if (thread_is_blocked(tcb) && !sched_context_is_released(context)) {
        return seL4_IllegalOperation;
    }
    sched_context_bind(context, tcb);
    return seL4_NoError;
}

static seL4_Error bind_notification(struct sched_context *context,
                                    struct notification *notification)
{
    if (context->notification != NULL || notification->context != NULL) {
        return seL4_IllegalOperation;
    }
    sched_context_bind_notification(context, notification);
    return seL4_NoError;
}

static seL4_Error decode_bind(struct syscall *sys, struct sched_context *context)
{
    if (sys->extra_count < 1) {
        return seL4_TruncatedMessage;
    }
    const struct cap cap = sys->extra[0]->cap;
    if (cap_type(cap) == CAP_TCB) {
        return bind_tcb(context, tcb_of(cap));
    }
    if (cap_type(cap) == CAP_NOTIFICATION) {
        return bind_notification(context, notification_of(cap));
    }
    return syscall_invalid_capability(sys, 1);
}

static seL4_Error unbind_object_tcb(struct syscall *sys, struct sched_context *context,
                                    const struct tcb *tcb)
{
    if (context->tcb != tcb || tcb == sys->caller) {
        return seL4_IllegalOperation;
    }
    sched_context_unbind_tcb(context);
    return seL4_NoError;
}

static seL4_Error decode_unbind_object(struct syscall *sys, struct sched_context *context)
{
    if (sys->extra_count < 1) {
        return seL4_TruncatedMessage;
    }
    const struct cap cap = sys->extra[0]->cap;
    if (cap_type(cap) == CAP_TCB) {
        return unbind_object_tcb(sys, context, tcb_of(cap));
    }
    if (cap_type(cap) != CAP_NOTIFICATION) {
        return syscall_invalid_capability(sys, 1);
    }
    if (context->notification != notification_of(cap)) {
        return seL4_IllegalOperation;
    }
    sched_context_unbind_notification(context);
    return seL4_NoError;
}

static seL4_Error decode_unbind(struct syscall *sys, struct sched_context *context)
{
    if (context->tcb == sys->caller) {
        return seL4_IllegalOperation;
    }
    sched_context_unbind_tcb(context);
    sched_context_unbind_notification(context);
    reply_chain_detach(context);
    return seL4_NoError;
}

static seL4_Error answer_consumed(struct syscall *sys, struct sched_context *context)
{
    sys->result[0] = sched_context_consumed(context);
    sys->result_count = 1;
    return seL4_NoError;
}

// The thread of `context` goes ahead of the caller, whose answer is empty until it runs again.
static void yield_to_commit(struct syscall *sys, struct sched_context *context)
{
    if (sys->is_call) {
        sys->caller->yield_to = context;
        context->yield_from = sys->caller;
    }
    schedule_again();
    schedule_front(sys->caller);
    schedule_remove(context->tcb);
    schedule_front(context->tcb);
}

static seL4_Error decode_yield_to(struct syscall *sys, struct sched_context *context)
{
    struct tcb *tcb = context->tcb;
    if (tcb == NULL || tcb == sys->caller || tcb->priority > sys->caller->max_priority ||
        sys->caller->yield_to != NULL) {
        return seL4_IllegalOperation;
    }
    sched_context_finish_yield(context);
    if (!thread_is_schedulable(tcb)) {
        return answer_consumed(sys, context);
    }
    if (tcb->priority < sys->caller->priority) {
        schedule_remove(tcb);
        schedule_front(tcb);
        return answer_consumed(sys, context);
    }
    yield_to_commit(sys, context);
    return seL4_NoError;
}

seL4_Error sched_context_decode(struct syscall *sys)
{
    struct sched_context *context = sched_context_of(sys->cap);
    switch (sys->label) {
    case SchedContextBind:
        return decode_bind(sys, context);
    case SchedContextUnbind:
        return decode_unbind(sys, context);
    case SchedContextUnbindObject:
        return decode_unbind_object(sys, context);
    case SchedContextConsumed:
        return answer_consumed(sys, context);
    case SchedContextYieldTo:
        return decode_yield_to(sys, context);
    default:
        return seL4_IllegalOperation;
    }
}
