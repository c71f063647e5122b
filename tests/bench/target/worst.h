// SPDX-License-Identifier: BSD-2-Clause
//
// The hunt for the longest paths.
#pragma once

#include "bench.h"
#include "crowd.h"
#include "population.h"

// One operation at its worst. `setup` builds the case from the row's memory, with `p` for what
// there is a lot of, and prepares what is measured; `run` does it once and returns its
// instructions.
struct hunt {
    const char *name;
    void (*setup)(struct bench *b, struct population *p, unsigned variant);
    uint32_t (*run)(struct bench *b); // measure_trap, mostly
    unsigned variant;
    unsigned points; // at which the interrupt comes, in turn
};

extern const struct hunt hunts_capability[];
extern const struct hunt hunts_memory[];
extern const struct hunt hunts_thread[];
