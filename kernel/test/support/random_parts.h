// SPDX-License-Identifier: BSD-2-Clause
//
// Inside of random.h: what the world and its steps share.
//
//   random_world.c   what there is at first
//   random_choose.c  numbers, and capabilities that the current thread has
//   random_invoke.c  invocations of objects
//   random.c         IPC, wild calls, faults, interrupts, time
#pragma once

#include "step.h"

#include "kernel/cap.h"

#include <stdbool.h>
#include <stdint.h>

struct tcb;

enum {
    SPACE_BITS = 7,      // log2 slots of the shared CSpace
    SELF = 1,            // slot of the CSpace's own CNode in it
    MEMORY = 2,          // untyped
    INITIAL = 3,         // the initial thread
    LARGE_MEMORY = 15,   // untyped, as large as a large page, or nothing
    SHARED_THREADS = 16, // TCB, scheduling context and buffer frame of each
    SHARED_IPC = 40,     // endpoint and reply object of each server
    CLIENTS = 4,
    SERVERS = 3,
    DEPTH = 64,
    FIRST_IRQ = 32, // the ones that are used
    IRQS = 8,
    FIRST_PRIORITY = 100, // of PRIORITIES
    PRIORITIES = 4,
};

// The initial thread. It has the lowest priority and never waits, so that it goes on when all
// others do.
extern const struct tcb *random_supervisor;

// --- random_choose.c -----------------------------------------------------------------------------

// A number below `limit`; true `percent` times out of 100; a hostile word.
uint64_t below(uint64_t limit);
bool chance(unsigned percent);
uint64_t anything(void);

// Slots of the current thread's CSpace, which are their addresses: any, one that holds nothing, one
// that holds a capability of `type`. Each is what it should be most of the time.
uint64_t any_slot(void);
uint64_t empty_slot(void);
uint64_t pick(enum cap_type type);

// The kinds of capability that there are, so that rare ones are as frequent as common ones.
enum cap_type any_type(void);

// The CSpace's own CNode, to name slots by.
uint64_t self(void);

// What is in a slot of the CSpace, null if there is none.
struct cap cap_at(uint64_t slot);

// --- random_invoke.c -----------------------------------------------------------------------------

// A page that may be mapped.
uint64_t any_place(void);

void any_invocation(struct step *step);
