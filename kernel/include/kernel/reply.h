// SPDX-License-Identifier: BSD-2-Clause
//
// Reply objects: the right to answer one call, and a link of the chain that a donated scheduling
// context travelled along.
//
//   sched_context.reply --> newest call --prev--> older call --prev--> ... oldest
//                           next = the context    next = newer reply
//
// A call that did not donate is in no chain: prev and next are 0.
//
// Invariant R1: tcb->reply == this for the linked thread (waiting in Recv, or blocked on the
// reply). Invariant R2: next and prev agree; the top's next is its scheduling context. Invariant
// R3: only a reply whose thread is blocked on it is in a chain.
#pragma once

#include "kernel/arch.h"
#include "kernel/cap.h"

#include <stdbool.h>
#include <stdint.h>

struct tcb;
struct sched_context;

struct reply {
    struct tcb *tcb;    // who waits with it or for it; NULL: idle
    struct reply *prev; // the call that was made before, on the same context
    uintptr_t next;     // newer reply, or the context: bit 0 set
    uint64_t reserved;
};

_Static_assert(sizeof(struct reply) == 32, "seL4_ReplyBits");

static inline struct reply *reply_of(struct cap cap)
{
    ASSERT(cap_type(cap) == CAP_REPLY);
    return arch_ptr(cap_address(cap));
}

// The newer reply of the chain, or NULL.
static inline struct reply *reply_next(const struct reply *reply)
{
    return (reply->next & 1) != 0 ? NULL : (struct reply *)reply->next;
}

// The scheduling context, if this is the top of its chain, or NULL.
static inline struct sched_context *reply_context(const struct reply *reply)
{
    return (reply->next & 1) != 0 ? (struct sched_context *)(reply->next & ~(uintptr_t)1) : NULL;
}

// A receiver blocks with an idle reply object; and no longer.
void reply_attach(struct reply *reply, struct tcb *receiver);
void reply_detach(struct reply *reply);

// `caller` called `callee`, which holds the idle `reply`: the caller blocks until the answer. With
// `may_donate`, a callee without a scheduling context gets the caller's and the reply becomes the
// top of its chain.
void reply_push(struct reply *reply, struct tcb *caller, struct tcb *callee, bool may_donate);

// The call that `reply` stands for is over: out of the chain, idle. The caller gets the context
// back if this was the top of its chain and it has none. Its state is the caller's business.
void reply_pop(struct reply *reply);

// The caller blocked on its reply gives up: out of the chain, idle, without handing anything back.
void reply_abandon(struct tcb *tcb);

// The whole chain lets go of the context; each reply stays good for its answer.
void reply_chain_detach(struct sched_context *context);

// `replier` answers. Nothing happens if nobody is blocked on the reply.
void reply_send(struct tcb *replier, struct reply *reply, bool can_grant);

// Whoever is linked becomes inactive; a blocked caller gets its context back first (reply_pop).
void reply_destroy(struct reply *reply);
