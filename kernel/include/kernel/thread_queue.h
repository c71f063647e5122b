// SPDX-License-Identifier: BSD-2-Clause
//
// A queue of threads, linked through the threads themselves: ready queues in order of arrival,
// those of endpoints and notifications by priority.
//
//   head --> tcb <--queue_prev, queue_next--> tcb <--> tcb <-- tail
#pragma once

struct tcb;

struct thread_queue {
    struct tcb *head;
    struct tcb *tail; // undefined if head is NULL
};

void thread_queue_push_front(struct thread_queue *queue, struct tcb *tcb);
void thread_queue_push_back(struct thread_queue *queue, struct tcb *tcb);

// Behind all of the same or a higher priority. Takes time in proportion to those of lower priority.
void thread_queue_insert(struct thread_queue *queue, struct tcb *tcb);

void thread_queue_remove(struct thread_queue *queue, struct tcb *tcb);
