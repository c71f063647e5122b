// SPDX-License-Identifier: BSD-2-Clause
//
// Trees of threads against a sorted array: order, balance and links, whatever joins and leaves.
#include "kernel/tcb.h"
#include "kernel/thread_tree.h"

#include "lib/prng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { THREADS = 1000, STEPS = 20000, SEED = 7 };

static struct tcb threads[THREADS];
static struct thread_tree tree;

// The model: who is in the tree, in order.
static struct tcb *order[THREADS];
static size_t count;

static int fresh(void **state)
{
    (void)state;
    for (size_t i = 0; i < THREADS; i++) {
        threads[i] = (struct tcb){.priority = 0};
    }
    tree = (struct thread_tree){.first = NULL};
    count = 0;
    return 0;
}

static void join(struct tcb *tcb, uint8_t priority)
{
    tcb->priority = priority;
    thread_tree_insert(&tree, tcb, ORDER_PRIORITY);
    size_t at = count;
    for (; at > 0 && order[at - 1]->priority < priority; at--) {
        order[at] = order[at - 1];
    }
    order[at] = tcb;
    count++;
}

static void leave(size_t at)
{
    struct tcb *tcb = order[at];
    thread_tree_remove(&tree, tcb);
    count--;
    for (; at < count; at++) {
        order[at] = order[at + 1];
    }
    assert_null(tcb->tree.parent);
    assert_null(tcb->tree.child[0]);
    assert_null(tcb->tree.child[1]);
    assert_int_equal(tcb->tree.balance, 0);
}

static int64_t height(const struct tcb *tcb, const struct tcb *parent)
{
    if (tcb == NULL) {
        return 0;
    }
    assert_ptr_equal(tcb->tree.parent, parent);
    const int64_t left = height(tcb->tree.child[0], tcb);
    const int64_t right = height(tcb->tree.child[1], tcb);
    assert_int_equal(tcb->tree.balance, right - left);
    assert_in_range(right - left + 1, 0, 2);
    return 1 + (left > right ? left : right);
}

static void check(void)
{
    (void)height(tree.root, NULL);
    const struct tcb *tcb = tree.first;
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(tcb, order[i]);
        tcb = thread_tree_next(tcb);
    }
    assert_null(tcb);
}

static void equals_stay_in_the_order_of_arrival(void **state)
{
    (void)state;
    for (size_t i = 0; i < 100; i++) {
        join(&threads[i], (uint8_t)(i % 3));
        check();
    }
    for (size_t i = 0; i < 100; i++) {
        leave(0);
        check();
    }
    assert_null(tree.root);
}

static void a_thousand_in_a_row_are_not_higher_than_fifteen(void **state)
{
    (void)state;
    for (size_t i = 0; i < THREADS; i++) {
        join(&threads[i], 5);
    }
    check();
    assert_in_range(height(tree.root, NULL), 10, 15); // 1.44 log2(n), rounded up
}

static void random_coming_and_going_keeps_order_and_balance(void **state)
{
    (void)state;
    struct prng prng = {SEED};
    for (unsigned step = 0; step < STEPS; step++) {
        struct tcb *tcb = &threads[prng_next(&prng) % (THREADS / 10)];
        size_t at = 0;
        while (at < count && order[at] != tcb) {
            at++;
        }
        if (at < count) {
            leave(at);
        } else {
            join(tcb, (uint8_t)(prng_next(&prng) % 8));
        }
        check();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(equals_stay_in_the_order_of_arrival, fresh),
        cmocka_unit_test_setup(a_thousand_in_a_row_are_not_higher_than_fifteen, fresh),
        cmocka_unit_test_setup(random_coming_and_going_keeps_order_and_balance, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
