// SPDX-License-Identifier: BSD-2-Clause
//
// Scheduling contexts, and the chains of calls that they travel along (sched_context.h, reply.h).
#include "ok.h"

#include "kernel/arch.h"
#include "kernel/notification.h"
#include "kernel/refill.h"
#include "kernel/reply.h"
#include "kernel/sched_context.h"

// --- replies -------------------------------------------------------------------------------------

static bool is_reply(const struct reply *reply)
{
    return ok_object(CAP_REPLY, reply) != NULL;
}

static const char *check_reply(const struct reply *reply)
{
    const struct tcb *tcb = reply->tcb;
    if (tcb != NULL && (ok_object(CAP_TCB, tcb) == NULL || tcb->reply != reply)) {
        return "R1: a reply object's thread does not know it";
    }
    const bool chained = reply->prev != NULL || reply->next != 0;
    if (chained && (tcb == NULL || tcb->state != THREAD_BLOCKED_REPLY)) {
        return "R3: a reply in a chain has no caller";
    }
    if (reply->prev != NULL && (!is_reply(reply->prev) || reply_next(reply->prev) != reply)) {
        return "R2: the older reply does not point back";
    }
    const struct reply *newer = reply_next(reply);
    const struct sched_context *context = reply_context(reply);
    if (newer != NULL && (!is_reply(newer) || newer->prev != reply)) {
        return "R2: the newer reply does not point back";
    }
    if (context != NULL &&
        (ok_object(CAP_SCHED_CONTEXT, context) == NULL || context->reply != reply)) {
        return "R2: the top of a chain is not its context's";
    }
    return NULL;
}

const char *ok_calls(const struct ok_stock *stock)
{
    const char *broken = NULL;
    for (size_t i = 0; i < stock->count && broken == NULL; i++) {
        const struct cap cap = stock->slots[i].slot->cap;
        if (cap_type(cap) == CAP_REPLY) {
            broken = check_reply(reply_of(cap));
        }
    }
    return broken;
}

// --- contexts ------------------------------------------------------------------------------------

static const char *check_refills(struct sched_context *context)
{
    const uint32_t max = context->refill_max;
    if (max == 0) {
        return context->refill_count == 0 ? NULL
                                          : "S1: a context that is not configured has refills";
    }
    if (context->refill_count < 1 || context->refill_count > max ||
        max > context->refill_capacity || context->refill_head >= max) {
        return "S1: the number of refills";
    }
    return refill_ok(context) ? NULL : "S2, S3 or S4: refills";
}

static const char *check_bindings(struct sched_context *context)
{
    if (context->tcb != NULL &&
        (ok_object(CAP_TCB, context->tcb) == NULL || context->tcb->sched_context != context)) {
        return "S5: a context's thread does not know it";
    }
    if (context->notification != NULL &&
        (ok_object(CAP_NOTIFICATION, context->notification) == NULL ||
         context->notification->context != context)) {
        return "S5: a context's notification does not know it";
    }
    if (context->yield_from != NULL && (ok_object(CAP_TCB, context->yield_from) == NULL ||
                                        context->yield_from->yield_to != context)) {
        return "S5: nobody waits for the context's time";
    }
    if (context->reply != NULL &&
        (!is_reply(context->reply) || reply_context(context->reply) != context)) {
        return "S5: a context's call does not know it";
    }
    return NULL;
}

static const char *check_each(const struct ok_stock *stock,
                              const char *(*check)(struct sched_context *context))
{
    const char *broken = NULL;
    for (size_t i = 0; i < stock->count && broken == NULL; i++) {
        const struct cap cap = stock->slots[i].slot->cap;
        if (cap_type(cap) == CAP_SCHED_CONTEXT) {
            broken = check(sched_context_of(cap));
        }
    }
    return broken;
}

const char *ok_refills(const struct ok_stock *stock)
{
    return check_each(stock, check_refills);
}

// When the kernel has to look at contexts again.
static const char *check_deadline(void)
{
    ticks_t deadline = kernel.domain_end - refill_minimum();
    if (kernel.release.first != NULL) {
        const ticks_t release = refill_head(kernel.release.first->sched_context)->time;
        deadline = release < deadline ? release : deadline;
    }
    if (kernel.context != NULL) {
        const ticks_t end = kernel.charged_until + refill_head(kernel.context)->amount;
        deadline = end < deadline ? end : deadline;
        if (kernel.budget_end != end - refill_minimum()) {
            return "Q7: the end of the current budget is wrong";
        }
    }
    return kernel.deadline == deadline ? NULL : "Q7: the timer is set to another moment";
}

const char *ok_contexts(const struct ok_stock *stock)
{
    const char *broken = check_each(stock, check_bindings);
    if (broken == NULL && kernel.context != kernel.current->sched_context) {
        broken = "S6: the context in use is not the current thread's";
    }
    if (broken == NULL && kernel.context != NULL &&
        (!refill_is_ready(kernel.context, kernel.now) ||
         !refill_is_sufficient(kernel.context, kernel.now - kernel.charged_until))) {
        broken = "S7: the current thread runs without a budget";
    }
    return broken == NULL ? check_deadline() : broken;
}
