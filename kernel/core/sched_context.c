// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/sched_context.h"

#include "kernel/ipc.h"
#include "kernel/kernel.h"
#include "kernel/notification.h"
#include "kernel/refill.h"
#include "kernel/reply.h"
#include "kernel/schedule.h"

void sched_context_init(struct sched_context *context, unsigned bits)
{
    const uint64_t room = (UINT64_C(1) << bits) - sizeof(struct sched_context);
    context->refill_capacity = (uint32_t)(room / sizeof(struct refill));
}

void sched_context_make_initial(struct sched_context *context, struct tcb *tcb, uint64_t budget_us)
{
    refill_new(context, 2, plat_us_to_ticks(budget_us), 0, kernel.now);
    context->tcb = tcb;
    tcb->sched_context = context;
}

void sched_context_bind(struct sched_context *context, struct tcb *tcb)
{
    ASSERT(context->tcb == NULL && tcb->sched_context == NULL);
    context->tcb = tcb;
    tcb->sched_context = context;
    schedule_wake(tcb);
}

void sched_context_unbind_tcb(struct sched_context *context)
{
    struct tcb *tcb = context->tcb;
    if (tcb == NULL) {
        return;
    }
    schedule_remove(tcb);
    tcb->sched_context = NULL;
    context->tcb = NULL;
    kernel.unsettled = true; // the current thread may be without a context now
}

void sched_context_bind_notification(struct sched_context *context,
                                     struct notification *notification)
{
    ASSERT(context->notification == NULL && notification->context == NULL);
    context->notification = notification;
    notification->context = context;
}

void sched_context_unbind_notification(struct sched_context *context)
{
    if (context->notification != NULL) {
        context->notification->context = NULL;
        context->notification = NULL;
    }
}

void sched_context_donate(struct sched_context *context, struct tcb *to)
{
    ASSERT(to->sched_context == NULL);
    sched_context_unbind_tcb(context);
    context->tcb = to;
    to->sched_context = context;
}

void sched_context_destroy(struct sched_context *context)
{
    sched_context_finish_yield(context);
    sched_context_unbind_tcb(context);
    sched_context_unbind_notification(context);
    reply_chain_detach(context);
    schedule_forget(context);
}

uint64_t sched_context_consumed(struct sched_context *context)
{
    const ticks_t consumed = context->consumed;
    context->consumed = 0;
    return plat_ticks_to_us(consumed);
}

void sched_context_forget_yield(struct sched_context *context)
{
    context->yield_from->yield_to = NULL;
    context->yield_from = NULL;
}

void sched_context_finish_yield(struct sched_context *context)
{
    struct tcb *tcb = context->yield_from;
    if (tcb == NULL) {
        return;
    }
    sched_context_forget_yield(context);
    const uint64_t consumed = sched_context_consumed(context);
    message_put(tcb, seL4_NoError, &consumed, 1);
    thread_set_badge(tcb, 0);
}
