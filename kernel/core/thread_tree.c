// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/thread_tree.h"

#include "kernel/refill.h"
#include "kernel/tcb.h"

enum { LEFT, RIGHT };

static uint64_t rank(const struct tcb *tcb, enum thread_order order)
{
    return order == ORDER_PRIORITY ? (uint64_t)seL4_MaxPrio - tcb->priority
                                   : refill_head(tcb->sched_context)->time;
}

static struct tcb *leftmost(struct tcb *tcb)
{
    while (tcb->tree.child[LEFT] != NULL) {
        tcb = tcb->tree.child[LEFT];
    }
    return tcb;
}

// Which child of its parent the thread is.
static unsigned side_of(const struct tcb *tcb)
{
    return tcb->tree.parent != NULL && tcb->tree.parent->tree.child[RIGHT] == tcb ? RIGHT : LEFT;
}

struct tcb *thread_tree_next(const struct tcb *tcb)
{
    if (tcb->tree.child[RIGHT] != NULL) {
        return leftmost(tcb->tree.child[RIGHT]);
    }
    while (side_of(tcb) == RIGHT) {
        tcb = tcb->tree.parent;
    }
    return tcb->tree.parent;
}

// --- links ---------------------------------------------------------------------------------------

static void set_child(struct thread_tree *tree, struct tcb *parent, unsigned side,
                      struct tcb *child)
{
    if (parent == NULL) {
        tree->root = child;
    } else {
        parent->tree.child[side] = child;
    }
    if (child != NULL) {
        child->tree.parent = parent;
    }
}

// `low` goes down to `side`, its child on the other side comes up.
static void rotate(struct thread_tree *tree, struct tcb *low, unsigned side)
{
    struct tcb *high = low->tree.child[!side];
    set_child(tree, low->tree.parent, side_of(low), high);
    set_child(tree, low, !side, high->tree.child[side]);
    set_child(tree, high, side, low);
}

// --- balance -------------------------------------------------------------------------------------

// The grandchild between the two comes up: its halves go to either side.
static struct tcb *rebalance_twice(struct thread_tree *tree, struct tcb *top, unsigned heavy)
{
    struct tcb *child = top->tree.child[heavy];
    struct tcb *middle = child->tree.child[!heavy];
    const int64_t sign = heavy == RIGHT ? 1 : -1;
    rotate(tree, child, heavy);
    rotate(tree, top, !heavy);
    top->tree.balance = middle->tree.balance == sign ? -sign : 0;
    child->tree.balance = middle->tree.balance == -sign ? sign : 0;
    middle->tree.balance = 0;
    return middle;
}

// One side of `top` is higher than the other by 2. Returns who stands in its place afterwards.
static struct tcb *rebalance(struct thread_tree *tree, struct tcb *top)
{
    const unsigned heavy = top->tree.balance > 0 ? RIGHT : LEFT;
    const int64_t sign = heavy == RIGHT ? 1 : -1;
    struct tcb *child = top->tree.child[heavy];
    if (child->tree.balance == -sign) {
        return rebalance_twice(tree, top, heavy);
    }
    rotate(tree, top, !heavy);
    top->tree.balance = child->tree.balance == 0 ? sign : 0;
    child->tree.balance = child->tree.balance == 0 ? -sign : 0;
    return child;
}

// `tcb` is a new leaf.
static void grown(struct thread_tree *tree, struct tcb *tcb)
{
    for (struct tcb *parent = tcb->tree.parent; parent != NULL; parent = tcb->tree.parent) {
        parent->tree.balance += side_of(tcb) == RIGHT ? 1 : -1;
        if (parent->tree.balance == 0) {
            return;
        }
        if (parent->tree.balance == 2 || parent->tree.balance == -2) {
            (void)rebalance(tree, parent);
            return;
        }
        tcb = parent;
    }
}

// What hangs from `parent` on `side` is lower by 1 than it was.
static void shrunk(struct thread_tree *tree, struct tcb *parent, unsigned side)
{
    while (parent != NULL) {
        parent->tree.balance += side == RIGHT ? -1 : 1;
        struct tcb *top = parent;
        if (top->tree.balance == 2 || top->tree.balance == -2) {
            top = rebalance(tree, top);
        }
        if (top->tree.balance != 0) {
            return; // as high as before
        }
        side = side_of(top);
        parent = top->tree.parent;
    }
}

// --- insert, remove ------------------------------------------------------------------------------

void thread_tree_insert(struct thread_tree *tree, struct tcb *tcb, enum thread_order order)
{
    const uint64_t own = rank(tcb, order);
    struct tcb *parent = NULL;
    unsigned side = LEFT;
    bool is_first = true;
    for (struct tcb *at = tree->root; at != NULL; at = at->tree.child[side]) {
        parent = at;
        side = own < rank(at, order) ? LEFT : RIGHT;
        is_first = is_first && side == LEFT;
    }
    set_child(tree, parent, side, tcb);
    if (is_first) {
        tree->first = tcb;
    }
    grown(tree, tcb);
}

// With two children: the next one, which has no left child, takes its place.
static void remove_inner(struct thread_tree *tree, struct tcb *tcb)
{
    struct tcb *next = leftmost(tcb->tree.child[RIGHT]);
    struct tcb *gap = next->tree.parent; // below which it got lower
    const unsigned side = side_of(next);
    set_child(tree, gap, side, next->tree.child[RIGHT]);
    set_child(tree, tcb->tree.parent, side_of(tcb), next);
    set_child(tree, next, LEFT, tcb->tree.child[LEFT]);
    set_child(tree, next, RIGHT, tcb->tree.child[RIGHT]);
    next->tree.balance = tcb->tree.balance;
    shrunk(tree, gap == tcb ? next : gap, side);
}

void thread_tree_remove(struct thread_tree *tree, struct tcb *tcb)
{
    struct tcb *const *child = tcb->tree.child;
    if (tree->first == tcb) {
        tree->first = thread_tree_next(tcb);
    }
    if (child[LEFT] != NULL && child[RIGHT] != NULL) {
        remove_inner(tree, tcb);
    } else {
        struct tcb *parent = tcb->tree.parent;
        const unsigned side = side_of(tcb);
        set_child(tree, parent, side, child[LEFT] != NULL ? child[LEFT] : child[RIGHT]);
        shrunk(tree, parent, side);
    }
    tcb->tree = (struct tree_links){.parent = NULL};
}
