// SPDX-License-Identifier: BSD-2-Clause
//
// The whole state of the kernel that is not in objects. One structure, so that a test can make a
// fresh kernel, and a reader can see all there is.
#pragma once

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

// In groups, rather than without padding.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding)
struct kernel {
    // Threads.
    struct tcb *current;
    struct sched_context *context; // is being charged: current's; NULL while the idle thread runs
    struct tcb *all_threads;       // but for the idle one
    struct tcb *candidate; // woken in this entry, in no queue yet: may run next (NULL outside)
    bool reschedule;       // choose anew before leaving
    struct tcb idle;

    // Time.
    ticks_t now;                // read once at each entry
    ticks_t used;               // of `context`, not charged yet
    ticks_t deadline;           // what the timer was last set to
    struct thread_tree release; // who waits for a refill

    // Ready threads by domain and priority; bit p of the map is set iff queue p is not empty (Q1).
    struct thread_queue ready[KCFG_DOMAIN_COUNT][KCFG_PRIORITY_COUNT];
    uint64_t ready_map[KCFG_DOMAIN_COUNT][READY_WORDS];

    // Domains.
    struct domain_entry domains[KCFG_DOMAIN_SCHEDULE_COUNT];
    unsigned domain; // whose threads run
    unsigned domain_start;
    unsigned domain_index;
    ticks_t domain_end; // when the current entry ends

    // Interrupts.
    enum irq_state irq_state[PLAT_IRQ_COUNT];
    struct slot irq_notification[PLAT_IRQ_COUNT]; // what a handler signals

    // ASID pools: physical address of the table of 512 address-space roots; 0: free.
    paddr_t asid_pools[ASID_POOL_COUNT];
    // What the processor translates by; root 0: no user address space.
    paddr_t space_root;
    uint64_t space_asid;

    unsigned work_units; // since the last look for a reason to stop
};

extern struct kernel kernel;
