// SPDX-License-Identifier: BSD-2-Clause
//
// The rows again with 10, 1,000 and 100,000 objects of each kind alive.

#include "bench.h"
#include "population.h"

void growth_run(struct bench *b)
{
    static const seL4_Word counts[] = {10, 1000, 100000};
    static struct population population;
    population_open(&population, b, world_untyped(b, 1));
    world_keep(b);
    b->among = "objects";
    for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        population_grow(&population, counts[i]);
        b->alive = counts[i];
        measure_all(b);
    }
}
