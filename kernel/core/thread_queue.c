// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/thread_queue.h"

#include "kernel/tcb.h"

// Between `before` and the thread behind it; NULL: at the front.
static void insert_after(struct thread_queue *queue, struct tcb *before, struct tcb *tcb)
{
    struct tcb *after = before == NULL ? queue->head : before->queue_next;
    tcb->queue_prev = before;
    tcb->queue_next = after;
    if (before == NULL) {
        queue->head = tcb;
    } else {
        before->queue_next = tcb;
    }
    if (after == NULL) {
        queue->tail = tcb;
    } else {
        after->queue_prev = tcb;
    }
}

void thread_queue_push_front(struct thread_queue *queue, struct tcb *tcb)
{
    insert_after(queue, NULL, tcb);
}

void thread_queue_push_back(struct thread_queue *queue, struct tcb *tcb)
{
    insert_after(queue, queue->head == NULL ? NULL : queue->tail, tcb);
}

void thread_queue_remove(struct thread_queue *queue, struct tcb *tcb)
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
