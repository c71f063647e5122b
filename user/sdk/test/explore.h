// SPDX-License-Identifier: BSD-2-Clause
//
// Runs a few small programs that share memory in every order, and lets every load see every value
// that C11 allows it to see.
//
//    location   0 ──► 1 ──► 2        every value that was ever stored there, oldest first
//                     ▲     ▲
//                view of A  view of B    the oldest one that a thread may still see
//
// A load sees any value from the thread's view on, and moves the view there. A store appends. A
// release store carries its thread's view, an acquire load takes it over: what happened before one
// is seen after the other. Sequentially consistent loads see what was last stored so, and are else
// as acquire; such stores are release. Each location has one writer, as in the rings. Only loads
// that see stores which depend on them are left out (load buffering): in the rings each load before
// a store is an acquire, or the store a release.
//
// A thread is a function that is run from its beginning for each step, and given the answers that
// it got before: what it has seen is all its state. So two orders after which all threads have seen
// the same lead to the same state, which is looked at once.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    EXPLORE_THREADS = 3,
    EXPLORE_LOCATIONS = 24,
    EXPLORE_VALUES = 14, // of one location
    EXPLORE_STEPS = 120, // of one thread
};

// Where in the code an access is: its order can be changed there, to see that this is found.
enum access {
    ACCESS_COUNT_READ,
    ACCESS_COUNT_PUBLISH,
    ACCESS_WAKE_READ,
    ACCESS_WAKE_WRITE,
    ACCESS_COUNT_RECHECK,
    ACCESS_OPEN_READ,
    ACCESS_OPEN_WRITE,
    ACCESS_SLOT, // contents of a slot
    ACCESS_COUNT,
};

enum order {
    ORDER_RELAXED,
    ORDER_ACQUIRE,
    ORDER_RELEASE,
    ORDER_SEQ_CST,
    ORDER_NEVER,       // a load that is not there: 0 instead
    ORDER_BEFORE_WAKE, // the re-check comes before the wish is written, not after
};

struct explore_thread {
    const char *name;
    void (*run)(unsigned generation); // `generation` is 1, and one more after each death
    unsigned deaths;                  // how often it may die, at any step
    bool returns;                     // and is then started again
};

struct explore_scenario {
    const char *name;
    struct explore_thread threads[EXPLORE_THREADS];
    unsigned thread_count;
    enum order orders[ACCESS_COUNT];
    const void *memory; // words; the only ones that the programs may access by the functions below
    size_t size;        // bytes
};

struct explore_result {
    const char *failure; // what went wrong, NULL if nothing
    uint64_t states;     // looked at
};

// Everything that can happen. `trace` prints the way to a failure.
struct explore_result explore(const struct explore_scenario *scenario, bool trace);

// --- for the programs
// ------------------------------------------------------------------------------

uint64_t explore_load(enum access access, const uint64_t *at);
void explore_store(enum access access, uint64_t *at, uint64_t value);

// A notification for each thread: a signal stays until it is waited for. Signals and waits order
// nothing here: the rings may not rely on it.
void explore_signal(unsigned thread);
void explore_wait(void);

// The thread has found something that must not be.
_Noreturn void explore_fail(const char *what);
