// SPDX-License-Identifier: BSD-2-Clause
//
// Inside of random.h: what the world and its steps share.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct tcb;

enum {
    SPACE_BITS = 7,      // log2 slots of the shared CSpace
    SELF = 1,            // slot of the CSpace's own CNode in it
    MEMORY = 2,          // untyped
    INITIAL = 3,         // the initial thread
    SHARED_THREADS = 16, // TCB, scheduling context and buffer frame of each
    SHARED_IPC = 40,     // endpoint and reply object of each server
    CLIENTS = 4,
    SERVERS = 3,
    DEPTH = 64,
    FIRST_IRQ = 32, // the ones that are used
    IRQS = 8,
};

// The initial thread. It has the lowest priority and never waits, so that it goes on when all
// others do.
extern const struct tcb *random_supervisor;

// A number below `limit`.
uint64_t below(uint64_t limit);

// True `percent` times out of 100.
bool chance(unsigned percent);

// The sequence of numbers starts again.
void random_seed(uint64_t seed);
