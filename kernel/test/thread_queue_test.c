// SPDX-License-Identifier: BSD-2-Clause
//
// Queues of threads: who comes and goes at either end and in the middle.
#include "kernel/thread_queue.h"

#include "kernel/tcb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct tcb a, b, c;

// The queue from its head, and back from its tail.
static void assert_queue(const struct thread_queue *queue, unsigned count,
                         const struct tcb *const *threads)
{
    const struct tcb *at = queue->head;
    for (unsigned i = 0; i < count; i++) {
        assert_ptr_equal(at, threads[i]);
        assert_ptr_equal(at->queue_prev, i == 0 ? NULL : threads[i - 1]);
        at = at->queue_next;
    }
    assert_null(at);
    if (count > 0) {
        assert_ptr_equal(queue->tail, threads[count - 1]);
    }
}

#define ASSERT_QUEUE(queue, ...)                                                                   \
    assert_queue((queue), sizeof((const struct tcb *const[]){__VA_ARGS__}) / sizeof(void *),       \
                 (const struct tcb *const[]){__VA_ARGS__})

static int empty(void **state)
{
    (void)state;
    a = b = c = (struct tcb){0};
    return 0;
}

static struct thread_queue three(void)
{
    struct thread_queue queue = {0};
    thread_queue_push_back(&queue, &b);
    thread_queue_push_back(&queue, &c);
    thread_queue_push_front(&queue, &a);
    return queue;
}

static void threads_join_at_both_ends(void **state)
{
    (void)state;
    const struct thread_queue queue = three();
    ASSERT_QUEUE(&queue, &a, &b, &c);
}

static void the_first_leaves(void **state)
{
    (void)state;
    struct thread_queue queue = three();
    thread_queue_remove(&queue, &a);
    ASSERT_QUEUE(&queue, &b, &c);
    assert_null(a.queue_next);
    assert_null(a.queue_prev);
}

static void the_one_in_the_middle_leaves(void **state)
{
    (void)state;
    struct thread_queue queue = three();
    thread_queue_remove(&queue, &b);
    ASSERT_QUEUE(&queue, &a, &c);
}

static void the_last_leaves(void **state)
{
    (void)state;
    struct thread_queue queue = three();
    thread_queue_remove(&queue, &c);
    ASSERT_QUEUE(&queue, &a, &b);
    thread_queue_push_back(&queue, &c);
    ASSERT_QUEUE(&queue, &a, &b, &c);
}

static void a_queue_becomes_empty_and_is_used_again(void **state)
{
    (void)state;
    struct thread_queue queue = {0};
    thread_queue_push_front(&queue, &a);
    thread_queue_remove(&queue, &a);
    assert_null(queue.head);
    thread_queue_push_back(&queue, &b);
    ASSERT_QUEUE(&queue, &b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(threads_join_at_both_ends, empty),
        cmocka_unit_test_setup(the_first_leaves, empty),
        cmocka_unit_test_setup(the_one_in_the_middle_leaves, empty),
        cmocka_unit_test_setup(the_last_leaves, empty),
        cmocka_unit_test_setup(a_queue_becomes_empty_and_is_used_again, empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
