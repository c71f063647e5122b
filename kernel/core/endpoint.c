// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/endpoint.h"

#include "kernel/ipc.h"
#include "kernel/kernel.h"
#include "kernel/notification.h"
#include "kernel/reply.h"
#include "kernel/sched_context.h"
#include "kernel/schedule.h"
#include "kernel/tcb.h"

// --- queue -------------------------------------------------------------------------------------

static void queue_put(struct endpoint *endpoint, struct thread_tree queue,
                      enum endpoint_state state)
{
    endpoint->first = queue.first;
    endpoint->root_and_state = queue.first == NULL ? 0 : (uintptr_t)queue.root | state;
}

static void queue_insert(struct endpoint *endpoint, struct tcb *tcb, enum endpoint_state state)
{
    struct thread_tree queue = endpoint_queue(endpoint);
    thread_tree_insert(&queue, tcb, ORDER_PRIORITY);
    queue_put(endpoint, queue, state);
    tcb->waits_on_endpoint = endpoint;
    if (state == ENDPOINT_SENDING) {
        tcb->arrival = ++kernel.arrivals;
    }
}

void endpoint_remove(struct tcb *tcb)
{
    struct endpoint *endpoint = tcb->waits_on_endpoint;
    struct thread_tree queue = endpoint_queue(endpoint);
    thread_tree_remove(&queue, tcb);
    queue_put(endpoint, queue, endpoint_state(endpoint));
}

void endpoint_set_priority(struct tcb *tcb, uint8_t priority)
{
    struct endpoint *endpoint = tcb->waits_on_endpoint;
    const enum endpoint_state state = endpoint_state(endpoint);
    endpoint_remove(tcb);
    tcb->priority = priority;
    queue_insert(endpoint, tcb, state);
}

// --- after the message -------------------------------------------------------------------------

static bool may_answer(const struct endpoint_send *how)
{
    return how->can_grant || how->can_grant_reply;
}

// `sender` called, and its message has arrived: it waits for the answer, or for ever if there can
// be none.
static void await_reply(struct tcb *sender, struct tcb *receiver, struct reply *reply,
                        const struct endpoint_send *how)
{
    if (reply != NULL && may_answer(how)) {
        reply_push(reply, sender, receiver, how->may_donate);
    } else {
        sender->fault.kind = FAULT_NONE;
        sender->state = THREAD_INACTIVE;
    }
}

// --- send --------------------------------------------------------------------------------------

static void block_sender(struct tcb *sender, struct endpoint *endpoint,
                         const struct endpoint_send *how)
{
    sender->state = THREAD_BLOCKED_SEND;
    sender->wait = (struct thread_wait){
        .badge = how->badge,
        .can_grant = how->can_grant,
        .can_grant_reply = how->can_grant_reply,
        .is_call = how->is_call,
    };
    queue_insert(endpoint, sender, ENDPOINT_SENDING);
}

static void send_to(struct tcb *sender, struct endpoint *endpoint, const struct endpoint_send *how)
{
    struct tcb *receiver = endpoint->first;
    struct reply *reply = receiver->reply;
    endpoint_remove(receiver);
    if (reply != NULL) {
        reply_detach(reply);
    }
    message_transfer(sender, receiver, endpoint, how->badge, how->can_grant);
    receiver->state = THREAD_RUNNING;

    if (how->is_call) {
        await_reply(sender, receiver, reply, how);
    } else if (how->may_donate && sender->sched_context != NULL &&
               receiver->sched_context == NULL) {
        sched_context_donate(sender->sched_context, receiver);
    }
    schedule_wake(receiver);
}

void endpoint_send(struct tcb *sender, struct endpoint *endpoint, const struct endpoint_send *how)
{
    if (endpoint_state(endpoint) == ENDPOINT_RECEIVING) {
        send_to(sender, endpoint, how);
    } else if (how->may_block) {
        block_sender(sender, endpoint, how);
    }
}

// --- receive -----------------------------------------------------------------------------------

static void block_receiver(struct tcb *receiver, struct endpoint *endpoint, struct reply *reply)
{
    receiver->state = THREAD_BLOCKED_RECEIVE;
    if (reply != NULL) {
        reply_attach(reply, receiver);
    }
    queue_insert(endpoint, receiver, ENDPOINT_RECEIVING);
    notification_keep_context(receiver->notification, receiver);
}

static void receive_from(struct tcb *receiver, struct endpoint *endpoint, struct reply *reply)
{
    struct tcb *sender = endpoint->first;
    const struct endpoint_send how = {
        .badge = sender->wait.badge,
        .can_grant = sender->wait.can_grant,
        .can_grant_reply = sender->wait.can_grant_reply,
        .is_call = sender->wait.is_call,
        .may_donate = sender->fault.kind != FAULT_TIMEOUT,
    };
    endpoint_remove(sender);
    message_transfer(sender, receiver, endpoint, how.badge, how.can_grant);
    if (how.is_call) {
        await_reply(sender, receiver, reply, &how);
    } else {
        sender->state = THREAD_RUNNING;
        schedule_wake(sender);
    }
}

void endpoint_receive(struct tcb *receiver, struct endpoint *endpoint, struct reply *reply,
                      bool may_block)
{
    if (reply != NULL && reply->tcb != NULL) {
        thread_cancel_wait(reply->tcb);
    }
    struct notification *bound = receiver->notification;
    if (bound != NULL && bound->state == NOTIFICATION_ACTIVE) {
        notification_take(receiver, bound);
    } else if (endpoint_state(endpoint) == ENDPOINT_SENDING) {
        receive_from(receiver, endpoint, reply);
    } else if (may_block) {
        block_receiver(receiver, endpoint, reply);
    } else {
        thread_set_badge(receiver, 0);
    }
}

// --- cancel ------------------------------------------------------------------------------------

// The first thread of the queue behind a place in it, whether or not the thread there is still
// queued.
static struct tcb *first_behind(const struct endpoint *endpoint, const struct resumption *place)
{
    struct tcb *found = NULL;
    struct tcb *at = endpoint_queue(endpoint).root;
    while (at != NULL) {
        const bool behind = at->priority != place->reached[0] ? at->priority < place->reached[0]
                                                              : at->arrival > place->reached[1];
        found = behind ? at : found;
        at = at->tree.child[behind ? 0 : 1];
    }
    return found;
}

enum progress endpoint_cancel_badged(struct endpoint *endpoint, uint64_t badge,
                                     struct resumption *resumption)
{
    const uint64_t what = (uint64_t)(uintptr_t)endpoint;
    struct tcb *tcb = NULL;
    if (endpoint_state(endpoint) == ENDPOINT_SENDING) {
        tcb = resumption_is_of(resumption, what, badge) ? first_behind(endpoint, resumption)
                                                        : endpoint->first;
    }
    while (tcb != NULL) {
        struct tcb *next = thread_tree_next(tcb);
        *resumption =
            (struct resumption){.what = {what, badge}, .reached = {tcb->priority, tcb->arrival}};
        if (tcb->wait.badge == badge) {
            endpoint_remove(tcb);
            thread_retry(tcb);
        }
        if (preemption_wanted() && next != NULL) {
            return PROGRESS_PREEMPTED;
        }
        tcb = next;
    }
    return PROGRESS_DONE;
}

bool endpoint_evict(struct endpoint *endpoint)
{
    struct tcb *tcb = endpoint->first;
    if (tcb == NULL) {
        return false;
    }
    endpoint_remove(tcb);
    thread_retry(tcb);
    return true;
}
