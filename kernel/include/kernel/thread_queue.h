// SPDX-License-Identifier: BSD-2-Clause
//
// A queue of threads in order of arrival, linked through the threads themselves.
//
//   head --> tcb <--queue_prev, queue_next--> tcb <--> tcb <-- tail
#pragma once

#include "kernel/tcb.h"

#include <stddef.h>

struct thread_queue {
    struct tcb *head;
    struct tcb *tail; // undefined if head is NULL
};

static inline void thread_queue_push_front(struct thread_queue *queue, struct tcb *tcb)
{
    struct tcb *after = queue->head;
    tcb->queue_prev = NULL;
    tcb->queue_next = after;
    queue->head = tcb;
    if (after == NULL) {
        queue->tail = tcb;
    } else {
        after->queue_prev = tcb;
    }
}

static inline void thread_queue_push_back(struct thread_queue *queue, struct tcb *tcb)
{
    struct tcb *before = queue->head == NULL ? NULL : queue->tail;
    tcb->queue_prev = before;
    tcb->queue_next = NULL;
    queue->tail = tcb;
    if (before == NULL) {
        queue->head = tcb;
    } else {
        before->queue_next = tcb;
    }
}

// The first of two or more.
static inline void thread_queue_pop(struct thread_queue *queue)
{
    struct tcb *first = queue->head;
    ASSERT(first != queue->tail);
    queue->head = first->queue_next;
    queue->head->queue_prev = NULL;
    first->queue_next = NULL;
}

static inline void thread_queue_remove(struct thread_queue *queue, struct tcb *tcb)
{
    if (tcb->queue_prev == NULL) {
        queue->head = tcb->queue_next;
    } else {
        tcb->queue_prev->queue_next = tcb->queue_next;
    }
    if (tcb->queue_next == NULL) {
        queue->tail = tcb->queue_prev;
    } else {
        tcb->queue_next->queue_prev = tcb->queue_prev;
    }
    tcb->queue_next = NULL;
    tcb->queue_prev = NULL;
}
