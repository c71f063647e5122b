// SPDX-License-Identifier: BSD-2-Clause
//
// Notifications: a word of badges, and threads that wait for it in priority order.
//
// Invariant N1: waiting exactly when the queue is not empty.
// Invariant N2: word is 0 unless active.
// Invariant N3: binding is mutual: bound->notification == this; context->notification == this.
// Invariant N4: every queued thread is blocked on this notification; the queue is sorted by
// priority.
#pragma once

#include "kernel/arch.h"
#include "kernel/cap.h"
#include "kernel/thread_tree.h"

#include <stdbool.h>
#include <stdint.h>

struct tcb;
struct sched_context;

enum notification_state {
    NOTIFICATION_IDLE,
    NOTIFICATION_WAITING,
    NOTIFICATION_ACTIVE,
};

struct notification {
    struct thread_tree queue;
    uint64_t word;
    uint64_t state; // enum notification_state
    struct tcb *bound;
    struct sched_context *context;
    uint64_t reserved[2];
};

_Static_assert(sizeof(struct notification) == 64, "seL4_NotificationBits");

static inline struct notification *notification_of(struct cap cap)
{
    ASSERT(cap_type(cap) == CAP_NOTIFICATION);
    return arch_ptr(cap_address(cap));
}

// One thread learns of it: the bound one if it waits to receive on an endpoint, else the first that
// waits here. If there is none, or if an earlier signal was not taken yet, the badge is added to
// the word.
void notification_signal(struct notification *notification, uint64_t badge);

// `receiver` takes the word if the notification is active; else waits for a signal (may_block) or
// gets badge 0.
void notification_receive(struct tcb *receiver, struct notification *notification, bool may_block);

// The notification is active: `receiver` takes its word.
void notification_take(struct tcb *receiver, struct notification *notification);

// `tcb` is about to block: a scheduling context that is bound to `notification` (may be NULL) and
// that the thread runs on stays with the notification.
void notification_keep_context(struct notification *notification, struct tcb *tcb);

// Binding to a thread. Bind: neither has a partner yet. Unbind: dissolves what there is.
void notification_bind(struct notification *notification, struct tcb *tcb);
void notification_unbind(struct notification *notification);

// A blocked thread leaves the queue; its state is the caller's business.
void notification_remove(struct tcb *tcb);

// The priority of a queued thread changes, and with it its place.
void notification_set_priority(struct tcb *tcb, uint8_t priority);

// The last capability goes: unbound from thread and context.
void notification_release(struct notification *notification);

// The first thread that waits executes its system call again. False: nobody waits.
bool notification_evict(struct notification *notification);
