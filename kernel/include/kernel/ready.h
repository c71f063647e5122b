// SPDX-License-Identifier: BSD-2-Clause
//
// The ready queues (schedule.h), inline: a thread joins or leaves them at almost every switch.
#pragma once

#include "kernel/kernel.h"
#include "kernel/tcb.h"
#include "kernel/thread_queue.h"

static inline struct thread_queue *ready_queue(const struct tcb *tcb)
{
    return &kernel.ready[domain_of(tcb)][tcb->priority];
}

static inline void ready_mark(struct tcb *tcb)
{
    ASSERT(!tcb->in_ready && !tcb->in_release);
    tcb->in_ready = true;
    kernel.ready_map[domain_of(tcb)][tcb->priority / 64] |= UINT64_C(1) << (tcb->priority % 64);
    if (kernel.ready_top[domain_of(tcb)] < tcb->priority) {
        kernel.ready_top[domain_of(tcb)] = tcb->priority;
    }
}

static inline void ready_push_front(struct tcb *tcb)
{
    ready_mark(tcb);
    thread_queue_push_front(ready_queue(tcb), tcb);
}

static inline void ready_push_back(struct tcb *tcb)
{
    ready_mark(tcb);
    thread_queue_push_back(ready_queue(tcb), tcb);
}

// The highest queue in the words 0..word of the map that is not empty, -1 if all are.
static inline int ready_find_top(const uint64_t map[READY_WORDS], int word)
{
    for (; word >= 0; word--) {
        if (map[word] != 0) {
            return word * 64 + 63 - __builtin_clzll(map[word]);
        }
    }
    return -1;
}

static inline void ready_remove(struct tcb *tcb)
{
    struct thread_queue *queue = ready_queue(tcb);
    thread_queue_remove(queue, tcb);
    tcb->in_ready = false;
    if (queue->head == NULL) {
        uint64_t *map = kernel.ready_map[domain_of(tcb)];
        map[tcb->priority / 64] &= ~(UINT64_C(1) << (tcb->priority % 64));
        if (kernel.ready_top[domain_of(tcb)] == tcb->priority) {
            kernel.ready_top[domain_of(tcb)] = ready_find_top(map, tcb->priority / 64);
        }
    }
}

// Takes the thread that runs next out of the queues of the current domain; there is one.
static inline struct tcb *ready_pop(void)
{
    struct tcb *tcb = kernel.ready[current_domain()][kernel.ready_top[current_domain()]].head;
    ready_remove(tcb);
    return tcb;
}

// The current thread goes behind the others of its priority; there are some. Returns the first.
static inline struct tcb *ready_rotate(struct tcb *current)
{
    struct thread_queue *queue = ready_queue(current);
    struct tcb *first = queue->head;
    thread_queue_push_back(queue, current);
    thread_queue_pop(queue);
    current->in_ready = true;
    first->in_ready = false;
    return first;
}
