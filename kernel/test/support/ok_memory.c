// SPDX-License-Identifier: BSD-2-Clause
//
// Memory: objects do not overlap, and lie in the untyped memory they came from (untyped.h).
#include "ok.h"

#include "kernel/arch.h"
#include "kernel/arch_host.h"
#include "kernel/derive.h"
#include "kernel/untyped.h"

#include <stdlib.h>

// By start; what contains comes before what is contained; copies of untyped memory as derived.
static int compare(const void *a, const void *b)
{
    const struct ok_slot *x = *(const struct ok_slot *const *)a;
    const struct ok_slot *y = *(const struct ok_slot *const *)b;
    if (x->start != y->start) {
        return x->start < y->start ? -1 : 1;
    }
    if (x->size != y->size) {
        return x->size > y->size ? -1 : 1;
    }
    const bool x_untyped = cap_type(x->slot->cap) == CAP_UNTYPED;
    const bool y_untyped = cap_type(y->slot->cap) == CAP_UNTYPED;
    if (x_untyped != y_untyped) {
        return x_untyped ? -1 : 1;
    }
    if (x->list != y->list) {
        return x->list < y->list ? -1 : 1;
    }
    return x->position < y->position ? -1 : x->position > y->position;
}

static uint64_t end_of(const struct ok_slot *entry)
{
    return entry->start + entry->size;
}

static bool descends(const struct ok_slot *parent, const struct ok_slot *child)
{
    return parent->list == child->list && parent->position < child->position &&
           child->position <= parent->last_heir;
}

// `inner` starts in `outer`, the innermost that it starts in.
static const char *check_pair(const struct ok_slot *outer, const struct ok_slot *inner)
{
    const struct cap cap = outer->slot->cap;
    if (end_of(inner) > end_of(outer)) {
        return "O1: objects overlap";
    }
    if (cap_type(cap) != CAP_UNTYPED) {
        return cap_same_object(cap, inner->slot->cap) ? NULL : "O1: an object lies in another";
    }
    if (!descends(outer, inner)) {
        return "D3: an object does not descend from the untyped memory it lies in";
    }
    if (end_of(inner) > outer->start + untyped_free(cap)) {
        return "U2: a child lies above the mark";
    }
    return NULL;
}

static const char *check_mark(const struct slot *slot)
{
    const uint64_t size = UINT64_C(1) << cap_size_bits(slot->cap);
    return untyped_free(slot->cap) > size ? "U1: the mark is above the end" : NULL;
}

static const char *check_sorted(const struct ok_slot *const *sorted, size_t count)
{
    // The capabilities that contain the one looked at, outermost first.
    const struct ok_slot **open = malloc((count + 1) * sizeof(struct ok_slot *));
    const char *broken = NULL;
    size_t depth = 0;
    for (size_t i = 0; i < count && broken == NULL && open != NULL; i++) {
        while (depth > 0 && end_of(open[depth - 1]) <= sorted[i]->start) {
            depth--;
        }
        if (depth > 0) {
            broken = check_pair(open[depth - 1], sorted[i]);
        }
        // Further capabilities to one object are compared with its first.
        if (depth == 0 || cap_type(open[depth - 1]->slot->cap) == CAP_UNTYPED) {
            open[depth++] = sorted[i];
        }
    }
    free(open);
    return broken;
}

const char *ok_memory(struct ok_stock *stock)
{
    const struct ok_slot **sorted = malloc((stock->count + 1) * sizeof(struct ok_slot *));
    const char *broken = NULL;
    size_t count = 0;
    for (size_t i = 0; i < stock->count && sorted != NULL; i++) {
        const struct slot *slot = stock->slots[i].slot;
        if (cap_type(slot->cap) == CAP_UNTYPED && broken == NULL) {
            broken = check_mark(slot);
        }
        if (stock->slots[i].size > 0) {
            sorted[count++] = &stock->slots[i];
        }
    }
    if (broken == NULL && sorted != NULL) {
        // NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are what is sorted
        qsort(sorted, count, sizeof(*sorted), compare);
        broken = check_sorted(sorted, count);
    }
    free(sorted);
    return broken;
}

const char *ok_clean(const struct ok_stock *stock)
{
    for (size_t i = 0; i < stock->count; i++) {
        const struct cap cap = stock->slots[i].slot->cap;
        if (cap_type(cap) != CAP_UNTYPED || cap_get(cap, CAP_DEVICE) != 0) {
            continue;
        }
        const uint64_t *word = arch_ptr(cap_address(cap));
        const uint64_t words = (UINT64_C(1) << cap_size_bits(cap)) / sizeof(*word);
        for (uint64_t w = untyped_free(cap) / sizeof(*word); w < words; w++) {
            if (word[w] != 0) {
                return "U3: memory above the mark is not zero";
            }
        }
    }
    return NULL;
}
