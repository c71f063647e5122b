// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/notification.h"

#include "kernel/kernel.h"
#include "kernel/sched_context.h"
#include "kernel/schedule.h"
#include "kernel/tcb.h"

// --- contexts ----------------------------------------------------------------------------------

// A thread without a scheduling context that takes the word gets the notification's, if it is free.
static void lend_context(const struct notification *notification, struct tcb *tcb)
{
    struct sched_context *context = notification->context;
    if (context != NULL && context->tcb == NULL && tcb->sched_context == NULL) {
        sched_context_donate(context, tcb);
    }
}

void notification_keep_context(struct notification *notification, struct tcb *tcb)
{
    if (notification != NULL && notification->context != NULL &&
        notification->context == tcb->sched_context) {
        sched_context_unbind_tcb(notification->context);
    }
}

// --- signals -----------------------------------------------------------------------------------

// A thread that is in no queue takes `word`.
static void deliver(const struct notification *notification, struct tcb *tcb, uint64_t word)
{
    thread_set_badge(tcb, word);
    tcb->state = THREAD_RUNNING;
    lend_context(notification, tcb);
    schedule_wake(tcb);
}

void notification_signal(struct notification *notification, uint64_t badge)
{
    struct tcb *bound = notification->bound;
    if (notification->state == NOTIFICATION_WAITING) {
        struct tcb *tcb = notification->queue.first;
        notification_remove(tcb);
        deliver(notification, tcb, badge);
    } else if (notification->state == NOTIFICATION_IDLE && bound != NULL &&
               bound->state == THREAD_BLOCKED_RECEIVE) {
        thread_cancel_wait(bound);
        deliver(notification, bound, badge);
    } else {
        notification->state = NOTIFICATION_ACTIVE;
        notification->word |= badge;
    }
}

void notification_take(struct tcb *receiver, struct notification *notification)
{
    const uint64_t word = notification->word;
    notification->state = NOTIFICATION_IDLE;
    notification->word = 0;
    deliver(notification, receiver, word);
}

void notification_receive(struct tcb *receiver, struct notification *notification, bool may_block)
{
    if (notification->state == NOTIFICATION_ACTIVE) {
        notification_take(receiver, notification);
        return;
    }
    if (!may_block) {
        thread_set_badge(receiver, 0);
        return;
    }
    receiver->state = THREAD_BLOCKED_NOTIFICATION;
    receiver->waits_on_notification = notification;
    thread_tree_insert(&notification->queue, receiver, ORDER_PRIORITY);
    notification->state = NOTIFICATION_WAITING;
    notification_keep_context(notification, receiver);
}

// --- queue -------------------------------------------------------------------------------------

void notification_remove(struct tcb *tcb)
{
    struct notification *notification = tcb->waits_on_notification;
    thread_tree_remove(&notification->queue, tcb);
    if (notification->queue.first == NULL) {
        notification->state = NOTIFICATION_IDLE;
    }
}

void notification_set_priority(struct tcb *tcb, uint8_t priority)
{
    struct thread_tree *queue = &tcb->waits_on_notification->queue;
    thread_tree_remove(queue, tcb);
    tcb->priority = priority;
    thread_tree_insert(queue, tcb, ORDER_PRIORITY);
}

// --- binding -----------------------------------------------------------------------------------

void notification_bind(struct notification *notification, struct tcb *tcb)
{
    ASSERT(notification->bound == NULL && tcb->notification == NULL);
    notification->bound = tcb;
    tcb->notification = notification;
}

void notification_unbind(struct notification *notification)
{
    if (notification->bound != NULL) {
        notification->bound->notification = NULL;
        notification->bound = NULL;
    }
}

void notification_release(struct notification *notification)
{
    notification_unbind(notification);
    if (notification->context != NULL) {
        sched_context_unbind_notification(notification->context);
    }
}

bool notification_evict(struct notification *notification)
{
    struct tcb *tcb = notification->queue.first;
    if (tcb == NULL) {
        return false;
    }
    notification_remove(tcb);
    thread_retry(tcb);
    return true;
}
