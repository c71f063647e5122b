// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/reply.h"

#include "kernel/fault.h"
#include "kernel/ipc.h"
#include "kernel/kernel.h"
#include "kernel/reply_chain.h"
#include "kernel/sched_context.h"
#include "kernel/schedule.h"
#include "kernel/switch.h"
#include "kernel/tcb.h"

void reply_attach(struct reply *reply, struct tcb *receiver)
{
    ASSERT(reply->tcb == NULL && receiver->reply == NULL);
    reply->tcb = receiver;
    receiver->reply = reply;
}

void reply_detach(struct reply *reply)
{
    ASSERT(reply->prev == NULL && reply->next == 0);
    reply->tcb->reply = NULL;
    reply->tcb = NULL;
}

// --- the chain of a context --------------------------------------------------------------------

// Both neighbours lose sight of the reply: a call that is forgotten in the middle ends the chain
// for the older ones, which the context will not come back to.
static void chain_cut(struct reply *reply)
{
    struct reply *newer = reply_next(reply);
    if (newer != NULL) {
        newer->prev = NULL;
    }
    if (reply->prev != NULL) {
        reply->prev->next = 0;
    }
    reply->prev = NULL;
    reply->next = 0;
}

void reply_chain_detach(struct sched_context *context)
{
    if (context->reply != NULL) {
        context->reply->next = 0;
        context->reply = NULL;
    }
}

// --- calls -------------------------------------------------------------------------------------

void reply_push(struct reply *reply, struct tcb *caller, struct tcb *callee, bool may_donate)
{
    reply_attach(reply, caller);
    caller->state = THREAD_BLOCKED_REPLY;
    struct sched_context *context = caller->sched_context;
    if (may_donate && context != NULL && callee->sched_context == NULL) {
        reply_chain_push(context, reply);
        sched_context_donate(context, callee);
    }
}

void reply_pop(struct reply *reply)
{
    struct tcb *caller = reply->tcb;
    struct sched_context *context = reply_context(reply);
    if (context == NULL) {
        chain_cut(reply);
    } else {
        reply_chain_pop(context, reply);
        if (caller->sched_context == NULL) {
            sched_context_donate(context, caller);
        }
    }
    reply_detach(reply);
}

void reply_abandon(struct tcb *tcb)
{
    struct reply *reply = tcb->reply;
    struct sched_context *context = reply_context(reply);
    if (context != NULL) {
        reply_chain_detach(context);
    }
    chain_cut(reply);
    reply_detach(reply);
}

// The context that came back may have nothing left: the timeout handler is told, unless it is the
// one that just answered.
static void resume_caller(struct tcb *caller, bool after_timeout)
{
    struct sched_context *context = caller->sched_context;
    if (context == NULL || !sched_context_is_active(context)) {
        return;
    }
    if (!after_timeout && !sched_context_is_released(context) &&
        fault_handler_is_valid(caller->slots[TCB_SLOT_TIMEOUT].cap)) {
        const struct fault fault = {.kind = FAULT_TIMEOUT, .code = context->badge};
        fault_raise(caller, &fault);
        return;
    }
    schedule_wake(caller);
}

void reply_send(struct tcb *replier, struct reply *reply, bool can_grant)
{
    struct tcb *caller = reply->tcb;
    if (caller == NULL || caller->state != THREAD_BLOCKED_REPLY) {
        return;
    }
    reply_pop(reply);
    const enum fault_kind fault = caller->fault.kind;
    bool goes_on = true;
    if (fault == FAULT_NONE) {
        message_transfer(replier, caller, NULL, 0, can_grant);
    } else {
        goes_on = fault_answer(replier, caller);
    }
    caller->state = goes_on ? THREAD_RUNNING : THREAD_INACTIVE;
    if (goes_on) {
        resume_caller(caller, fault == FAULT_TIMEOUT);
    }
}

void reply_destroy(struct reply *reply)
{
    struct tcb *tcb = reply->tcb;
    if (tcb == NULL) {
        return;
    }
    if (tcb->state == THREAD_BLOCKED_REPLY) {
        reply_pop(reply);
        tcb->fault.kind = FAULT_NONE;
        tcb->state = THREAD_INACTIVE;
    } else {
        thread_cancel_wait(tcb);
    }
}
