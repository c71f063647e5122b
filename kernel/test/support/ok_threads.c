// SPDX-License-Identifier: BSD-2-Clause
//
// Threads and the queues that they wait in (tcb.h, schedule.h, endpoint.h, notification.h).
#include "ok.h"

#include "kernel/arch.h"
#include "kernel/endpoint.h"
#include "kernel/notification.h"
#include "kernel/refill.h"
#include "kernel/reply.h"
#include "kernel/sched_context.h"

enum { QUEUE_LIMIT = 1 << 20 };

static bool is_thread(const struct tcb *tcb)
{
    return ok_object(CAP_TCB, tcb) != NULL;
}

// --- threads -------------------------------------------------------------------------------------

static size_t queues_of(const struct tcb *tcb)
{
    const bool waits = tcb->state == THREAD_BLOCKED_SEND || tcb->state == THREAD_BLOCKED_RECEIVE ||
                       tcb->state == THREAD_BLOCKED_NOTIFICATION;
    return (tcb->in_ready ? 1u : 0u) + (tcb->in_release ? 1u : 0u) + (waits ? 1u : 0u);
}

static bool must_wait_for_time(const struct tcb *tcb)
{
    const struct sched_context *context = tcb->sched_context;
    return tcb->state == THREAD_RUNNING && context != NULL && sched_context_is_active(context) &&
           tcb != kernel.current;
}

static const char *check_links(const struct tcb *tcb)
{
    if (tcb->sched_context != NULL) {
        if (ok_object(CAP_SCHED_CONTEXT, tcb->sched_context) == NULL) {
            return "T3: a thread's scheduling context has no capability";
        }
        if (tcb->sched_context->tcb != tcb) {
            return "T3: a thread's scheduling context is bound to another";
        }
    }
    if (tcb->notification != NULL && (ok_object(CAP_NOTIFICATION, tcb->notification) == NULL ||
                                      tcb->notification->bound != tcb)) {
        return "N3: a thread's notification does not know it";
    }
    if (tcb->yield_to != NULL &&
        (ok_object(CAP_SCHED_CONTEXT, tcb->yield_to) == NULL || tcb->yield_to->yield_from != tcb)) {
        return "S5: a thread yields to a context that does not know it";
    }
    const bool may_reply =
        tcb->state == THREAD_BLOCKED_RECEIVE || tcb->state == THREAD_BLOCKED_REPLY;
    if (tcb->reply != NULL &&
        (!may_reply || ok_object(CAP_REPLY, tcb->reply) == NULL || tcb->reply->tcb != tcb)) {
        return "R1: a thread's reply object does not know it";
    }
    if (tcb->state == THREAD_BLOCKED_REPLY && tcb->reply == NULL) {
        return "R1: a thread waits for an answer without a reply object";
    }
    return NULL;
}

static const char *check_thread(const struct tcb *tcb)
{
    if (queues_of(tcb) > 1) {
        return "T1: a thread is in two queues";
    }
    if ((tcb->in_ready || tcb->in_release) && tcb->state != THREAD_RUNNING) {
        return "T1: a thread that does not run is in a scheduler's queue";
    }
    if (must_wait_for_time(tcb) && !tcb->in_ready && !tcb->in_release) {
        return "T2: a running thread is in no queue";
    }
    if (queues_of(tcb) == (tcb->in_ready ? 1 : 0) && !ok_in_no_tree(tcb)) {
        return "L3: a thread that is in no tree has links";
    }
    const bool faulty = tcb->fault.kind != FAULT_NONE;
    if (faulty && tcb->state != THREAD_BLOCKED_SEND && tcb->state != THREAD_BLOCKED_REPLY) {
        return "T4: a fault is recorded and nobody is told";
    }
    return check_links(tcb);
}

const char *ok_threads(const struct ok_stock *stock)
{
    size_t listed = 0;
    for (const struct tcb *tcb = kernel.all_threads; tcb != NULL; tcb = tcb->all_next) {
        if (!is_thread(tcb)) {
            return "T5: a thread without capability is in the list of all";
        }
        if (tcb->all_next != NULL && tcb->all_next->all_prev != tcb) {
            return "T5: the list of all threads is torn";
        }
        listed++;
        const char *broken = check_thread(tcb);
        if (broken != NULL) {
            return broken;
        }
    }
    size_t objects = 0;
    for (size_t i = 0; i < stock->count; i++) {
        const struct slot *slot = stock->slots[i].slot;
        if (cap_type(slot->cap) == CAP_TCB &&
            ok_object_at(CAP_TCB, cap_address(slot->cap).raw) == slot) {
            objects++;
        }
    }
    if (listed != objects) {
        return "T5: a thread is missing in the list of all";
    }
    const struct tcb *current = kernel.current;
    return current == &kernel.idle || is_thread(current) ? NULL
                                                         : "T5: the current thread does not exist";
}

// --- the scheduler's queues ----------------------------------------------------------------------

// Links of a queue agree, its last thread is `tail`; the threads counted.
static const char *check_queue(const struct tcb *head, const struct tcb *tail, size_t *count)
{
    const struct tcb *prev = NULL;
    *count = 0;
    for (const struct tcb *tcb = head; tcb != NULL; tcb = tcb->queue_next) {
        if (!is_thread(tcb) || (*count)++ > QUEUE_LIMIT) {
            return "T1: a queue holds what is no thread, or has no end";
        }
        if (tcb->queue_prev != prev) {
            return "T1: a queue's links disagree";
        }
        prev = tcb;
    }
    return head != NULL && tail != prev ? "T1: a queue's tail is not its last thread" : NULL;
}

static const char *check_ready_queue(unsigned domain, unsigned priority, size_t *ready)
{
    const struct thread_queue *queue = &kernel.ready[domain][priority];
    const bool marked = (kernel.ready_map[domain][priority / 64] >> (priority % 64) & 1) != 0;
    if (marked != (queue->head != NULL)) {
        return "Q1: the map of ready queues is wrong";
    }
    size_t count;
    const char *broken = check_queue(queue->head, queue->tail, &count);
    for (struct tcb *tcb = queue->head; tcb != NULL && broken == NULL; tcb = tcb->queue_next) {
        if (!tcb->in_ready || tcb->priority != priority || tcb->domain != domain) {
            broken = "Q2: a thread is in another's ready queue";
        } else if (tcb == kernel.current) {
            broken = "Q2: the current thread is in a ready queue";
        } else if (tcb->state != THREAD_RUNNING || tcb->sched_context == NULL ||
                   !sched_context_is_active(tcb->sched_context)) {
            broken = "Q2: a thread in a ready queue cannot run";
        } else if (!refill_is_ready(tcb->sched_context, kernel.now) ||
                   !refill_is_sufficient(tcb->sched_context, 0)) {
            broken = "Q2: a thread in a ready queue has no budget";
        }
    }
    *ready += count;
    return broken;
}

static const char *check_release_queue(size_t *waiting)
{
    const char *broken = ok_thread_tree(kernel.release, waiting);
    ticks_t last = 0;
    const struct tcb *tcb = broken == NULL ? kernel.release.first : NULL;
    for (; tcb != NULL && broken == NULL; tcb = thread_tree_next(tcb)) {
        if (!tcb->in_release || tcb->sched_context == NULL ||
            !sched_context_is_active(tcb->sched_context)) {
            return "Q3: the release queue holds a thread that waits for no refill";
        }
        const ticks_t time = refill_head(tcb->sched_context)->time;
        if (time < last) {
            broken = "Q3: the release queue is not sorted";
        }
        last = time;
    }
    return broken;
}

// The highest queue of the domain that is not empty, -1 if all are.
static int top_of(unsigned domain)
{
    int priority = KCFG_PRIORITY_COUNT - 1;
    while (priority >= 0 && kernel.ready[domain][priority].head == NULL) {
        priority--;
    }
    return priority;
}

// What is remembered of the queues.
static const char *check_memory(void)
{
    for (unsigned d = 0; d < KCFG_DOMAIN_COUNT; d++) {
        if (kernel.ready_top[d] != top_of(d)) {
            return "Q5: the highest ready priority is wrong";
        }
    }
    // With several domains, Domain_Set may have brought one in that waits for the next decision.
    const bool idle = kernel.current == &kernel.idle;
    if (KCFG_DOMAIN_COUNT == 1 &&
        kernel.ready_top[kernel.domain] > (idle ? -1 : kernel.current->priority)) {
        return "Q6: a ready thread has a higher priority than the current one";
    }
    return NULL;
}

const char *ok_queues(void)
{
    size_t ready = 0;
    size_t waiting = 0;
    const char *broken = check_release_queue(&waiting);
    for (unsigned d = 0; d < KCFG_DOMAIN_COUNT && broken == NULL; d++) {
        for (unsigned p = 0; p < KCFG_PRIORITY_COUNT && broken == NULL; p++) {
            broken = check_ready_queue(d, p, &ready);
        }
    }
    if (broken != NULL) {
        return broken;
    }
    for (const struct tcb *tcb = kernel.all_threads; tcb != NULL; tcb = tcb->all_next) {
        ready -= tcb->in_ready ? 1 : 0;
        waiting -= tcb->in_release ? 1 : 0;
    }
    if (kernel.candidate != NULL || kernel.unsettled || kernel.reschedule) {
        return "Q4: a decision is left between two entries";
    }
    if (ready != 0 || waiting != 0) {
        return "T1: a thread's flags and its queue disagree";
    }
    return check_memory();
}

// --- endpoints and notifications -----------------------------------------------------------------

static const char *check_priorities(struct thread_tree queue, size_t *count)
{
    const char *broken = ok_thread_tree(queue, count);
    const struct tcb *prev = NULL;
    const struct tcb *tcb = broken == NULL ? queue.first : NULL;
    for (; tcb != NULL && broken == NULL; tcb = thread_tree_next(tcb)) {
        if (prev != NULL && prev->priority < tcb->priority) {
            broken = "E3: a queue is not sorted by priority";
        }
        prev = tcb;
    }
    return broken;
}

static const char *check_endpoint(const struct endpoint *endpoint, size_t *queued)
{
    size_t count;
    const enum endpoint_state state = endpoint_state(endpoint);
    const char *broken = check_priorities(endpoint_queue(endpoint), &count);
    if (broken == NULL && (state == ENDPOINT_IDLE) != (endpoint->first == NULL)) {
        broken = "E1: an endpoint's state and its queue disagree";
    }
    const enum thread_state needed =
        state == ENDPOINT_SENDING ? THREAD_BLOCKED_SEND : THREAD_BLOCKED_RECEIVE;
    const struct tcb *tcb = broken == NULL ? endpoint->first : NULL;
    for (; tcb != NULL && broken == NULL; tcb = thread_tree_next(tcb)) {
        if (tcb->state != needed || tcb->waits_on_endpoint != endpoint) {
            broken = "E2: a thread in an endpoint's queue waits for something else";
        }
    }
    *queued += count;
    return broken;
}

static const char *check_notification(const struct notification *n, size_t *queued)
{
    size_t count;
    const char *broken = check_priorities(n->queue, &count);
    if (broken != NULL) {
        return broken;
    }
    if ((n->state == NOTIFICATION_WAITING) != (n->queue.first != NULL)) {
        return "N1: a notification's state and its queue disagree";
    }
    if (n->state != NOTIFICATION_ACTIVE && n->word != 0) {
        return "N2: a notification that is not active has a word";
    }
    if (n->bound != NULL && (!is_thread(n->bound) || n->bound->notification != n)) {
        return "N3: a notification's thread does not know it";
    }
    if (n->context != NULL &&
        (ok_object(CAP_SCHED_CONTEXT, n->context) == NULL || n->context->notification != n)) {
        return "N3: a notification's context does not know it";
    }
    for (const struct tcb *tcb = n->queue.first; tcb != NULL; tcb = thread_tree_next(tcb)) {
        if (tcb->state != THREAD_BLOCKED_NOTIFICATION || tcb->waits_on_notification != n) {
            return "N4: a thread in a notification's queue waits for something else";
        }
    }
    *queued += count;
    return NULL;
}

static bool is_alive_or_zombie(struct cap cap, enum cap_type type, enum zombie_kind kind)
{
    return cap_type(cap) == type ||
           (cap_type(cap) == CAP_ZOMBIE && cap_get(cap, CAP_ZOMBIE_KIND) == kind);
}

const char *ok_endpoints(const struct ok_stock *stock)
{
    size_t queued = 0;
    const char *broken = NULL;
    for (size_t i = 0; i < stock->count && broken == NULL; i++) {
        const struct slot *slot = stock->slots[i].slot;
        const struct cap cap = slot->cap;
        if (stock->slots[i].size == 0 ||
            ok_object_at(cap_type(cap), stock->slots[i].start) != slot) {
            continue;
        }
        if (is_alive_or_zombie(cap, CAP_ENDPOINT, ZOMBIE_ENDPOINT)) {
            broken = check_endpoint(arch_ptr(cap_address(cap)), &queued);
        } else if (is_alive_or_zombie(cap, CAP_NOTIFICATION, ZOMBIE_NOTIFICATION)) {
            broken = check_notification(arch_ptr(cap_address(cap)), &queued);
        }
    }
    for (const struct tcb *tcb = kernel.all_threads; tcb != NULL; tcb = tcb->all_next) {
        const bool waits = queues_of(tcb) == 1 && !tcb->in_ready && !tcb->in_release;
        queued -= waits ? 1 : 0;
    }
    return broken == NULL && queued != 0 ? "E2: a blocked thread is in no queue" : broken;
}
