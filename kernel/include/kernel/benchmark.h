// SPDX-License-Identifier: BSD-2-Clause
//
// Benchmark system calls (seL4 ABI §1.6), and what threads and the kernel use of the processor.
//
//      thread a              kernel                thread b
//   ───────────── entry ──────────────── exit ─────────────────►
//    cycles of a    │       cycles of b
//                        kernel cycles of b
//
// What happens in the kernel counts for the thread that it is left to. Accounting is between
// ResetLog and FinalizeLog, in configurations with KCFG_BENCHMARK_UTILISATION; in others the hooks
// are nothing.
#pragma once

#include "kernel/config.h"

#include <stdbool.h>
#include <stdint.h>

struct tcb;

// Of a thread, or of all together.
struct utilisation {
    uint64_t cycles;
    uint64_t schedules; // how often it was chosen to run, by name or again
    uint64_t kernel_cycles;
    uint64_t kernel_entries;
    uint64_t since; // thread: when it was switched to; all: when accounting began
};

struct benchmark {
    bool on;
    uint64_t entered; // the kernel, last
    struct utilisation total;
};

// Executes system call `number` for the current thread if it is a benchmark call that this
// configuration has.
bool benchmark_syscall(int64_t number);

// --- hooks -------------------------------------------------------------------------------------

void benchmark_account_entry(void);
void benchmark_account_choice(struct tcb *from, struct tcb *to);
void benchmark_account_exit(void);

// First in each entry of the kernel.
static inline void benchmark_entry(void)
{
    if (KCFG_BENCHMARK_UTILISATION) {
        benchmark_account_entry();
    }
}

// There was a choice who runs: from now on it is `to`, which may be the same.
static inline void benchmark_choice(struct tcb *from, struct tcb *to)
{
    if (KCFG_BENCHMARK_UTILISATION) {
        benchmark_account_choice(from, to);
    }
}

// Last, before the current thread goes on.
static inline void benchmark_exit(void)
{
    if (KCFG_BENCHMARK_UTILISATION) {
        benchmark_account_exit();
    }
}
