// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/tcb.h"

#include "kernel/endpoint.h"
#include "kernel/kernel.h"
#include "kernel/notification.h"
#include "kernel/reply.h"
#include "kernel/sched_context.h"
#include "kernel/schedule.h"

// --- life --------------------------------------------------------------------------------------

void tcb_init(struct tcb *tcb)
{
    arch_context_init(&tcb->context);
    tcb->state = THREAD_INACTIVE;
    tcb->domain = (uint8_t)schedule_domain();
    tcb->all_next = kernel.all_threads;
    tcb->all_prev = NULL;
    if (tcb->all_next != NULL) {
        tcb->all_next->all_prev = tcb;
    }
    kernel.all_threads = tcb;
}

void tcb_destroy(struct tcb *tcb)
{
    if (tcb->notification != NULL) {
        notification_unbind(tcb->notification);
    }
    thread_suspend(tcb);
    if (tcb->sched_context != NULL) {
        sched_context_unbind_tcb(tcb->sched_context);
    }
    if (tcb->all_prev == NULL) {
        kernel.all_threads = tcb->all_next;
    } else {
        tcb->all_prev->all_next = tcb->all_next;
    }
    if (tcb->all_next != NULL) {
        tcb->all_next->all_prev = tcb->all_prev;
    }
    arch_context_release(&tcb->context);
}

// --- state -------------------------------------------------------------------------------------

bool thread_is_idle(const struct tcb *tcb)
{
    return tcb == &kernel.idle;
}

bool thread_is_blocked(const struct tcb *tcb)
{
    switch (tcb->state) {
    case THREAD_BLOCKED_SEND:
    case THREAD_BLOCKED_RECEIVE:
    case THREAD_BLOCKED_REPLY:
    case THREAD_BLOCKED_NOTIFICATION:
        return true;
    case THREAD_INACTIVE:
    case THREAD_RUNNING:
    case THREAD_IDLE:
    default:
        return false;
    }
}

void thread_cancel_wait(struct tcb *tcb)
{
    switch (tcb->state) {
    case THREAD_BLOCKED_RECEIVE:
        endpoint_remove(tcb);
        if (tcb->reply != NULL) {
            reply_detach(tcb->reply);
        }
        break;
    case THREAD_BLOCKED_SEND:
        endpoint_remove(tcb);
        break;
    case THREAD_BLOCKED_NOTIFICATION:
        notification_remove(tcb);
        break;
    case THREAD_BLOCKED_REPLY:
        reply_abandon(tcb);
        break;
    case THREAD_INACTIVE:
    case THREAD_RUNNING:
    case THREAD_IDLE:
    default:
        return;
    }
    tcb->fault.kind = FAULT_NONE;
    tcb->state = THREAD_INACTIVE;
}

void thread_suspend(struct tcb *tcb)
{
    if (tcb->yield_to != NULL) {
        sched_context_forget_yield(tcb->yield_to);
    }
    // The current thread is in the middle of a system call, which it executes again when resumed.
    if (thread_is_running(tcb) && tcb != kernel.current) {
        arch_set_user_register(&tcb->context, 0, arch_next_pc(&tcb->context));
    }
    thread_cancel_wait(tcb);
    schedule_remove(tcb);
    tcb->state = THREAD_INACTIVE;
}

static void run_at_restart_pc(struct tcb *tcb)
{
    arch_restart(&tcb->context);
    tcb->state = THREAD_RUNNING;
    schedule_wake(tcb);
}

void thread_restart(struct tcb *tcb)
{
    if (!thread_is_running(tcb)) {
        thread_cancel_wait(tcb);
        run_at_restart_pc(tcb);
    }
}

void thread_retry(struct tcb *tcb)
{
    if (tcb->reply != NULL) {
        reply_detach(tcb->reply);
    }
    if (tcb->fault.kind == FAULT_NONE) {
        run_at_restart_pc(tcb);
    } else {
        tcb->fault.kind = FAULT_NONE;
        tcb->state = THREAD_INACTIVE;
    }
}

// --- priority ----------------------------------------------------------------------------------

static void set_runnable_priority(struct tcb *tcb, uint8_t priority)
{
    const bool waits_for_refill = tcb->in_release;
    if (!waits_for_refill) {
        schedule_remove(tcb);
    }
    tcb->priority = priority;
    if (tcb == kernel.current) {
        schedule_again();
    } else if (!waits_for_refill) {
        schedule_wake(tcb);
    }
}

void thread_set_priority(struct tcb *tcb, uint8_t priority)
{
    switch (tcb->state) {
    case THREAD_RUNNING:
        set_runnable_priority(tcb, priority);
        break;
    case THREAD_BLOCKED_SEND:
    case THREAD_BLOCKED_RECEIVE:
        endpoint_set_priority(tcb, priority);
        break;
    case THREAD_BLOCKED_NOTIFICATION:
        notification_set_priority(tcb, priority);
        break;
    case THREAD_INACTIVE:
    case THREAD_BLOCKED_REPLY:
    case THREAD_IDLE:
    default:
        tcb->priority = priority;
        break;
    }
}
