// SPDX-License-Identifier: BSD-2-Clause
//
// A queue of threads in order of arrival, linked through the threads themselves.
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

void thread_queue_remove(struct thread_queue *queue, struct tcb *tcb);
