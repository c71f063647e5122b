// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/schedule.h"

#include "kernel/benchmark.h"
#include "kernel/fault.h"
#include "kernel/kernel.h"
#include "kernel/ready.h"
#include "kernel/refill.h"
#include "kernel/switch.h"

static const ticks_t FIRST_DOMAIN_LENGTH = (UINT64_C(1) << 56) - 1;

void schedule_front(struct tcb *tcb)
{
    ready_push_front(tcb);
}

// --- release queue -----------------------------------------------------------------------------

static ticks_t release_time(const struct tcb *tcb)
{
    return refill_head(tcb->sched_context)->time;
}

static void release_insert(struct tcb *tcb)
{
    ASSERT(!tcb->in_ready && !tcb->in_release);
    tcb->in_release = true;
    thread_tree_insert(&kernel.release, tcb, ORDER_REFILL);
    kernel.unsettled = true;
}

static void release_remove(struct tcb *tcb)
{
    thread_tree_remove(&kernel.release, tcb);
    tcb->in_release = false;
    kernel.unsettled = true;
}

// --- threads -----------------------------------------------------------------------------------

bool thread_is_schedulable(const struct tcb *tcb)
{
    return thread_is_running(tcb) && tcb->sched_context != NULL &&
           sched_context_is_active(tcb->sched_context) && !tcb->in_release;
}

void schedule_again(void)
{
    if (kernel.candidate != NULL) {
        struct tcb *tcb = kernel.candidate;
        kernel.candidate = NULL;
        schedule_front(tcb);
    }
    kernel.reschedule = true;
    kernel.unsettled = true;
}

// A thread that is in no queue could run now.
static void propose(struct tcb *tcb)
{
    if (domain_of(tcb) != current_domain()) {
        schedule_front(tcb);
    } else if (kernel.candidate == NULL && !kernel.reschedule) {
        kernel.candidate = tcb;
    } else {
        schedule_again();
        schedule_front(tcb);
    }
}

// A thread that is schedulable and in no queue: is it the time of its context?
static void make_ready(struct tcb *tcb)
{
    struct sched_context *context = tcb->sched_context;
    if (!sched_context_is_released(context)) {
        // The order of the release queue must not be changed by a later charge.
        if (context == kernel.context) {
            schedule_charge();
        }
        release_insert(tcb);
    } else if (tcb != kernel.current) {
        propose(tcb);
    }
}

void schedule_wake(struct tcb *tcb)
{
    struct sched_context *context = tcb->sched_context;
    if (!thread_is_schedulable(tcb) || tcb->in_ready || tcb == kernel.candidate) {
        return;
    }
    if (context->sporadic && context != kernel.context) {
        refill_unblock(context, kernel.now);
    }
    make_ready(tcb);
}

void schedule_remove(struct tcb *tcb)
{
    if (tcb == kernel.candidate) {
        kernel.candidate = NULL;
    } else if (tcb->in_ready) {
        ready_remove(tcb);
    } else if (tcb->in_release) {
        release_remove(tcb);
    }
}

// --- charging ----------------------------------------------------------------------------------

void schedule_charge(void)
{
    switch_charge();
    kernel.unsettled = true;
}

void schedule_forget(struct sched_context *context)
{
    if (context == kernel.context) {
        kernel.context = NULL;
        kernel.charged_until = kernel.now;
        kernel.unsettled = true;
    }
}

// The budget is used up: `used` ticks of it, not all of them on work.
static void exhaust(ticks_t used)
{
    kernel.context->consumed += switch_uncharged();
    refill_exhaust(kernel.context, used);
    kernel.charged_until = kernel.now;
}

// The current thread makes room: behind its peers, or until its refill is due.
static void requeue_current(void)
{
    struct tcb *tcb = kernel.current;
    schedule_again();
    if (sched_context_is_released(kernel.context)) {
        ready_push_back(tcb);
    } else {
        release_insert(tcb);
    }
}

void schedule_yield(void)
{
    const ticks_t amount = refill_head(kernel.context)->amount;
    const ticks_t used = switch_uncharged();
    exhaust(amount > used ? amount : used);
    requeue_current();
}

void schedule_run_out(void)
{
    struct tcb *tcb = kernel.current;
    exhaust(switch_uncharged());
    kernel.unsettled = true;
    if (!refill_is_round_robin(kernel.context) &&
        fault_handler_is_valid(tcb->slots[TCB_SLOT_TIMEOUT].cap)) {
        const struct fault fault = {.kind = FAULT_TIMEOUT, .code = kernel.context->badge};
        fault_raise(tcb, &fault);
    } else {
        requeue_current();
    }
}

// --- domains -----------------------------------------------------------------------------------

unsigned schedule_domain(void)
{
    return kernel.domain;
}

void schedule_domain_start(unsigned index)
{
    kernel.domain = (unsigned)kernel.domains[index].domain;
    kernel.domain_index = index;
    kernel.domain_end = kernel.now + kernel.domains[index].length;
    schedule_again();
}

static void domain_advance(void)
{
    if (kernel.domain_end >= kernel.now + refill_minimum()) {
        return;
    }
    unsigned next = kernel.domain_index + 1;
    if (next >= KCFG_DOMAIN_SCHEDULE_COUNT || kernel.domains[next].length == 0) {
        next = kernel.domain_start;
    }
    schedule_domain_start(next);
}

// --- who runs ----------------------------------------------------------------------------------

// Many refills can be due at once. The rest of them keep the timer's interrupt waiting, and it
// comes before the next instruction of user level: other interrupts have their turn in between.
enum { RELEASE_AT_ONCE = 32 };

static void wake_released(void)
{
    for (unsigned i = 0; i < RELEASE_AT_ONCE; i++) {
        struct tcb *tcb = kernel.release.first;
        if (tcb == NULL || release_time(tcb) > kernel.now) {
            return;
        }
        release_remove(tcb);
        make_ready(tcb);
    }
}

// The current thread could go on, but for the candidate: the higher priority runs.
static struct tcb *challenge(struct tcb *current, struct tcb *candidate)
{
    if (candidate->priority > current->priority) {
        schedule_front(current);
        return candidate;
    }
    if (candidate->priority == current->priority) {
        ready_push_back(candidate);
    } else {
        schedule_front(candidate);
    }
    return current;
}

static struct tcb *choose_ready(void)
{
    return kernel.ready_top[current_domain()] < 0 ? &kernel.idle : ready_pop();
}

static struct tcb *choose(void)
{
    struct tcb *current = kernel.current;
    struct tcb *candidate = kernel.candidate;
    const bool can_stay = thread_is_schedulable(current);
    kernel.candidate = NULL;

    if (can_stay && !kernel.reschedule) {
        return candidate == NULL ? current : challenge(current, candidate);
    }
    kernel.reschedule = false;
    if (can_stay && !current->in_ready) {
        schedule_front(current);
    }
    if (candidate == NULL) {
        return choose_ready();
    }
    if (candidate->priority >= kernel.ready_top[current_domain()]) {
        return candidate;
    }
    schedule_front(candidate);
    return choose_ready();
}

// The address space of the last thread stays: the idle one uses none.
static void go_idle(void)
{
    if (kernel.current != &kernel.idle) {
        benchmark_choice(kernel.current, &kernel.idle);
    }
    arch_context_switch(&kernel.current->context, &kernel.idle.context);
    kernel.current = &kernel.idle;
}

struct tcb *schedule_stay(void)
{
    struct tcb *candidate = kernel.candidate;
    kernel.candidate = NULL;
    schedule_front(candidate);
    return kernel.current;
}

struct tcb *schedule_settle(void)
{
    domain_advance();
    wake_released();
    const bool open = kernel.reschedule || kernel.candidate != NULL;
    struct tcb *next = choose();
    switch_context(next->sched_context);
    if (next->yield_to != NULL) {
        sched_context_finish_yield(next->yield_to);
    }
    if (open && next == kernel.current) {
        benchmark_choice(next, next);
    }
    if (next == &kernel.idle) {
        go_idle();
    } else if (next != kernel.current) {
        switch_thread(kernel.current, next, vspace_of(next));
    }
    switch_set_timer();
    kernel.unsettled = false; // the threads that were due are taken care of
    return next;
}

void schedule_init(void)
{
    arch_context_init_idle(&kernel.idle.context);
    kernel.idle.state = THREAD_IDLE;
    kernel.current = &kernel.idle;
    kernel.context = NULL;
    kernel.now = plat_time_now();
    kernel.charged_until = kernel.now;
    kernel.budget_end = BUDGET_ENDLESS;
    for (unsigned domain = 0; domain < KCFG_DOMAIN_COUNT; domain++) {
        kernel.ready_top[domain] = -1;
    }
    kernel.domains[0].length = FIRST_DOMAIN_LENGTH;
    kernel.domain_end = kernel.now + FIRST_DOMAIN_LENGTH;
}
