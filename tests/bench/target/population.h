// SPDX-License-Identifier: BSD-2-Clause
//
// Many objects that no row is about.
#pragma once

#include "bench.h"

enum {
    POPULATION_BATCH = WORLD_HAND / 2, // members in hand at once, of two capabilities each
};

struct population {
    struct bench *bench;
    seL4_CPtr untyped;
    seL4_CPtr cnode;    // holds it
    seL4_Word used;     // slots of that
    seL4_CPtr hand;     // first of the slots in which members are worked on
    seL4_CPtr endpoint; // whose copies are members
    seL4_CPtr frame;    // the same
    seL4_CPtr context;  // for a member that must run for a moment
    seL4_Word page;     // where the next copy of the frame is mapped
    seL4_Word tables;   // in hand
    seL4_Word count;    // of each kind
};

// Its memory comes from `untyped`.
void population_open(struct population *p, struct bench *b, seL4_CPtr untyped);

// Adds members until there are `count` capabilities, `count` threads that are ready to run at lower
// priorities than the root task, and `count` mapped pages.
void population_grow(struct population *p, seL4_Word count);

void population_retype(struct population *p, seL4_Word type, seL4_Word bits, seL4_CPtr slot,
                       seL4_Word count);

// Moves the capability away, to make room for the next.
void population_park(struct population *p, seL4_CPtr slot);
