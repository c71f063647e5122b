// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/benchmark.h"

#include "kernel/arch.h"
#include "kernel/cspace.h"
#include "kernel/ipc.h"
#include "kernel/kernel.h"
#include "kernel/tcb.h"

#include <sel4/reserved.h>

// --- accounting --------------------------------------------------------------------------------

static uint64_t elapsed(const struct utilisation *used, uint64_t now)
{
    return now - used->since;
}

void benchmark_account_entry(void)
{
    kernel.benchmark.entered = arch_cycles();
}

void benchmark_account_choice(struct tcb *from, struct tcb *to)
{
    if (!kernel.benchmark.on) {
        return;
    }
    const uint64_t now = kernel.benchmark.entered;
    from->utilisation.cycles += elapsed(&from->utilisation, now);
    to->utilisation.since = now;
    to->utilisation.schedules++;
    kernel.benchmark.total.schedules++;
}

static void count_entry(struct utilisation *used, uint64_t cycles)
{
    used->kernel_cycles += cycles;
    used->kernel_entries++;
}

void benchmark_account_exit(void)
{
    if (kernel.benchmark.on) {
        const uint64_t cycles = arch_cycles() - kernel.benchmark.entered;
        count_entry(&kernel.current->utilisation, cycles);
        count_entry(&kernel.benchmark.total, cycles);
    }
}

// --- system calls ------------------------------------------------------------------------------

static void begin(void)
{
    struct benchmark *benchmark = &kernel.benchmark;
    const uint64_t now = arch_cycles();
    *benchmark = (struct benchmark){.on = true, .entered = now, .total = {.since = now}};
    kernel.idle.utilisation = (struct utilisation){.cycles = 0};
    kernel.current->utilisation.since = now;
    kernel.current->utilisation.schedules++;
    benchmark->total.schedules++;
}

// As if the idle thread were next, and counted as its choice, like seL4 does.
static void end(void)
{
    struct benchmark *benchmark = &kernel.benchmark;
    if (benchmark->on) {
        benchmark_account_choice(kernel.current, &kernel.idle);
        benchmark->total.cycles = elapsed(&benchmark->total, benchmark->entered);
        benchmark->on = false;
    }
}

static struct tcb *named_thread(struct tcb *caller)
{
    struct slot *slot;
    struct lookup_failure failure;
    const uint64_t address = arch_get(&caller->context, ARCH_REG_BADGE, 0);
    if (!cspace_lookup(caller, cptr(address), &slot, &failure) || cap_type(slot->cap) != CAP_TCB) {
        return NULL;
    }
    return tcb_of(slot->cap);
}

static void reset_thread(struct tcb *caller)
{
    struct tcb *tcb = named_thread(caller);
    if (tcb != NULL) {
        // Its time counts from now if it runs.
        tcb->utilisation = (struct utilisation){.since = kernel.benchmark.entered};
    }
}

static void get_thread(struct tcb *caller)
{
    const struct tcb *tcb = named_thread(caller);
    uint64_t *buffer;
    if (tcb == NULL || !thread_buffer(caller, true, &buffer)) {
        return;
    }
    const struct benchmark *benchmark = &kernel.benchmark;
    const struct utilisation *used = &tcb->utilisation;
    const struct utilisation *idle = &kernel.idle.utilisation;
    const struct utilisation *total = &benchmark->total;
    const uint64_t words[KAAL_BENCHMARK_WORDS] = {
        [KAAL_BENCHMARK_TCB_UTILISATION] = used->cycles,
        [KAAL_BENCHMARK_TCB_NUMBER_SCHEDULES] = used->schedules,
        [KAAL_BENCHMARK_TCB_KERNEL_UTILISATION] = used->kernel_cycles,
        [KAAL_BENCHMARK_TCB_NUMBER_KERNEL_ENTRIES] = used->kernel_entries,
        [KAAL_BENCHMARK_IDLE_LOCALCPU_UTILISATION] = idle->cycles,
        [KAAL_BENCHMARK_IDLE_TCBCPU_UTILISATION] = idle->cycles,
        [KAAL_BENCHMARK_IDLE_NUMBER_SCHEDULES] = idle->schedules,
        [KAAL_BENCHMARK_IDLE_KERNEL_UTILISATION] = idle->kernel_cycles,
        [KAAL_BENCHMARK_IDLE_NUMBER_KERNEL_ENTRIES] = idle->kernel_entries,
        [KAAL_BENCHMARK_TOTAL_UTILISATION] =
            benchmark->on ? elapsed(total, benchmark->entered) : total->cycles,
        [KAAL_BENCHMARK_TOTAL_NUMBER_SCHEDULES] = total->schedules,
        [KAAL_BENCHMARK_TOTAL_KERNEL_UTILISATION] = total->kernel_cycles,
        [KAAL_BENCHMARK_TOTAL_NUMBER_KERNEL_ENTRIES] = total->kernel_entries,
    };
    for (unsigned i = 0; i < KAAL_BENCHMARK_WORDS; i++) {
        buffer[BUFFER_MESSAGE + i] = words[i];
    }
}

// 0: all caches. Else the first level: in the second register, which of it.
static void flush_caches(struct tcb *caller)
{
    enum { INSTRUCTION = 1, DATA = 2 };
    const bool first_level = arch_get(&caller->context, ARCH_REG_BADGE, 0) != 0;
    const uint64_t which =
        first_level ? arch_get(&caller->context, ARCH_REG_INFO, 0) : (uint64_t)INSTRUCTION | DATA;
    arch_flush_caches((which & INSTRUCTION) != 0, (which & DATA) != 0, first_level);
}

static bool utilisation_syscall(struct tcb *caller, int64_t number)
{
    switch (number) {
    case KAAL_SYS_BENCHMARK_GET_THREAD_UTILISATION:
        get_thread(caller);
        return true;
    case KAAL_SYS_BENCHMARK_RESET_THREAD_UTILISATION:
        reset_thread(caller);
        return true;
    default:
        return false;
    }
}

// There is no log: SetLogBuffer is unknown, and FinalizeLog has no index to tell.
static bool common_syscall(struct tcb *caller, int64_t number)
{
    switch (number) {
    case KAAL_SYS_BENCHMARK_FLUSH_CACHES:
        flush_caches(caller);
        return true;
    case KAAL_SYS_BENCHMARK_RESET_LOG:
        if (KCFG_BENCHMARK_UTILISATION) {
            begin();
        }
        thread_set_badge(caller, seL4_NoError);
        return true;
    case KAAL_SYS_BENCHMARK_FINALIZE_LOG:
        if (KCFG_BENCHMARK_UTILISATION) {
            end();
        }
        return true;
    case KAAL_SYS_BENCHMARK_NULL_SYSCALL:
        return true;
    default:
        return false;
    }
}

bool benchmark_syscall(int64_t number)
{
    return (KCFG_BENCHMARKS && common_syscall(kernel.current, number)) ||
           (KCFG_BENCHMARK_UTILISATION && utilisation_syscall(kernel.current, number));
}
