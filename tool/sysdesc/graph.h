// SPDX-License-Identifier: BSD-2-Clause
//
// Circles among domains: edges are added one after another, and each is asked before whether it
// leads from A to B where the edges before it lead from B to A.
//
//   first[A] -> edge -> next edge of A -> ...        the newest first
//   to[edge]    the domain that it leads to
//   via[A]      where the last search came from when it found A
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct arena;

struct graph {
    size_t nodes;
    size_t edges; // added so far
    size_t *first;
    size_t *next;
    size_t *to;
    size_t *queue; // nodes found, in order
    size_t *via;   // SYSTEM_NONE: not found
};

// For at most `edges` edges.
struct graph graph_new(struct arena *a, size_t nodes, size_t edges);

void graph_add(struct graph *g, size_t from, size_t to);

// Is there a path? The search is breadth first, so that `via` then has the shortest, from `end`
// back to `start`, which is its own predecessor.
bool graph_path(struct graph *g, size_t start, size_t end);
