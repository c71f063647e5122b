// SPDX-License-Identifier: BSD-2-Clause
//
// Scheduling contexts: a budget per period, as a sporadic server. The refills form a ring buffer
// that fills the rest of the object:
//
//   struct sched_context (96 bytes)   refill[0] refill[1] ... refill[refill_max - 1]
//                                        head -->  ...  (refill_count of them in use)
//
// Invariant S1: 1 <= refill_count <= refill_max <= refill_capacity when configured; all 0 but the
//               capacity before.
// Invariant S2: the amounts of the refills in use add up to the budget.
// Invariant S3: refills do not overlap: time(i) + amount(i) <= time(i + 1) (not in round robin).
// Invariant S4: the head's amount is at least the minimum budget between two entries.
// Invariant S5: tcb->sched_context == this, notification->context == this, yield_from->yield_to ==
//               this, reply is the top of a chain that ends here (R2).
// Invariant S6: kernel.context is the current thread's (between two entries).
// Invariant S7: kernel.context is ready, and sufficient for what was used of it (between two
//               entries): no thread runs before its refill is due.
#pragma once

#include "kernel/arch.h"
#include "kernel/cap.h"
#include "kernel/plat.h"

#include <sel4/errors.h>

#include <stdbool.h>
#include <stdint.h>

struct tcb;
struct notification;
struct reply;
struct syscall;

struct refill {
    ticks_t time;   // from when it may be used
    ticks_t amount; // how much
};

struct sched_context {
    ticks_t period; // 0: round robin (the budget is the period)
    ticks_t budget;
    ticks_t consumed; // since it was last read
    uint64_t badge;   // first word of a Timeout fault
    struct tcb *tcb;
    struct notification *notification;
    struct reply *reply;      // top of the chain of calls that this context was donated along
    struct tcb *yield_from;   // thread whose YieldTo waits for this context
    uint32_t refill_capacity; // how many the object has room for
    uint32_t refill_max;      // how many are used; 0: never configured
    uint32_t refill_head;
    uint32_t refill_count;
    bool sporadic;
    uint64_t reserved;
    struct refill refills[];
};

_Static_assert(sizeof(struct sched_context) == 96, "seL4_CoreSchedContextBytes less two refills");

static inline struct sched_context *sched_context_of(struct cap cap)
{
    ASSERT(cap_type(cap) == CAP_SCHED_CONTEXT);
    return arch_ptr(cap_address(cap));
}

// A new object of 2^bits bytes in zeroed memory.
void sched_context_init(struct sched_context *context, unsigned bits);

// For the initial task: round robin with a budget, bound to `tcb`, which does not run yet.
void sched_context_make_initial(struct sched_context *context, struct tcb *tcb, uint64_t budget_us);

// Unbound from everything.
void sched_context_destroy(struct sched_context *context);

__attribute__((warn_unused_result)) seL4_Error sched_context_decode(struct syscall *sys);
__attribute__((warn_unused_result)) seL4_Error sched_control_decode(struct syscall *sys);

static inline bool sched_context_is_active(const struct sched_context *context)
{
    return context->refill_max > 0;
}

// Binding to a thread that has no context, of a context that has no thread. The thread runs if it
// can.
void sched_context_bind(struct sched_context *context, struct tcb *tcb);
// Takes the context from its thread, if it has one: the thread stops running, its state is as
// before.
void sched_context_unbind_tcb(struct sched_context *context);
void sched_context_bind_notification(struct sched_context *context,
                                     struct notification *notification);
void sched_context_unbind_notification(struct sched_context *context);

// From the thread that has it, if any, to one without. Nobody is woken.
void sched_context_donate(struct sched_context *context, struct tcb *to);

// Microseconds that were charged to the context since this was last asked: not those of the current
// thread since it was last switched to or ran out.
uint64_t sched_context_consumed(struct sched_context *context);

// The thread whose YieldTo waits for this context (if any) gets its answer.
void sched_context_finish_yield(struct sched_context *context);

// It waits no longer, and keeps the empty answer that it has.
void sched_context_forget_yield(struct sched_context *context);
