// SPDX-License-Identifier: BSD-2-Clause
#include "graph.h"

#include "tool/arena.h"
#include "tool/system.h"

struct graph graph_new(struct arena *a, size_t nodes, size_t edges)
{
    struct graph g = {.nodes = nodes};
    g.first = arena_alloc(a, nodes * sizeof(*g.first));
    g.next = arena_alloc(a, edges * sizeof(*g.next));
    g.to = arena_alloc(a, edges * sizeof(*g.to));
    g.queue = arena_alloc(a, nodes * sizeof(*g.queue));
    g.via = arena_alloc(a, nodes * sizeof(*g.via));
    for (size_t i = 0; i < nodes; i++) {
        g.first[i] = SYSTEM_NONE;
    }
    return g;
}

void graph_add(struct graph *g, size_t from, size_t to)
{
    g->to[g->edges] = to;
    g->next[g->edges] = g->first[from];
    g->first[from] = g->edges++;
}

bool graph_path(struct graph *g, size_t start, size_t end)
{
    size_t count = 0;
    for (size_t i = 0; i < g->nodes; i++) {
        g->via[i] = SYSTEM_NONE;
    }
    g->via[start] = start;
    g->queue[count++] = start;
    for (size_t i = 0; i < count && g->via[end] == SYSTEM_NONE; i++) {
        for (size_t e = g->first[g->queue[i]]; e != SYSTEM_NONE; e = g->next[e]) {
            if (g->via[g->to[e]] == SYSTEM_NONE) {
                g->via[g->to[e]] = g->queue[i];
                g->queue[count++] = g->to[e];
            }
        }
    }
    return g->via[end] != SYSTEM_NONE;
}
