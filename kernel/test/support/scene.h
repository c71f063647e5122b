// SPDX-License-Identifier: BSD-2-Clause
//
// A kernel where much is going on, to break an invariant in: the checker must name it.
//
//   initial thread --called--> SERVER (current)      FIRST, SECOND wait on ENDPOINT
//   RUNNER, PEER are ready                           WAITER waits on NOTIFICATION
#pragma once

#include "kernel/slot.h"
#include "kernel/tcb.h"

#include <stdbool.h>

enum { SCENE_IRQ = 40 };

// Slots behind those that boot used.
enum scene_slot {
    MEMORY,
    ENDPOINT,     // two receivers wait
    BUSY,         // endpoint of the server that was called
    NOTIFICATION, // one thread waits
    IDLE_NOTIFICATION,
    REPLY, // of the call to the server
    IDLE_REPLY,
    CNODE, // holds an endpoint
    HANDLER,
    TABLE,
    FRAME,
    RUNNER,              // ready; its scheduling context and frame follow, as for each
    PEER = RUNNER + 3,   // ready
    FIRST = PEER + 3,    // waits on ENDPOINT
    SECOND = FIRST + 3,  // waits on ENDPOINT, with a lower priority
    WAITER = SECOND + 3, // waits on NOTIFICATION
    SERVER = WAITER + 3, // was called by the initial thread
    SPARE = SERVER + 3,  // empty, and all behind it
};

// Whether all is as it should be.
bool scene_make(void);

// What the slot of the scene holds, and of a thread's slot, what it names.
struct slot *scene_at(unsigned index);
struct tcb *scene_thread(unsigned index);
struct sched_context *scene_context(unsigned thread_slot);

struct breach {
    const char *number;
    void (*commit)(void);
};

// A test whose state is a breach: the checker names what is broken.
void scene_is_broken(void **state);

#define BREACH(number, commit)                                                                     \
    {                                                                                              \
        "the_checker_sees_a_broken_" number " (" #commit ")", scene_is_broken, NULL, NULL,         \
            &(struct breach)                                                                       \
        {                                                                                          \
            number, commit                                                                         \
        }                                                                                          \
    }
