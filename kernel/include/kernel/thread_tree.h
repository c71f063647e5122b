// SPDX-License-Identifier: BSD-2-Clause
//
// Threads in order, however many: those that wait for an endpoint or a notification, and those that
// wait for a refill. A balanced (AVL) tree through the threads themselves, so that to join, to
// leave and to be found first takes time that grows with the logarithm of their number.
//
//            root
//           /    \           rank(left child) < rank(parent) <= rank(right child):
//         tcb    tcb         equals stay in the order of arrival
//        /
//     first
//
// The rank is read from the thread: it must not change while the thread is in a tree.
//
// Invariant L1: parents and children name each other; ranks are in order; `first` is the leftmost.
// Invariant L2: the heights of two siblings differ by at most 1, and `balance` says by how much.
// Invariant L3: the links of a thread that is in no tree are zero.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct tcb;

struct tree_links {
    struct tcb *child[2]; // left, right
    struct tcb *parent;
    int64_t balance; // height of the right child minus that of the left
};

enum thread_order {
    ORDER_PRIORITY, // highest first
    ORDER_REFILL,   // the earliest time of the context's first refill first
};

struct thread_tree {
    struct tcb *first; // NULL: empty
    struct tcb *root;
};

// Behind those of the same rank. The thread is in no tree.
void thread_tree_insert(struct thread_tree *tree, struct tcb *tcb, enum thread_order order);

void thread_tree_remove(struct thread_tree *tree, struct tcb *tcb);

// The one behind `tcb`, or NULL.
struct tcb *thread_tree_next(const struct tcb *tcb);
