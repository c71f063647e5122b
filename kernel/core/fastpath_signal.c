// SPDX-License-Identifier: BSD-2-Clause
//
// Signals, waiting for them and for calls, interrupts, which are signals of devices, and Yield
// (fastpath.h).
#include "kernel/fastpath.h"

#include "kernel/benchmark.h"
#include "kernel/irq.h"
#include "kernel/notification.h"
#include "kernel/ready.h"
#include "kernel/syscall.h"

#include <sel4/syscall.h>

// --- signal --------------------------------------------------------------------------------------

// The only thread that waits, with a context of its own, is of a higher priority than the current
// one.
static inline bool usual_waiter(const struct tcb *current, const struct notification *notification)
{
    const struct tcb *waiter = notification->queue.first;
    return notification->queue.root == waiter && is_alone(waiter) &&
           waiter->priority > current->priority && runs_next(waiter) &&
           waiter->sched_context != NULL && usual_contexts(waiter->sched_context);
}

// The waiter gets its badge, and the processor.
static inline struct tcb *wake(struct tcb *current, struct notification *notification,
                               uint64_t badge)
{
    struct tcb *waiter = notification->queue.first;
    notification->queue = (struct thread_tree){.first = NULL};
    notification->state = NOTIFICATION_IDLE;
    arch_set(&waiter->context, ARCH_REG_BADGE, 0, badge);
    waiter->state = THREAD_RUNNING;
    if (current != &kernel.idle) {
        ready_push_front(current);
    }
    return switch_both(current, waiter, vspace_of(waiter));
}

// Nobody waits, or the usual waiter does.
struct tcb *fastpath_send(struct tcb *caller, int64_t number)
{
    const uint64_t info = arch_get(&caller->context, ARCH_REG_INFO, 0);
    struct cap cap;
    if (!usual_cap(caller, arch_get(&caller->context, ARCH_REG_BADGE, 0), &cap) ||
        cap_get(cap, CAP_TYPE_WRITE) != (CAP_NOTIFICATION << 1 | 1) ||
        (info & MESSAGE_EXTRA_CAPS) != 0) {
        return syscall_slow(caller, number);
    }
    struct notification *notification = notification_of(cap);
    if (notification->state == NOTIFICATION_WAITING) {
        return usual_waiter(caller, notification) ? wake(caller, notification, cap_badge(cap))
                                                  : syscall_slow(caller, number);
    }
    const struct tcb *bound = notification->bound;
    if ((bound != NULL && bound->state == THREAD_BLOCKED_RECEIVE) || !usual_time()) {
        return syscall_slow(caller, number);
    }
    notification->state = NOTIFICATION_ACTIVE;
    notification->word |= cap_badge(cap);
    return caller;
}

// It signals the usual waiter.
static inline struct tcb *interrupt(void)
{
    const unsigned irq = plat_irq_claim();
    if (irq == PLAT_IRQ_NONE || irq == plat_timer_irq()) {
        return interrupt_slow(irq);
    }
    const struct cap cap = kernel.irq_notification[irq].cap;
    if (cap_is_null(cap)) {
        return interrupt_slow(irq);
    }
    struct notification *notification = notification_of(cap);
    if (notification->state != NOTIFICATION_WAITING ||
        !usual_waiter(kernel.current, notification)) {
        return interrupt_slow(irq);
    }
    plat_irq_mask(irq);
    plat_irq_end(irq);
    return wake(kernel.current, notification, cap_badge(cap));
}

struct tcb *entry_interrupt(void)
{
    benchmark_entry();
    struct tcb *next = interrupt();
    benchmark_exit();
    return next;
}

// --- wait ----------------------------------------------------------------------------------------

// The thread that is first among those that are ready asks for no more than a switch.
static inline bool usual_next(uint64_t *space)
{
    const int top = kernel.ready_top[current_domain()];
    if (top < 0) {
        return false;
    }
    const struct tcb *next = kernel.ready[current_domain()][top].head;
    return next->yield_to == NULL && usual_space(next, space);
}

// Nobody lends a context or takes one; there is a word, or nobody waits yet.
struct tcb *fastpath_wait(struct tcb *caller, int64_t number)
{
    struct cap cap;
    if (!usual_cap(caller, arch_get(&caller->context, ARCH_REG_BADGE, 0), &cap) ||
        cap_type(cap) != CAP_NOTIFICATION || cap_get(cap, CAP_READ) == 0) {
        return syscall_slow(caller, number);
    }
    struct notification *notification = notification_of(cap);
    uint64_t space;
    if ((notification->bound != NULL && notification->bound != caller) ||
        notification->context != NULL || !usual_time()) {
        return syscall_slow(caller, number);
    }
    if (notification->state == NOTIFICATION_ACTIVE) {
        arch_set(&caller->context, ARCH_REG_BADGE, 0, notification->word);
        notification->state = NOTIFICATION_IDLE;
        notification->word = 0;
        return caller;
    }
    if (number == seL4_SysNBWait) {
        arch_set(&caller->context, ARCH_REG_BADGE, 0, 0);
        return caller;
    }
    if (notification->state != NOTIFICATION_IDLE || !usual_next(&space)) {
        return syscall_slow(caller, number);
    }
    caller->state = THREAD_BLOCKED_NOTIFICATION;
    caller->waits_on_notification = notification;
    notification->queue = (struct thread_tree){.first = caller, .root = caller};
    notification->state = NOTIFICATION_WAITING;
    return switch_both(caller, ready_pop(), space);
}

// --- Recv ----------------------------------------------------------------------------------------

// Nothing has come, and the reply object is free: a server has dealt with a signal, or with a fault
// that it does not answer.
struct tcb *fastpath_recv(struct tcb *caller)
{
    struct cap cap, answer;
    if (!usual_cap(caller, arch_get(&caller->context, ARCH_REG_BADGE, 0), &cap) ||
        !usual_cap(caller, arch_get(&caller->context, ARCH_REG_REPLY, 0), &answer) ||
        cap_type(cap) != CAP_ENDPOINT || cap_get(cap, CAP_READ) == 0 ||
        cap_type(answer) != CAP_REPLY) {
        return syscall_slow(caller, seL4_SysRecv);
    }
    struct endpoint *endpoint = endpoint_of(cap);
    struct reply *reply = reply_of(answer);
    uint64_t space;
    if (reply->tcb != NULL || !may_block(caller, endpoint) || !usual_next(&space) ||
        !usual_time()) {
        return syscall_slow(caller, seL4_SysRecv);
    }
    block_receiver(caller, endpoint, reply);
    return switch_both(caller, ready_pop(), space);
}

// --- Yield ---------------------------------------------------------------------------------------

// The budget of a round-robin context starts afresh; the next of the same priority runs, if any.
struct tcb *fastpath_yield(struct tcb *caller)
{
    struct sched_context *context = kernel.context;
    const int top = kernel.ready_top[current_domain()];
    const bool alone = top < caller->priority;
    uint64_t space = 0;
    if (!refill_is_round_robin(context) ||
        (!alone && (top != caller->priority || !usual_next(&space))) || !usual_time()) {
        return syscall_slow(caller, seL4_SysYield);
    }
    context->consumed += switch_uncharged();
    refill_refresh(context);
    kernel.charged_until = kernel.now;
    if (alone) {
        benchmark_choice(caller, caller);
        switch_set_budget();
        switch_set_timer();
        return caller;
    }
    return switch_both(caller, ready_rotate(caller), space);
}
