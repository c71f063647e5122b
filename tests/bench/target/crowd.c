// SPDX-License-Identifier: BSD-2-Clause

#include "crowd.h"

enum {
    PRIORITIES = 250,
    PRIO_FIRST = 252, // above all of them
    BUDGET_US = 1000,
};

static void configure(struct bench *b, seL4_CPtr tcb)
{
    bench_check(b,
                seL4_TCB_Configure(tcb, seL4_CapInitThreadCNode, 0, seL4_CapInitThreadVSpace, 0, 0,
                                   seL4_CapNull),
                "configure");
}

// Blocks at once, in front of all others, and is then sorted in by the priority that it keeps: from
// one to the next that grows, so that a queue without order of its own is as fast to build.
// `context` is lent to it for that.
static void block_one(struct bench *b, seL4_CPtr tcb, seL4_CPtr context, unsigned prio,
                      seL4_UserContext *registers)
{
    configure(b, tcb);
    world_priority(b, tcb, PRIO_FIRST);
    bench_check(b, seL4_SchedContext_Bind(context, tcb), "bind");
    world_registers(b, tcb, true, registers);
    bench_check(b, seL4_SchedContext_Unbind(context), "unbind");
    world_priority(b, tcb, prio);
}

void crowd_block(struct population *p, seL4_CPtr cap, seL4_Word number, seL4_Word count)
{
    struct bench *b = p->bench;
    seL4_UserContext registers = {
        .pc = (seL4_Word)loop_once,
        .x0 = cap,
        .x6 = cap,
        .x7 = number,
        .x21 = (seL4_Word)&b->stamp,
    };
    while (count != 0) {
        seL4_Word n = count < POPULATION_BATCH ? count : POPULATION_BATCH;
        population_retype(p, seL4_TCBObject, 0, p->hand, n);
        for (seL4_Word i = 0; i < n; i++) {
            block_one(b, p->hand + i, p->context, 1 + (unsigned)(p->used % PRIORITIES), &registers);
            population_park(p, p->hand + i);
        }
        count -= n;
    }
}

void crowd_server(struct population *p, void (*entry)(void), seL4_UserContext *registers)
{
    population_retype(p, seL4_TCBObject, 0, p->hand, 1);
    registers->pc = (seL4_Word)entry;
    block_one(p->bench, p->hand, p->context, PRIO_HIGH, registers);
    population_park(p, p->hand);
}

// --- out of budget -----------------------------------------------------------------------------

static void exhaust_one(struct bench *b, seL4_CPtr tcb, seL4_CPtr sc, seL4_Time period)
{
    seL4_UserContext registers = {
        .pc = (seL4_Word)loop_yield,
        .x22 = (seL4_Word)seL4_SysYield,
    };
    configure(b, tcb);
    world_budget(b, sc, BUDGET_US, period);
    bench_check(b,
                seL4_TCB_SetSchedParams(tcb, seL4_CapInitThreadTCB, 0, PRIO_HIGH, sc, seL4_CapNull),
                "scheduling");
    world_registers(b, tcb, true, &registers);
}

static void exhaust(struct population *p, seL4_CPtr tcb, seL4_CPtr sc, seL4_Time period,
                    unsigned prio)
{
    exhaust_one(p->bench, tcb, sc, period);
    world_priority(p->bench, tcb, prio);
    population_park(p, tcb);
    population_park(p, sc);
}

// Threads and scheduling contexts for the next of `count` members, in hand.
static seL4_Word take_pairs(struct population *p, seL4_Word count)
{
    seL4_Word n = count < POPULATION_BATCH ? count : POPULATION_BATCH;
    population_retype(p, seL4_TCBObject, 0, p->hand, n);
    population_retype(p, seL4_SchedContextObject, seL4_MinSchedContextBits,
                      p->hand + POPULATION_BATCH, n);
    return n;
}

void crowd_release(struct population *p, seL4_Word count)
{
    while (count != 0) {
        seL4_Word n = take_pairs(p, count);
        for (seL4_Word i = 0; i < n; i++) {
            exhaust(p, p->hand + i, p->hand + POPULATION_BATCH + i,
                    i % 2 == 0 ? CROWD_HOUR_US : 3 * CROWD_HOUR_US, PRIO_HIGH);
        }
        count -= n;
    }
}

void crowd_await(struct population *p, seL4_Word count, uint32_t due)
{
    while (count != 0) {
        seL4_Word n = take_pairs(p, count);
        for (seL4_Word i = 0; i < n; i++) {
            exhaust(p, p->hand + i, p->hand + POPULATION_BATCH + i,
                    (due - measure_now(p->bench)) / INSTRUCTIONS_US, PRIO_LOW);
        }
        count -= n;
    }
}
