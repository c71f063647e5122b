// SPDX-License-Identifier: BSD-2-Clause
//
// Endpoints: threads that wait to send, or to receive, in priority order.
//
//   endpoint.first, endpoint.root --> a tree of threads (thread_tree.h); the state lies in the low
//                                     bits of the root, so that an endpoint is 16 bytes
//
// Invariant E1: idle exactly when the queue is empty.
// Invariant E2: every queued thread is blocked on this endpoint, in the direction of its state.
// Invariant E3: the queue is sorted by priority, highest first, and by arrival.
#pragma once

#include "kernel/arch.h"
#include "kernel/cap.h"
#include "kernel/progress.h"
#include "kernel/thread_tree.h"

#include <stdbool.h>
#include <stdint.h>

struct tcb;
struct reply;

enum endpoint_state {
    ENDPOINT_IDLE,
    ENDPOINT_SENDING,
    ENDPOINT_RECEIVING,
};

struct endpoint {
    struct tcb *first;
    uintptr_t root_and_state;
};

_Static_assert(sizeof(struct endpoint) == 16, "seL4_EndpointBits");

static inline struct endpoint *endpoint_of(struct cap cap)
{
    ASSERT(cap_type(cap) == CAP_ENDPOINT);
    return arch_ptr(cap_address(cap));
}

static inline enum endpoint_state endpoint_state(const struct endpoint *endpoint)
{
    return (enum endpoint_state)(endpoint->root_and_state & 3);
}

static inline struct thread_tree endpoint_queue(const struct endpoint *endpoint)
{
    return (struct thread_tree){
        .first = endpoint->first,
        .root = (struct tcb *)(endpoint->root_and_state & ~(uintptr_t)3),
    };
}

// How a message is offered: what the capability allows, and what the system call asks for.
struct endpoint_send {
    uint64_t badge;
    bool can_grant;       // capabilities may go along
    bool can_grant_reply; // the receiver may get the right to answer
    bool is_call;         // the sender waits for an answer
    bool may_block;       // wait for a receiver; else the message is dropped
    bool may_donate;      // a receiver without a scheduling context gets the sender's
};

// `sender` offers its message, or its fault if it has one.
void endpoint_send(struct tcb *sender, struct endpoint *endpoint, const struct endpoint_send *how);

// `receiver` takes the first message that waits; else waits for one (may_block) or gets badge 0.
// `reply`: where a caller is remembered; NULL in the Wait forms.
void endpoint_receive(struct tcb *receiver, struct endpoint *endpoint, struct reply *reply,
                      bool may_block);

// A blocked thread leaves the queue; its state is the caller's business.
void endpoint_remove(struct tcb *tcb);

// The priority of a queued thread changes, and with it its place.
void endpoint_set_priority(struct tcb *tcb, uint8_t priority);

// Those who wait to send with this badge (not 0) execute their system call again. Goes on where the
// same operation was preempted, as `resumption` tells.
MUST_CHECK enum progress endpoint_cancel_badged(struct endpoint *endpoint, uint64_t badge,
                                                struct resumption *resumption);

// The first thread that waits executes its system call again. False: nobody waits.
bool endpoint_evict(struct endpoint *endpoint);
