// SPDX-License-Identifier: BSD-2-Clause
//
// Refills: the arithmetic of one scheduling context (seL4 ABI §10.3).
//
// Sporadic server: an amount that is used at time t comes back at t + period. Round robin (period
// 0): two entries, always in these places, what is left and what was used.
#pragma once

#include "kernel/config.h"
#include "kernel/sched_context.h"

enum { REFILL_LEFT, REFILL_USED }; // of round robin

// Less than this is not worth a switch of threads: twice what the kernel needs, to charge the
// budget and to do something with it.
#define REFILL_MINIMUM_US (UINT64_C(2) * KCFG_WCET_US * KCFG_KERNEL_WCET_SCALE)
static inline ticks_t refill_minimum(void)
{
    return plat_us_to_ticks(REFILL_MINIMUM_US);
}

// The i-th in use, counted from the head.
static inline struct refill *refill_at(struct sched_context *context, uint32_t i)
{
    ASSERT(i < context->refill_count);
    uint32_t index = context->refill_head + i;
    if (index >= context->refill_max) {
        index -= context->refill_max;
    }
    return &context->refills[index];
}

static inline struct refill *refill_head(struct sched_context *context)
{
    ASSERT(context->refill_count > 0);
    return &context->refills[context->refill_head];
}

static inline struct refill *refill_tail(struct sched_context *context)
{
    return refill_at(context, context->refill_count - 1);
}

static inline bool refill_is_round_robin(const struct sched_context *context)
{
    return context->period == 0;
}

static inline bool refill_is_ready(struct sched_context *context, ticks_t now)
{
    return refill_head(context)->time <= now;
}

// Whether the head lasts for the minimum budget beyond `used`.
static inline bool refill_is_sufficient(struct sched_context *context, ticks_t used)
{
    const ticks_t amount = refill_head(context)->amount;
    return amount >= used && amount - used >= refill_minimum();
}

// The context starts afresh with a full budget. `period` 0: round robin.
void refill_new(struct sched_context *context, uint32_t max, ticks_t budget, ticks_t period,
                ticks_t now);

// New parameters for a context in use: what it used of its head refill stays used. Round robin: it
// starts afresh.
void refill_update(struct sched_context *context, uint32_t max, ticks_t budget, ticks_t period,
                   ticks_t now);

// `used` ticks of the head are used.
void refill_charge_sporadic(struct sched_context *context, ticks_t used);
static inline void refill_charge(struct sched_context *context, ticks_t used)
{
    if (!refill_is_round_robin(context)) {
        refill_charge_sporadic(context, used);
        return;
    }
    struct refill *left = &context->refills[REFILL_LEFT];
    const ticks_t taken = used < left->amount ? used : left->amount;
    left->amount -= taken;
    context->refills[REFILL_USED].amount += taken;
}

// Round robin: the budget is full again.
static inline void refill_refresh(struct sched_context *context)
{
    context->refills[REFILL_LEFT].amount = context->budget;
    context->refills[REFILL_USED].amount = 0;
}

// The head, or more, is used up: not less than `used` ticks. Round robin: the budget is full again.
void refill_exhaust(struct sched_context *context, ticks_t used);

// The thread starts to use time now: refills that it missed do not accumulate.
void refill_unblock_sporadic(struct sched_context *context, ticks_t now);
static inline void refill_unblock(struct sched_context *context, ticks_t now)
{
    if (!refill_is_round_robin(context)) {
        refill_unblock_sporadic(context, now);
    }
}

// Whether S1 to S4 hold.
bool refill_ok(struct sched_context *context);
