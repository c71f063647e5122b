// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/schedule.h"

#include "kernel/fault.h"
#include "kernel/kernel.h"
#include "kernel/refill.h"
#include "kernel/switch.h"

static const ticks_t FIRST_DOMAIN_LENGTH = (UINT64_C(1) << 56) - 1;

// --- ready queues ------------------------------------------------------------------------------

static struct thread_queue *ready_queue(const struct tcb *tcb)
{
    return &kernel.ready[tcb->domain][tcb->priority];
}

static void ready_mark(struct tcb *tcb)
{
    ASSERT(!tcb->in_ready && !tcb->in_release);
    tcb->in_ready = true;
    kernel.ready_map[tcb->domain][tcb->priority / 64] |= UINT64_C(1) << (tcb->priority % 64);
    if (kernel.ready_top[tcb->domain] < tcb->priority) {
        kernel.ready_top[tcb->domain] = tcb->priority;
    }
}

static void ready_back(struct tcb *tcb)
{
    ready_mark(tcb);
    thread_queue_push_back(ready_queue(tcb), tcb);
}

void schedule_front(struct tcb *tcb)
{
    ready_mark(tcb);
    thread_queue_push_front(ready_queue(tcb), tcb);
}

// The highest queue that is not empty, -1 if all are.
static int find_top(const uint64_t map[READY_WORDS])
{
    for (int word = READY_WORDS - 1; word >= 0; word--) {
        if (map[word] != 0) {
            return word * 64 + 63 - __builtin_clzll(map[word]);
        }
    }
    return -1;
}

static void ready_remove(struct tcb *tcb)
{
    struct thread_queue *queue = ready_queue(tcb);
    thread_queue_remove(queue, tcb);
    tcb->in_ready = false;
    if (queue->head == NULL) {
        uint64_t *map = kernel.ready_map[tcb->domain];
        map[tcb->priority / 64] &= ~(UINT64_C(1) << (tcb->priority % 64));
        if (kernel.ready_top[tcb->domain] == tcb->priority) {
            kernel.ready_top[tcb->domain] = find_top(map);
        }
    }
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
    if (tcb->domain != kernel.domain) {
        schedule_front(tcb);
    } else if (kernel.candidate == NULL && !kernel.reschedule) {
        kernel.candidate = tcb;
        kernel.unsettled = true;
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

ticks_t schedule_uncharged(const struct sched_context *context)
{
    return context == kernel.context ? switch_uncharged() : 0;
}

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
        ready_back(tcb);
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

// The minimum budget is not left any more.
static void run_out(void)
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

bool schedule_enter(void)
{
    kernel.now = plat_time_now();
    if (kernel.now <= kernel.budget_end) {
        return true;
    }
    run_out();
    return false;
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

static void wake_released(void)
{
    while (kernel.release.first != NULL && release_time(kernel.release.first) <= kernel.now) {
        struct tcb *tcb = kernel.release.first;
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
        ready_back(candidate);
    } else {
        schedule_front(candidate);
    }
    return current;
}

static struct tcb *choose_ready(void)
{
    const int top = kernel.ready_top[kernel.domain];
    if (top < 0) {
        return &kernel.idle;
    }
    struct tcb *tcb = kernel.ready[kernel.domain][top].head;
    ready_remove(tcb);
    return tcb;
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
    if (candidate->priority >= kernel.ready_top[kernel.domain]) {
        return candidate;
    }
    schedule_front(candidate);
    return choose_ready();
}

// The address space of the last thread stays: the idle one uses none.
static void go_idle(void)
{
    arch_context_switch(&kernel.current->context, &kernel.idle.context);
    kernel.current = &kernel.idle;
}

static struct tcb *settle(void)
{
    domain_advance();
    wake_released();
    struct tcb *next = choose();
    switch_context(next->sched_context);
    if (next->yield_to != NULL) {
        sched_context_finish_yield(next->yield_to);
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

struct tcb *schedule(void)
{
    struct tcb *current = kernel.current;
    const bool settled = !kernel.unsettled && kernel.now < kernel.deadline;
    return settled && thread_is_running(current) ? current : settle();
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
