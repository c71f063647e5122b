// SPDX-License-Identifier: BSD-2-Clause
//
// Inside of the checker: the stock of slots and objects that each group of invariants looks at.
#pragma once

#include "kernel/kernel.h"
#include "kernel/slot.h"
#include "kernel/tcb.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What is known about a slot that holds a capability.
struct ok_slot {
    const struct slot *slot;
    size_t list;      // number of its derivation list
    size_t position;  // in the list
    size_t last_heir; // position of its last descendant; its own if it has none
    uint64_t start;   // memory it names: [start, start + size), size 0 if none
    uint64_t size;
    bool housed; // it lies in a CNode, a thread or the kernel's own memory
};

// In the order of the derivation lists, one list after the other.
struct ok_stock {
    struct ok_slot *slots;
    size_t count;
    size_t capacity;
    size_t lists;
};

// Finds every slot. Returns what is broken in the lists themselves (D1), or NULL.
const char *ok_gather(struct ok_stock *stock);

// The slot's entry, NULL if it was not found to hold anything.
const struct ok_slot *ok_find(const struct slot *slot);

// Whether a capability of this type to the object exists; the first such.
const struct slot *ok_object(enum cap_type type, const void *object);
const struct slot *ok_object_at(enum cap_type type, uint64_t address);

// The shape of a tree of threads (L1, L2), and how many there are. Whether a thread has no links
// (L3).
const char *ok_thread_tree(struct thread_tree tree, size_t *threads);
bool ok_in_no_tree(const struct tcb *tcb);

// The groups of invariants, each the first that is broken or NULL.
const char *ok_tree(struct ok_stock *stock);             // D2, D3, D4, Z1, Z2
const char *ok_memory(struct ok_stock *stock);           // O1, U1, U2
const char *ok_clean(const struct ok_stock *stock);      // U3
const char *ok_queues(void);                             // Q, E, N: who waits where
const char *ok_threads(const struct ok_stock *stock);    // T
const char *ok_calls(const struct ok_stock *stock);      // R
const char *ok_refills(const struct ok_stock *stock);    // S1 to S4
const char *ok_contexts(const struct ok_stock *stock);   // S5, S6, S7
const char *ok_endpoints(const struct ok_stock *stock);  // E, N
const char *ok_spaces(const struct ok_stock *stock);     // A, V
const char *ok_interrupts(const struct ok_stock *stock); // I
