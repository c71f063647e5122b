// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/refill.h"

// No refill lies further in the future: sums of a time and an amount never overflow. It is
// thousands of years away.
static const ticks_t TIME_END = UINT64_C(1) << 63;

static ticks_t time_add(ticks_t time, ticks_t delay)
{
    return time >= TIME_END || delay >= TIME_END - time ? TIME_END : time + delay;
}

static void append(struct sched_context *context, struct refill refill)
{
    ASSERT(context->refill_count < context->refill_max);
    context->refill_count++;
    *refill_tail(context) = refill;
}

static struct refill pop_head(struct sched_context *context)
{
    ASSERT(context->refill_count > 1);
    const struct refill head = *refill_head(context);
    context->refill_head++;
    if (context->refill_head == context->refill_max) {
        context->refill_head = 0;
    }
    context->refill_count--;
    return head;
}

// A refill behind the others: joined with the tail where they touch, or where there is no room.
// Then the tail comes later rather than the new one earlier.
static void add(struct sched_context *context, struct refill refill)
{
    struct refill *tail = refill_tail(context);
    if (tail->time + tail->amount >= refill.time) {
        tail->amount += refill.amount;
    } else if (context->refill_count < context->refill_max) {
        append(context, refill);
    } else {
        tail->time = refill.time - tail->amount;
        tail->amount += refill.amount;
    }
}

// One entry (round robin: and an empty one for what is used).
static void set(struct sched_context *context, uint32_t max, ticks_t budget, ticks_t period,
                struct refill head)
{
    context->refill_max = max;
    context->refill_head = 0;
    context->refill_count = 1;
    context->budget = budget;
    context->period = period;
    context->refills[0] = head;
    if (refill_is_round_robin(context)) {
        append(context, (struct refill){.time = head.time, .amount = budget - head.amount});
    }
}

void refill_new(struct sched_context *context, uint32_t max, ticks_t budget, ticks_t period,
                ticks_t now)
{
    set(context, max, budget, period, (struct refill){.time = now, .amount = budget});
}

void refill_update(struct sched_context *context, uint32_t max, ticks_t budget, ticks_t period,
                   ticks_t now)
{
    if (period == 0) {
        refill_new(context, max, budget, period, now);
        return;
    }
    struct refill head = *refill_head(context);
    if (head.time < now) {
        head.time = now;
    }
    if (head.amount > budget) {
        head.amount = budget;
    }
    set(context, max, budget, period, head);
    if (head.amount < budget) {
        add(context,
            (struct refill){.time = time_add(head.time, period), .amount = budget - head.amount});
    }
}

// The head is used up entirely: it comes back a period later.
static void recycle_head(struct sched_context *context)
{
    if (context->refill_count == 1) {
        struct refill *head = refill_head(context);
        head->time = time_add(head->time, context->period);
        return;
    }
    struct refill refill = pop_head(context);
    refill.time = time_add(refill.time, context->period);
    add(context, refill);
}

static void split_head(struct sched_context *context, ticks_t used)
{
    struct refill *head = refill_head(context);
    const struct refill back = {.time = time_add(head->time, context->period), .amount = used};
    head->amount -= used;
    head->time += used;
    add(context, back);
}

// A head that is not worth a switch waits for the next entry.
static void merge_small_head(struct sched_context *context)
{
    while (refill_head(context)->amount < refill_minimum()) {
        const struct refill small = pop_head(context);
        struct refill *head = refill_head(context);
        head->amount += small.amount;
        head->time -= small.amount;
    }
}

// However long the overrun, the time this takes is bounded: whole budgets are passed over at once.
static ticks_t skip_budgets(struct sched_context *context, ticks_t used)
{
    const ticks_t budgets = used / context->budget;
    for (uint32_t i = 0; i < context->refill_count; i++) {
        struct refill *refill = refill_at(context, i);
        const bool never = budgets > TIME_END / context->period;
        refill->time = never ? TIME_END : time_add(refill->time, budgets * context->period);
    }
    return used % context->budget;
}

void refill_charge_sporadic(struct sched_context *context, ticks_t used)
{
    if (used >= 2 * context->budget) {
        used = skip_budgets(context, used);
    }
    while (used >= refill_head(context)->amount) {
        used -= refill_head(context)->amount;
        recycle_head(context);
    }
    if (used > 0) {
        split_head(context, used);
    }
    merge_small_head(context);
}

void refill_exhaust(struct sched_context *context, ticks_t used)
{
    if (!refill_is_round_robin(context)) {
        refill_charge(context, used);
        return;
    }
    refill_refresh(context);
}

void refill_unblock_sporadic(struct sched_context *context, ticks_t now)
{
    if (refill_head(context)->time > now) {
        return;
    }
    refill_head(context)->time = now;
    while (context->refill_count > 1) {
        const struct refill *head = refill_head(context);
        if (refill_at(context, 1)->time > head->time + head->amount) {
            break;
        }
        const struct refill merged = pop_head(context);
        refill_head(context)->time = merged.time;
        refill_head(context)->amount += merged.amount;
    }
}

bool refill_ok(struct sched_context *context)
{
    if (context->refill_max == 0) {
        return context->refill_count == 0;
    }
    if (context->refill_count < 1 || context->refill_count > context->refill_max ||
        context->refill_max > context->refill_capacity ||
        context->refill_head >= context->refill_max) {
        return false;
    }
    ticks_t sum = 0;
    for (uint32_t i = 0; i < context->refill_count; i++) {
        const struct refill *refill = refill_at(context, i);
        sum += refill->amount;
        if (i > 0 && !refill_is_round_robin(context)) {
            const struct refill *before = refill_at(context, i - 1);
            if (before->time + before->amount > refill->time) {
                return false;
            }
        }
    }
    return sum == context->budget && refill_head(context)->amount >= refill_minimum();
}
