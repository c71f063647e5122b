// SPDX-License-Identifier: BSD-2-Clause
//
// From one thread to the next: the part of schedule() that the fast paths share. Everything is
// inline: a switch is a few dozen instructions, and happens twice in each call of a server.
#pragma once

#include "kernel/arch.h"
#include "kernel/kernel.h"
#include "kernel/refill.h"
#include "kernel/sched_context.h"
#include "kernel/tcb.h"
#include "kernel/vspace.h"

static const ticks_t BUDGET_ENDLESS = UINT64_MAX; // of no context

// What the current context has used, and was not charged for.
static inline ticks_t switch_uncharged(void)
{
    return kernel.now - kernel.charged_until;
}

// Active, and a thread may run on it now: the one that is charged may not have enough left.
static inline bool sched_context_is_released(struct sched_context *context)
{
    const ticks_t used = context == kernel.context ? switch_uncharged() : 0;
    return sched_context_is_active(context) && refill_is_ready(context, kernel.now) &&
           refill_is_sufficient(context, used);
}

static inline void switch_charge(void)
{
    const ticks_t used = switch_uncharged();
    if (kernel.context != NULL && used > 0) {
        kernel.context->consumed += used;
        refill_charge(kernel.context, used);
    }
    kernel.charged_until = kernel.now;
}

// The refills of the current context, or the context itself, have changed.
static inline void switch_set_budget(void)
{
    struct sched_context *context = kernel.context;
    kernel.budget_end =
        context == NULL ? BUDGET_ENDLESS
                        : kernel.charged_until + refill_head(context)->amount - refill_minimum();
}

// From now on `context` is charged; NULL: none.
static inline void switch_context(struct sched_context *context)
{
    if (context != kernel.context) {
        switch_charge();
        kernel.context = context;
        if (context != NULL && !context->sporadic) {
            refill_unblock(context, kernel.now);
        }
    }
    switch_set_budget();
}

// From the current thread to one that is neither that nor the idle one, in its address space. The
// registers that the trap code loads follow from what the entry returns.
static inline void switch_thread(struct tcb *from, struct tcb *tcb, uint64_t space)
{
    arch_context_switch(&from->context, &tcb->context);
    kernel.current = tcb;
    vspace_activate(space);
}

// Tickless: the next moment at which the kernel has a decision to take.
static inline void switch_set_timer(void)
{
    ticks_t deadline = kernel.domain_end - refill_minimum();
    if (kernel.release.first != NULL) {
        const ticks_t release = refill_head(kernel.release.first->sched_context)->time;
        deadline = release < deadline ? release : deadline;
    }
    if (kernel.context != NULL) {
        const ticks_t end = kernel.budget_end + refill_minimum();
        deadline = end < deadline ? end : deadline;
    }
    if (deadline != kernel.deadline) {
        kernel.deadline = deadline;
        plat_timer_set(kernel.now, deadline);
    }
}
