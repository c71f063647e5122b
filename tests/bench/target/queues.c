// SPDX-License-Identifier: BSD-2-Clause
//
// The rows again with 10, 1,000 and 10,000 threads queued, and what the queue itself costs:
//
//    senders    blocked in Send on one endpoint, of all priorities
//    released   out of budget, waiting for the refill; half of them for longer than the partner
//
//    threads of higher priority ... | partner | ... of lower priority       a queue

#include "bench.h"
#include "crowd.h"
#include "population.h"

enum {
    BUDGET_US = 1000,
    SHORT_US = 2000, // period of a thread that comes back while the root task waits for it
};

static struct population population;
static seL4_CPtr queue; // the endpoint

// --- rows of both queues -----------------------------------------------------------------------

static void suspend(struct bench *b)
{
    bench_check(b, seL4_TCB_Suspend(b->partner.tcb), "suspend");
}

static void resume(struct bench *b)
{
    bench_check(b, seL4_TCB_Resume(b->partner.tcb), "resume");
}

// Stops the partner, and has it begin again before its system call.
static void rewind_partner(struct bench *b)
{
    seL4_UserContext registers = {.pc = (seL4_Word)loop_once};
    suspend(b);
    bench_check(b, seL4_TCB_WriteRegisters(b->partner.tcb, false, 0, 1, &registers), "rewind");
}

// --- senders -----------------------------------------------------------------------------------

static void make_sender(struct bench *b)
{
    seL4_UserContext registers = {
        .x0 = queue,
        .x7 = (seL4_Word)seL4_SysSend,
        .x21 = (seL4_Word)&b->stamp,
    };
    world_thread(b, &b->partner, THREAD_STOPPED, loop_once, &registers);
}

static void setup_send(struct bench *b, const struct row *row)
{
    (void)row;
    make_sender(b);
    measure_prepare_call(b, b->partner.tcb, TCBResume, 0, 0);
}

static void setup_suspend(struct bench *b, const struct row *row)
{
    (void)row;
    make_sender(b);
    resume(b);
    measure_prepare_call(b, b->partner.tcb, TCBSuspend, 0, 0);
}

static void setup_priority(struct bench *b, const struct row *row)
{
    (void)row;
    make_sender(b);
    resume(b);
    seL4_SetCap(0, seL4_CapInitThreadTCB);
    measure_prepare_call(b, b->partner.tcb, TCBSetPriority, 1, 1);
    b->saved.x[2] = PRIO_ROOT - 1;
}

static void undo_priority(struct bench *b)
{
    world_priority(b, b->partner.tcb, PRIO_HIGH);
}

static const struct row rows_senders[] = {
    {"queue.send", setup_send, measure_blocking, rewind_partner, 0},
    {"queue.suspend", setup_suspend, measure_trap, resume, 0},
    {"queue.priority", setup_priority, measure_trap, undo_priority, 0},
    {0},
};

// --- released ----------------------------------------------------------------------------------

static void make_released(struct bench *b)
{
    seL4_UserContext registers = {
        .x7 = (seL4_Word)seL4_SysYield,
        .x21 = (seL4_Word)&b->stamp,
    };
    world_thread(b, &b->partner, THREAD_STOPPED, loop_once, &registers);
    world_budget(b, b->partner.sc, BUDGET_US, 2 * CROWD_HOUR_US);
}

static void renew_budget(struct bench *b)
{
    rewind_partner(b);
    world_budget(b, b->partner.sc, BUDGET_US, 2 * CROWD_HOUR_US);
}

static void setup_exhaust(struct bench *b, const struct row *row)
{
    (void)row;
    make_released(b);
    measure_prepare_call(b, b->partner.tcb, TCBResume, 0, 0);
}

static void setup_take_out(struct bench *b, const struct row *row)
{
    (void)row;
    make_released(b);
    resume(b);
    measure_prepare_call(b, b->partner.tcb, TCBSuspend, 0, 0);
}

static void put_back(struct bench *b)
{
    renew_budget(b);
    resume(b);
}

// The timer ends the wait of a thread of higher priority than the one that runs.
static void setup_release(struct bench *b, const struct row *row)
{
    (void)row;
    seL4_UserContext registers = {
        .x21 = (seL4_Word)&b->stamp,
        .x22 = (seL4_Word)seL4_SysYield,
    };
    world_thread(b, &b->partner, THREAD_STOPPED, loop_released, &registers);
    world_budget(b, b->partner.sc, BUDGET_US, SHORT_US);
    resume(b);
}

static uint32_t measure_release(struct bench *b)
{
    bench_spin(&b->trap, &b->stamp);
    return (uint32_t)(b->trap.after - b->trap.before) - b->overhead;
}

static const struct row rows_released[] = {
    {"release.exhaust", setup_exhaust, measure_blocking, renew_budget, 0},
    {"release.suspend", setup_take_out, measure_trap, put_back, 0},
    {"release.timer", setup_release, measure_release, NULL, 0},
    {0},
};

// --- running -----------------------------------------------------------------------------------

static const seL4_Word counts[] = {10, 1000, 10000};

static void add_senders(seL4_Word count)
{
    crowd_block(&population, queue, (seL4_Word)seL4_SysSend, count);
}

static void add_released(seL4_Word count)
{
    crowd_release(&population, count);
}

static void run_kind(struct bench *b, const char *among, void (*add)(seL4_Word),
                     const struct row *rows)
{
    seL4_Word there = 0;
    b->among = among;
    for (unsigned i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        add(counts[i] - there);
        there = counts[i];
        b->alive = there;
        measure_rows(b, rows);
        measure_all(b);
    }
}

void queues_run(struct bench *b)
{
    population_open(&population, b, world_untyped(b, 1));
    queue = world_object_of(b, population.untyped, seL4_EndpointObject, 0);
    world_keep(b);
    run_kind(b, "senders", add_senders, rows_senders);
    run_kind(b, "released", add_released, rows_released);
}
