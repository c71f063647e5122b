// SPDX-License-Identifier: BSD-2-Clause
//
// Trees of threads (thread_tree.h): their shape. That they are in order is checked where it is
// known what the order is.
#include "ok.h"

enum { HEIGHT_LIMIT = 40, BROKEN = -1 };

// The height of the tree below `tcb`, or BROKEN with `*broken` saying why.
static int height(const struct tcb *tcb, const struct tcb *parent, int depth, const char **broken)
{
    if (tcb == NULL) {
        return 0;
    }
    if (ok_object(CAP_TCB, tcb) == NULL || tcb->tree.parent != parent || depth == HEIGHT_LIMIT) {
        *broken = "L1: a tree holds what is no thread, or its links disagree";
        return BROKEN;
    }
    const int left = height(tcb->tree.child[0], tcb, depth + 1, broken);
    const int right = left == BROKEN ? BROKEN : height(tcb->tree.child[1], tcb, depth + 1, broken);
    if (right == BROKEN) {
        return BROKEN;
    }
    if (right - left != tcb->tree.balance || right - left < -1 || right - left > 1) {
        *broken = "L2: a tree of threads is out of balance";
        return BROKEN;
    }
    return 1 + (left > right ? left : right);
}

static size_t count(const struct tcb *tcb)
{
    return tcb == NULL ? 0 : 1 + count(tcb->tree.child[0]) + count(tcb->tree.child[1]);
}

const char *ok_thread_tree(struct thread_tree tree, size_t *threads)
{
    const char *broken = NULL;
    *threads = 0;
    if (height(tree.root, NULL, 0, &broken) == BROKEN) {
        return broken;
    }
    *threads = count(tree.root);
    const struct tcb *leftmost = tree.root;
    while (leftmost != NULL && leftmost->tree.child[0] != NULL) {
        leftmost = leftmost->tree.child[0];
    }
    return tree.first == leftmost ? NULL : "L1: the first thread of a tree is not the leftmost";
}

bool ok_in_no_tree(const struct tcb *tcb)
{
    const struct tree_links *links = &tcb->tree;
    return links->child[0] == NULL && links->child[1] == NULL && links->parent == NULL &&
           links->balance == 0;
}
