// SPDX-License-Identifier: BSD-2-Clause
//
// The system calls that systems are made of, straight through: a Call to a server that waits, its
// answer by ReplyRecv (fastpath.c); signals, waiting for them and for calls, interrupts, Yield
// (fastpath_signal.c). And a memory fault, which is a call of the thread's handler
// (fastpath_fault.c).
//
// A fast path first looks whether all is as usual, and changes nothing but the time that it has
// read. If it is, it does what the slow path (syscall.c) would do, with the same state as its
// result; if not, the slow path does it. What "usual" means stands at each.
//
// A message to a passive server, and its answer, take the scheduling context along. The context
// that is charged stays the same, so the clock is not even read: if the budget has just run out,
// the timer's interrupt waits and comes first at user level. Where contexts change it is read, and
// the time is charged.
#pragma once

#include "kernel/cspace.h"
#include "kernel/endpoint.h"
#include "kernel/ipc.h"
#include "kernel/notification.h"
#include "kernel/reply_chain.h"
#include "kernel/switch.h"

#include <stdint.h>

#define LIKELY(condition)   __builtin_expect((condition), 1)
#define UNLIKELY(condition) __builtin_expect((condition), 0)

// For what is written once and compiled for several cases.
#define FAST_INLINE __attribute__((always_inline)) static inline

// Each goes on as syscall_slow() if something is not usual.
struct tcb *fastpath_send(struct tcb *caller, int64_t number); // Send, NBSend
struct tcb *fastpath_wait(struct tcb *caller, int64_t number); // Wait, NBWait
struct tcb *fastpath_recv(struct tcb *caller);
struct tcb *fastpath_yield(struct tcb *caller);

// --- what is usual -------------------------------------------------------------------------------

// The capability at `address`. Returns false if it takes more than one step to find.
static inline bool usual_cap(const struct tcb *tcb, uint64_t address, struct cap *cap)
{
    const struct cap root = tcb->slots[TCB_SLOT_CSPACE].cap;
    if (UNLIKELY(!cspace_is_direct(root, address))) {
        return false;
    }
    *cap = cnode_slots(root)[address].cap;
    return true;
}

// The words of a message that brings no capabilities; of one that does, more than there can be.
static inline uint64_t usual_length(uint64_t info)
{
    return info & (MESSAGE_LENGTH | MESSAGE_EXTRA_CAPS);
}

// The only thread in the tree.
static inline bool is_alone(const struct tcb *tcb)
{
    return tcb->tree.child[1] == NULL;
}

// Of all that could run when the current thread stops, `tcb` is the one: of the current domain, and
// no ready thread has a higher priority (Q5).
static inline bool runs_next(const struct tcb *tcb)
{
    return domain_of(tcb) == current_domain() &&
           tcb->priority >= kernel.ready_top[current_domain()];
}

static inline bool usual_space(const struct tcb *tcb, uint64_t *space)
{
    *space = vspace_of(tcb);
    return *space != 0;
}

// Time is read: the current budget lasts, and nobody's refill is due.
static inline bool usual_time(void)
{
    kernel.now = plat_time_now();
    return kernel.now <= kernel.budget_end && kernel.now < kernel.deadline;
}

// And `context`, of a thread that wakes up, can be used at once.
FAST_INLINE bool usual_contexts(struct sched_context *context)
{
    return usual_time() && sched_context_is_active(context) && !context->sporadic &&
           refill_is_ready(context, kernel.now);
}

// --- the end -------------------------------------------------------------------------------------

// From one thread that has stopped to one that has a context of its own.
static inline struct tcb *switch_both(struct tcb *from, struct tcb *tcb, uint64_t space)
{
    switch_context(tcb->sched_context);
    switch_thread(from, tcb, space);
    switch_set_timer();
    return tcb;
}

// --- receivers -----------------------------------------------------------------------------------

// Nothing keeps the server from blocking in its endpoint: nobody waits there, and its notification,
// if it has one, neither has a word for it nor takes its context.
static inline bool may_block(const struct tcb *server, const struct endpoint *endpoint)
{
    const struct notification *bound = server->notification;
    return endpoint->root_and_state == 0 &&
           (bound == NULL || (bound->state != NOTIFICATION_ACTIVE && bound->context == NULL));
}

// Alone at the endpoint, with a reply object that is free.
static inline void block_receiver(struct tcb *server, struct endpoint *endpoint,
                                  struct reply *reply)
{
    reply->tcb = server;
    server->reply = reply;
    server->state = THREAD_BLOCKED_RECEIVE;
    server->waits_on_endpoint = endpoint;
    endpoint->first = server;
    endpoint->root_and_state = (uintptr_t)server | ENDPOINT_RECEIVING;
}

// --- calls ---------------------------------------------------------------------------------------

// The server, alone at its endpoint, waits with a reply object; it is passive, or its own context
// has a budget.
static inline bool usual_server(const struct tcb *server, uintptr_t root_and_state,
                                struct sched_context *own)
{
    return root_and_state == ((uintptr_t)server | ENDPOINT_RECEIVING) && is_alone(server) &&
           runs_next(server) && (own == NULL || usual_contexts(own));
}

// The caller waits for the answer, the server no longer for a call.
static inline void block_caller(struct tcb *caller, struct tcb *server, struct endpoint *endpoint,
                                struct reply *reply)
{
    endpoint->first = NULL;
    endpoint->root_and_state = 0;
    reply->tcb = caller;
    caller->reply = reply;
    caller->state = THREAD_BLOCKED_REPLY;
    server->reply = NULL;
    server->state = THREAD_RUNNING;
}

// A passive server gets the context of its caller.
static inline struct tcb *switch_to_server(struct tcb *caller, struct tcb *server,
                                           struct reply *reply, uint64_t space)
{
    if (server->sched_context != NULL) {
        return switch_both(caller, server, space);
    }
    struct sched_context *context = kernel.context;
    reply_chain_push(context, reply);
    context->tcb = server;
    server->sched_context = context;
    caller->sched_context = NULL;
    switch_thread(caller, server, space);
    return server;
}
