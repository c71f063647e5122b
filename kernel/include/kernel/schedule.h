// SPDX-License-Identifier: BSD-2-Clause
//
// Which thread runs: the first of the highest ready queue of the current domain, for as long as its
// scheduling context lasts.
//
//   ready[domain][priority]: head --> tcb <--> tcb <--> ... <-- tail     the first one runs
//   release: a tree of threads, by the time of the next refill           the first one is due next
//   candidate --> tcb                                                    woken in this entry
//
// Most wake-ups are followed by a switch to the woken thread, or by nothing at all: so the first
// thread woken in an entry is held as the candidate, and joins a queue only if it does not run
// next.
//
// Most entries change nothing that decides who runs, or until when. Whatever does says so
// (kernel.unsettled), or has stopped the current thread, or the time has come that the timer was
// set to, or there is a candidate; without any of these the current thread goes on and the timer
// stays as it is.
//
// Invariant Q1: bit p of ready_map[d] is set iff ready[d][p] is not empty.
// Invariant Q2: ready threads are running, with a configured, ready and sufficient context.
// Invariant Q3: the release queue is sorted by the time of the contexts' first refills.
// Invariant Q4: there is no candidate between two entries, and nothing is unsettled.
// Invariant Q5: ready_top[d] is the highest priority in ready_map[d], -1 if there is none.
// Invariant Q6: no thread that is ready in the current domain has a higher priority than the
//               current one, but for those that Domain_Set brought into it since the last
//               decision.
// Invariant Q7: budget_end and the timer's deadline are those of the current state.
#pragma once

#include "kernel/kernel.h"
#include "kernel/tcb.h"

#include <stdbool.h>

struct sched_context;

// A fresh kernel: the idle thread is current, the first domain of the schedule has just begun.
void schedule_init(void);

// --- entry and exit ----------------------------------------------------------------------------

// The current context has less than the minimum budget left: charges it, and takes the CPU from its
// thread.
void schedule_run_out(void);

// At each entry: measures time. Returns whether the current thread still has a budget.
static inline bool schedule_enter(void)
{
    kernel.now = plat_time_now();
    if (kernel.now <= kernel.budget_end) {
        return true;
    }
    schedule_run_out();
    return false;
}

// At the end of each entry: wakes the threads whose refill is due, decides who runs, charges and
// changes contexts, address space and vector registers, sets the timer. Returns the thread that is
// current then.
struct tcb *schedule_settle(void);
struct tcb *schedule_stay(void); // the same if all that happened is a candidate of lower priority
static inline struct tcb *schedule(void)
{
    struct tcb *current = kernel.current;
    const struct tcb *candidate = kernel.candidate;
    if (kernel.unsettled || kernel.now >= kernel.deadline || !thread_is_running(current)) {
        return schedule_settle();
    }
    if (candidate == NULL) {
        return current;
    }
    // Where decisions are counted, this is one.
    const bool stays = candidate->priority < current->priority && !KCFG_BENCHMARK_UTILISATION;
    return stays ? schedule_stay() : schedule_settle();
}

// --- what happens to threads -------------------------------------------------------------------

// Running, with an active context, and not waiting for a refill.
bool thread_is_schedulable(const struct tcb *tcb);

// A thread that is running and in no queue, or whose context has changed, may run: it becomes the
// candidate, or ready, or waits for its refill. Nothing without an active context.
void schedule_wake(struct tcb *tcb);

// Takes the thread out of the ready or release queue. The current thread: someone else runs next.
void schedule_remove(struct tcb *tcb);

// Into the ready queue of its priority, at the front. The thread is in no queue.
void schedule_front(struct tcb *tcb);

// Whoever is first in the ready queues runs next.
void schedule_again(void);

// The current thread gives up what is left of its head refill.
void schedule_yield(void);

// --- the time of contexts ----------------------------------------------------------------------

// Charges the time used so far to the current context, which stays current.
void schedule_charge(void);

// The refills of the context are about to be set anew, or to disappear: what was used until now is
// forgotten, and the context is not the one that is charged any more.
void schedule_forget(struct sched_context *context);

// The domain that runs now.
unsigned schedule_domain(void);

// The domain schedule goes on with this entry, from its beginning.
void schedule_domain_start(unsigned index);
