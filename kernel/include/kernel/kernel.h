// SPDX-License-Identifier: BSD-2-Clause
//
// The whole state of the kernel that is not in objects. One structure, so that a test can make a
// fresh kernel, and a reader can see all there is.
#pragma once

#include "kernel/benchmark.h"
#include "kernel/config.h"
#include "kernel/plat.h"
#include "kernel/slot.h"
#include "kernel/tcb.h"
#include "kernel/thread_queue.h"
#include "kernel/thread_tree.h"

#include <stdbool.h>
#include <stdint.h>

struct sched_context;

enum { ASID_POOL_COUNT = 128, ASID_POOL_BITS = 9, READY_WORDS = KCFG_PRIORITY_COUNT / 64 };

enum irq_state {
    IRQ_FREE,    // no handler capability exists
    IRQ_HANDLER, // user level's
    IRQ_TIMER,   // the kernel's
    IRQ_RESERVED,
};

struct domain_entry {
    uint64_t domain;
    uint64_t length; // ticks; 0: end marker
};

// In groups, what a message needs first.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding)
struct kernel {
    // ASID pools (asid.h); NULL: free.
    uint64_t *asid_pools[ASID_POOL_COUNT];
    // What the processor translates by: word 0 of a VSpace capability; 0: nothing.
    uint64_t space;

    // Threads.
    struct tcb *current;
    struct sched_context *context; // is being charged: current's; NULL while the idle thread runs
    struct tcb *candidate; // woken in this entry, in no queue yet: may run next (NULL outside)
    bool unsettled;        // schedule() has something to look at (schedule.h)
    bool reschedule;       // choose anew before leaving

    // Time.
    ticks_t now;                // when it was last read: at each entry but the shortest ones
    ticks_t charged_until;      // what `context` has used since then is not charged yet
    ticks_t budget_end;         // after that moment `context` has less than the minimum budget left
    ticks_t deadline;           // what the timer was last set to
    ticks_t domain_end;         // when the current entry of the domain schedule ends
    struct thread_tree release; // who waits for a refill

    // Ready threads by domain and priority. Bit p of the map is set iff queue p is not empty (Q1);
    // the highest such p is the top (Q5), -1: there is none.
    int ready_top[KCFG_DOMAIN_COUNT];
    uint64_t ready_map[KCFG_DOMAIN_COUNT][READY_WORDS];
    struct thread_queue ready[KCFG_DOMAIN_COUNT][KCFG_PRIORITY_COUNT];

    struct tcb *all_threads; // but for the idle one
    struct tcb idle;

    // Domains.
    unsigned domain; // whose threads run
    unsigned domain_start;
    unsigned domain_index;
    struct domain_entry domains[KCFG_DOMAIN_SCHEDULE_COUNT];

    // Interrupts.
    enum irq_state irq_state[PLAT_IRQ_COUNT];
    struct slot irq_notification[PLAT_IRQ_COUNT]; // what a handler signals

    struct benchmark benchmark;

    uint64_t arrivals;   // of senders in the queues of endpoints
    unsigned work_units; // since the last look for a reason to stop
};

extern struct kernel kernel;

// The domain that runs; that of a thread. Without domains both are known when this is compiled.
static inline unsigned current_domain(void)
{
    return KCFG_DOMAIN_COUNT == 1 ? 0 : kernel.domain;
}

static inline unsigned domain_of(const struct tcb *tcb)
{
    return KCFG_DOMAIN_COUNT == 1 ? 0 : tcb->domain;
}
