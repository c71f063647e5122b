// SPDX-License-Identifier: BSD-2-Clause
//
// The system calls that systems are made of, straight through: a Call to a server that waits, its
// answer by ReplyRecv, a signal.
//
// A fast path first looks whether all is as usual, and changes nothing. If it is, it does what the
// slow path (syscall.c) would do, with the same state as its result; if not, the slow path does it.
// What "usual" means stands at each.
//
// A message to a passive server, and its answer, take the scheduling context along. The context
// that is charged stays the same, so the clock is not even read: if the budget has just run out,
// the timer's interrupt waits and comes first at user level. Where contexts change it is read, and
// the time is charged.
#include "kernel/syscall.h"

#include "kernel/cspace.h"
#include "kernel/endpoint.h"
#include "kernel/ipc.h"
#include "kernel/notification.h"
#include "kernel/reply.h"
#include "kernel/reply_chain.h"
#include "kernel/schedule.h"
#include "kernel/switch.h"

#include <sel4/syscall.h>

#define LIKELY(condition)   __builtin_expect((condition), 1)
#define UNLIKELY(condition) __builtin_expect((condition), 0)

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

// The message fits the registers and brings no capabilities.
static inline bool usual_message(uint64_t info)
{
    return (info & (MESSAGE_LENGTH | MESSAGE_EXTRA_CAPS)) <= ARCH_MESSAGE_REGISTERS;
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
    return (KCFG_DOMAIN_COUNT == 1 || tcb->domain == kernel.domain) &&
           tcb->priority >= kernel.ready_top[KCFG_DOMAIN_COUNT == 1 ? 0 : kernel.domain];
}

static inline bool usual_space(const struct tcb *tcb, uint64_t *space)
{
    *space = vspace_of(tcb);
    return *space != 0;
}

// Neither end of the switch asks for more than a charge: time is read, the current budget lasts,
// nobody's refill is due, and `context` can be used at once.
static inline bool usual_contexts(struct sched_context *context)
{
    kernel.now = plat_time_now();
    return kernel.now <= kernel.budget_end && kernel.now < kernel.deadline &&
           sched_context_is_active(context) && !context->sporadic &&
           refill_is_ready(context, kernel.now);
}

// --- what is done --------------------------------------------------------------------------------

static inline void transfer_word(const struct tcb *from, struct tcb *to, unsigned i)
{
    arch_set(&to->context, ARCH_REG_MR0, i, arch_get(&from->context, ARCH_REG_MR0, i));
}

// Words beyond the length stay as they are.
static inline void transfer(const struct tcb *from, struct tcb *to, uint64_t info, uint64_t badge)
{
    const unsigned length = info & MESSAGE_LENGTH;
    if (length > 0) {
        transfer_word(from, to, 0);
        if (length > 1) {
            transfer_word(from, to, 1);
        }
        if (length > 2) {
            transfer_word(from, to, 2);
        }
        if (length > 3) {
            transfer_word(from, to, 3);
        }
    }
    arch_set(&to->context, ARCH_REG_BADGE, 0, badge);
    arch_set(&to->context, ARCH_REG_INFO, 0, info & ~(uint64_t)MESSAGE_UNWRAPPED);
}

// From one thread that has stopped to one that has a context of its own.
static struct tcb *switch_both(struct tcb *from, struct tcb *tcb, uint64_t space)
{
    switch_context(tcb->sched_context);
    switch_thread(from, tcb, space);
    switch_set_timer();
    return tcb;
}

// --- Call ----------------------------------------------------------------------------------------

// The server, alone at its endpoint, waits with a reply object; it is passive, or its own context
// has a budget.
static inline bool usual_server(const struct tcb *server, uintptr_t root_and_state,
                                struct sched_context *own)
{
    return root_and_state == ((uintptr_t)server | ENDPOINT_RECEIVING) && is_alone(server) &&
           runs_next(server) && (own == NULL || usual_contexts(own));
}

__attribute__((noinline)) static struct tcb *call(struct tcb *caller)
{
    const uint64_t info = arch_get(&caller->context, ARCH_REG_INFO, 0);
    struct cap cap;
    if (UNLIKELY(!usual_cap(caller, arch_get(&caller->context, ARCH_REG_BADGE, 0), &cap) ||
                 cap_get(cap, CAP_TYPE_WRITE) != (CAP_ENDPOINT << 1 | 1) ||
                 cap_get(cap, CAP_GRANTS) == 0 || !usual_message(info))) {
        return syscall_slow(seL4_SysCall);
    }
    struct endpoint *endpoint = endpoint_of(cap);
    struct tcb *server = endpoint->first;
    if (UNLIKELY(server == NULL)) {
        return syscall_slow(seL4_SysCall);
    }
    struct reply *reply = server->reply;
    struct sched_context *own = server->sched_context;
    uint64_t space;
    if (UNLIKELY(reply == NULL || !usual_server(server, endpoint->root_and_state, own) ||
                 !usual_space(server, &space))) {
        return syscall_slow(seL4_SysCall);
    }

    endpoint->first = NULL;
    endpoint->root_and_state = 0;
    reply->tcb = caller;
    caller->reply = reply;
    caller->state = THREAD_BLOCKED_REPLY;
    server->reply = NULL;
    server->state = THREAD_RUNNING;
    transfer(caller, server, info, cap_badge(cap));
    if (own != NULL) {
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

// --- ReplyRecv -----------------------------------------------------------------------------------

// Nothing keeps the server from blocking in its endpoint: nobody waits there, and its notification,
// if it has one, neither has a word for it nor takes its context.
static inline bool may_block(const struct tcb *server, const struct endpoint *endpoint)
{
    const struct notification *bound = server->notification;
    return endpoint->root_and_state == 0 &&
           (bound == NULL || (bound->state != NOTIFICATION_ACTIVE && bound->context == NULL));
}

// The client waits for an answer to a call; it gets the context back that it lent to the server, or
// its own has a budget.
static inline bool usual_client(const struct tcb *client, struct sched_context *own,
                                const struct reply *reply, const struct sched_context *lent)
{
    if (client->state != THREAD_BLOCKED_REPLY || client->fault.kind != FAULT_NONE ||
        !runs_next(client)) {
        return false;
    }
    if (LIKELY(own == NULL)) {
        return reply->next == ((uintptr_t)lent | 1);
    }
    return reply->next == 0 && usual_contexts(own);
}

__attribute__((noinline)) static struct tcb *reply_recv(struct tcb *server)
{
    const uint64_t info = arch_get(&server->context, ARCH_REG_INFO, 0);
    struct cap cap, answer;
    if (UNLIKELY(!usual_cap(server, arch_get(&server->context, ARCH_REG_BADGE, 0), &cap) ||
                 cap_type(cap) != CAP_ENDPOINT || cap_get(cap, CAP_READ) == 0 ||
                 !usual_cap(server, arch_get(&server->context, ARCH_REG_REPLY, 0), &answer) ||
                 cap_type(answer) != CAP_REPLY || !usual_message(info))) {
        return syscall_slow(seL4_SysReplyRecv);
    }
    struct endpoint *endpoint = endpoint_of(cap);
    struct reply *reply = reply_of(answer);
    struct tcb *client = reply->tcb;
    if (UNLIKELY(client == NULL)) {
        return syscall_slow(seL4_SysReplyRecv);
    }
    struct sched_context *own = client->sched_context;
    struct sched_context *lent = kernel.context;
    uint64_t space;
    if (UNLIKELY(!may_block(server, endpoint) || !usual_client(client, own, reply, lent) ||
                 !usual_space(client, &space))) {
        return syscall_slow(seL4_SysReplyRecv);
    }

    client->reply = NULL;
    client->state = THREAD_RUNNING;
    reply->tcb = server;
    server->reply = reply;
    server->state = THREAD_BLOCKED_RECEIVE;
    server->waits_on_endpoint = endpoint;
    endpoint->first = server;
    endpoint->root_and_state = (uintptr_t)server | ENDPOINT_RECEIVING;
    transfer(server, client, info, 0);
    if (own != NULL) {
        return switch_both(server, client, space);
    }
    reply_chain_pop(lent, reply);
    lent->tcb = client;
    client->sched_context = lent;
    server->sched_context = NULL;
    switch_thread(server, client, space);
    return client;
}

// --- Signal --------------------------------------------------------------------------------------

// The only thread that waits, with a context of its own, is of a higher priority than the caller.
static inline bool usual_waiter(const struct tcb *caller, const struct notification *notification)
{
    const struct tcb *waiter = notification->queue.first;
    return notification->queue.root == waiter && is_alone(waiter) &&
           waiter->priority > caller->priority && runs_next(waiter) &&
           waiter->sched_context != NULL && usual_contexts(waiter->sched_context);
}

static struct tcb *wake(struct tcb *caller, struct notification *notification, uint64_t badge)
{
    struct tcb *waiter = notification->queue.first;
    notification->queue = (struct thread_tree){.first = NULL};
    notification->state = NOTIFICATION_IDLE;
    arch_set(&waiter->context, ARCH_REG_BADGE, 0, badge);
    waiter->state = THREAD_RUNNING;
    schedule_front(caller);
    return switch_both(caller, waiter, vspace_of(waiter));
}

// Send and NBSend. Nobody is waiting, or the usual waiter is.
__attribute__((noinline)) static struct tcb *send(struct tcb *caller, int64_t number)
{
    const uint64_t info = arch_get(&caller->context, ARCH_REG_INFO, 0);
    struct cap cap;
    if (!usual_cap(caller, arch_get(&caller->context, ARCH_REG_BADGE, 0), &cap) ||
        cap_get(cap, CAP_TYPE_WRITE) != (CAP_NOTIFICATION << 1 | 1) ||
        (info & MESSAGE_EXTRA_CAPS) != 0) {
        return syscall_slow(number);
    }
    struct notification *notification = notification_of(cap);
    if (notification->state == NOTIFICATION_WAITING) {
        return usual_waiter(caller, notification) ? wake(caller, notification, cap_badge(cap))
                                                  : syscall_slow(number);
    }
    const struct tcb *bound = notification->bound;
    if (bound != NULL && bound->state == THREAD_BLOCKED_RECEIVE) {
        return syscall_slow(number);
    }
    notification->state = NOTIFICATION_ACTIVE;
    notification->word |= cap_badge(cap);
    return caller;
}

// --- dispatch ------------------------------------------------------------------------------------

struct tcb *entry_syscall(struct tcb *caller, int64_t number)
{
    if (number == seL4_SysCall) {
        return call(caller);
    }
    if (number == seL4_SysReplyRecv) {
        return reply_recv(caller);
    }
    if (number == seL4_SysSend || number == seL4_SysNBSend) {
        return send(caller, number);
    }
    return syscall_slow(number);
}
