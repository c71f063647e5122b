// SPDX-License-Identifier: BSD-2-Clause
//
// For each operation two numbers: how many instructions it takes when nothing disturbs it, and how
// long a timer interrupt may have to wait when it comes at some point of it.
//
//    ticker   ─┐ runs                              ┌─ runs
//              │  yields until the next period     │
//    timer     │                     ▼ due         │
//    root  ────┘ spins ...  operation ─────────────┤ (or: goes on with it afterwards)
//                                    │◄─ latency ─►│
//
// The moment at which the interrupt is due is swept through the operation: the first point is right
// behind its beginning, where an operation that cannot be interrupted is at its worst.

#include "worst.h"

enum {
    PRIO_TICKER = 254,
    BUDGET_US = 100,
    PERIOD_LEAST_US = 1000,
    NEAR = 200, // instructions: the first point of an operation
};

struct ticker {
    struct thread thread;
    uint64_t stamp; // when it last ran
    uint32_t quiet; // latency when nothing is to be waited for
    uint32_t due;   // when the timer interrupt comes next
};

static struct ticker ticker;
static struct population crowd;

// --- the ticker --------------------------------------------------------------------------------

static uint32_t period_for(uint32_t instructions)
{
    uint32_t us = 2 * (instructions / INSTRUCTIONS_US);
    return us < PERIOD_LEAST_US ? PERIOD_LEAST_US : us;
}

static void ticker_open(struct bench *b)
{
    seL4_UserContext registers = {
        .x21 = (seL4_Word)&ticker.stamp,
        .x22 = (seL4_Word)seL4_SysYield,
    };
    world_thread(b, &ticker.thread, THREAD_STOPPED, loop_released, &registers);
    world_priority(b, ticker.thread.tcb, PRIO_TICKER);
}

static void ticker_start(struct bench *b, uint32_t period)
{
    world_budget(b, ticker.thread.sc, BUDGET_US, period);
    bench_check(b, seL4_TCB_Resume(ticker.thread.tcb), "ticker");
    measure_wait(b,
                 measure_now(b) + period * INSTRUCTIONS_US - PERIOD_LEAST_US * INSTRUCTIONS_US / 2);
    bench_spin(&b->trap, &ticker.stamp);
    ticker.due = (uint32_t)b->trap.after - ticker.quiet + period * (uint32_t)INSTRUCTIONS_US;
}

static void ticker_stop(struct bench *b)
{
    bench_check(b, seL4_TCB_Suspend(ticker.thread.tcb), "ticker");
}

static void ticker_calibrate(struct bench *b)
{
    ticker_start(b, PERIOD_LEAST_US);
    bench_spin(&b->trap, &ticker.stamp);
    ticker.quiet = (uint32_t)(b->trap.after - b->trap.before);
    ticker_stop(b);
}

// --- one operation -----------------------------------------------------------------------------

static uint32_t measure_total(struct bench *b, const struct hunt *hunt)
{
    world_begin(b);
    hunt->setup(b, &crowd, hunt->variant);
    uint32_t total = hunt->run(b);
    measure_check(b, hunt->name);
    world_end(b);
    return total;
}

// The interrupt comes `at` instructions after the beginning.
static uint32_t measure_latency(struct bench *b, const struct hunt *hunt, uint32_t total,
                                uint32_t at)
{
    static seL4_IPCBuffer message;
    world_begin(b);
    hunt->setup(b, &crowd, hunt->variant);
    message = *b->info->ipcBuffer;
    ticker_start(b, period_for(total));
    *b->info->ipcBuffer = message;
    measure_wait(b, ticker.due - at);
    *(volatile uint64_t *)&ticker.stamp = 0;
    (void)hunt->run(b);
    measure_check(b, hunt->name);
    while (*(volatile uint64_t *)&ticker.stamp == 0) {
        // It was not due yet.
    }
    uint32_t latency = (uint32_t)ticker.stamp - ticker.due;
    ticker_stop(b);
    world_end(b);
    return latency;
}

static void report(struct bench *b, const struct hunt *hunt, uint32_t total, uint32_t latency)
{
    struct kaal_report r;
    kaal_report_begin(&r, "row");
    kaal_report_str(&r, "name", hunt->name);
    kaal_report_u64(&r, "instructions", total);
    kaal_report_u64(&r, "latency", latency);
    bench_print(b, &r);
}

static void run_hunts(struct bench *b, const struct hunt *hunts)
{
    for (const struct hunt *hunt = hunts; hunt->name != NULL; hunt++) {
        uint32_t total = measure_total(b, hunt);
        uint32_t worst = 0;
        for (uint32_t i = 0; i < hunt->points; i++) {
            uint64_t at = NEAR + (uint64_t)total * i / hunt->points;
            uint32_t latency = measure_latency(b, hunt, total, (uint32_t)at);
            worst = latency > worst ? latency : worst;
        }
        // Without points, `run` has measured for how long nothing else ran.
        report(b, hunt, total, hunt->points == 0 ? total : worst);
    }
}

void worst_run(struct bench *b)
{
    ticker_open(b);
    ticker_calibrate(b);
    world_keep(b);
    b->memory = world_object_of(b, world_untyped(b, 1), seL4_UntypedObject, 27);
    world_keep(b);
    run_hunts(b, hunts_memory);
    run_hunts(b, hunts_capability);
    run_hunts(b, hunts_thread);
}
