// SPDX-License-Identifier: BSD-2-Clause
//
// Long paths about threads: long queues, full refill lists, long call chains.

#include "worst.h"

enum {
    CROWD = 10000,
    CHAIN = 1000,
    BADGE = 0xbad9e,
    REFILLS = 248, // the most that a scheduling context of 2^12 bytes has beyond two
    CONTEXT_BITS = 12,
    SPORADIC = 1,
    AWAIT_US = 500000,
    BUDGET_US = 10000,
    PERIOD_US = 20000,
};

// --- queues ------------------------------------------------------------------------------------

static void setup_delete_endpoint(struct bench *b, struct population *p, unsigned variant)
{
    (void)variant;
    population_open(p, b, b->memory);
    b->object = world_object(b, seL4_EndpointObject, 0);
    crowd_block(p, b->object, (seL4_Word)seL4_SysSend, CROWD);
    measure_prepare_slot(b, CNodeDelete, b->object);
}

static void setup_delete_notification(struct bench *b, struct population *p, unsigned variant)
{
    (void)variant;
    population_open(p, b, b->memory);
    b->object = world_object(b, seL4_NotificationObject, 0);
    crowd_block(p, b->object, (seL4_Word)seL4_SysWait, CROWD);
    measure_prepare_slot(b, CNodeDelete, b->object);
}

static void setup_cancel(struct bench *b, struct population *p, unsigned variant)
{
    (void)variant;
    population_open(p, b, b->memory);
    b->object = world_object(b, seL4_EndpointObject, 0);
    seL4_CPtr badged = world_slot(b);
    bench_check(b,
                seL4_CNode_Mint(seL4_CapInitThreadCNode, badged, seL4_WordBits,
                                seL4_CapInitThreadCNode, b->object, seL4_WordBits, seL4_AllRights,
                                BADGE),
                "mint");
    crowd_block(p, badged, (seL4_Word)seL4_SysSend, CROWD);
    measure_prepare_slot(b, CNodeCancelBadgedSends, badged);
}

static void make_queued(struct bench *b, struct population *p)
{
    population_open(p, b, b->memory);
    b->object = world_object(b, seL4_EndpointObject, 0);
    crowd_block(p, b->object, (seL4_Word)seL4_SysSend, CROWD);
    seL4_UserContext registers = {
        .x0 = b->object,
        .x7 = (seL4_Word)seL4_SysSend,
        .x21 = (seL4_Word)&b->stamp,
    };
    world_thread(b, &b->partner, THREAD_STOPPED, loop_once, &registers);
}

static void setup_send(struct bench *b, struct population *p, unsigned variant)
{
    (void)variant;
    make_queued(b, p);
    measure_prepare_call(b, b->partner.tcb, TCBResume, 0, 0);
}

static void setup_priority(struct bench *b, struct population *p, unsigned variant)
{
    (void)variant;
    make_queued(b, p);
    bench_check(b, seL4_TCB_Resume(b->partner.tcb), "resume");
    measure_prepare_call(b, b->partner.tcb, TCBSetPriority, 1, 1);
    seL4_SetCap(0, seL4_CapInitThreadTCB);
    b->saved.x[2] = 1;
}

static void setup_exhaust(struct bench *b, struct population *p, unsigned variant)
{
    (void)variant;
    population_open(p, b, b->memory);
    crowd_release(p, CROWD);
    seL4_UserContext registers = {
        .x7 = (seL4_Word)seL4_SysYield,
        .x21 = (seL4_Word)&b->stamp,
    };
    world_thread(b, &b->partner, THREAD_STOPPED, loop_once, &registers);
    world_budget(b, b->partner.sc, BUDGET_US, 4 * CROWD_HOUR_US);
    measure_prepare_call(b, b->partner.tcb, TCBResume, 0, 0);
}

// All of them have their budget back at once.
static void setup_await(struct bench *b, struct population *p, unsigned variant)
{
    population_open(p, b, b->memory);
    b->due = measure_now(b) + AWAIT_US * INSTRUCTIONS_US;
    crowd_await(p, variant, b->due);
}

static uint32_t measure_release(struct bench *b)
{
    measure_wait(b, b->due - INSTRUCTIONS_US * 10);
    return bench_gap(INSTRUCTIONS_US * 10000);
}

// --- refills -----------------------------------------------------------------------------------

// A thread whose budget has come to pieces: it has run for a moment again and again. All pieces are
// due when it is signalled the last time.
static void setup_refills(struct bench *b, struct population *p, unsigned variant)
{
    (void)p;
    b->object = world_object(b, seL4_NotificationObject, 0);
    seL4_CPtr sc = world_object(b, seL4_SchedContextObject, CONTEXT_BITS);
    seL4_UserContext registers = {
        .x19 = b->object,
        .x21 = (seL4_Word)&b->stamp,
        .x22 = (seL4_Word)seL4_SysWait,
    };
    world_thread(b, &b->partner, THREAD_PASSIVE, loop_stamp, &registers);
    bench_check(b,
                seL4_SchedControl_ConfigureFlags(b->info->schedcontrol.start, sc, BUDGET_US,
                                                 PERIOD_US, REFILLS, 0, variant),
                "refills");
    bench_check(b, seL4_SchedContext_Bind(sc, b->partner.tcb), "bind");
    for (unsigned i = 0; i < REFILLS + 2; i++) {
        seL4_Signal(b->object);
    }
    uint64_t before = b->stamp;
    do {
        bench_nothing(&b->trap);
    } while ((uint32_t)(b->trap.after - before) < 2 * PERIOD_US * INSTRUCTIONS_US);
    measure_prepare(b, (seL4_Word)seL4_SysSend, b->object, seL4_MessageInfo_new(0, 0, 0, 0));
}

// --- call chains -------------------------------------------------------------------------------

// CHAIN servers, each serving the one before with the scheduling context of the first.
static void make_chain(struct bench *b, struct population *p)
{
    population_open(p, b, b->memory);
    seL4_CPtr endpoints = b->slot;
    b->slot += CHAIN + 1;
    seL4_CPtr replies = b->slot;
    b->slot += CHAIN;
    for (unsigned i = 0; i < CHAIN; i++) {
        population_retype(p, seL4_EndpointObject, 0, endpoints + i, 1);
        population_retype(p, seL4_ReplyObject, 0, replies + i, 1);
    }
    population_retype(p, seL4_EndpointObject, 0, endpoints + CHAIN, 1);
    for (unsigned i = 0; i < CHAIN; i++) {
        seL4_UserContext registers = {
            .x6 = replies + i,
            .x19 = endpoints + i,
            .x20 = endpoints + i + 1,
            .x22 = (seL4_Word)seL4_SysRecv,
            .x23 = (seL4_Word)seL4_SysCall,
        };
        crowd_server(p, loop_chain, &registers);
    }
    seL4_UserContext registers = {
        .x0 = endpoints,
        .x7 = (seL4_Word)seL4_SysCall,
        .x21 = (seL4_Word)&b->stamp,
    };
    world_thread(b, &b->partner, 0, loop_once, &registers);
    b->object = replies + CHAIN / 2;
}

static void setup_chain_delete(struct bench *b, struct population *p, unsigned variant)
{
    (void)variant;
    make_chain(b, p);
    measure_prepare_slot(b, CNodeDelete, b->partner.sc);
}

static void setup_chain_cut(struct bench *b, struct population *p, unsigned variant)
{
    (void)variant;
    make_chain(b, p);
    measure_prepare_slot(b, CNodeDelete, b->object);
}

static void setup_chain_suspend(struct bench *b, struct population *p, unsigned variant)
{
    (void)variant;
    make_chain(b, p);
    measure_prepare_call(b, b->partner.tcb, TCBSuspend, 0, 0);
}

const struct hunt hunts_thread[] = {
    {"worst.delete.endpoint-10000-queued", setup_delete_endpoint, measure_trap, 0, 8},
    {"worst.delete.notification-10000-queued", setup_delete_notification, measure_trap, 0, 8},
    {"worst.cancel.10000-badged", setup_cancel, measure_trap, 0, 8},
    {"worst.send.behind-10000", setup_send, measure_blocking, 0, 4},
    {"worst.priority.among-10000", setup_priority, measure_trap, 0, 1},
    {"worst.exhaust.among-10000", setup_exhaust, measure_blocking, 0, 4},
    {"worst.release.1000-at-once", setup_await, measure_release, 1000, 0},
    {"worst.release.10000-at-once", setup_await, measure_release, CROWD, 0},
    {"worst.refills.250", setup_refills, measure_one_way, 0, 1},
    {"worst.refills.250-sporadic", setup_refills, measure_one_way, SPORADIC, 1},
    {"worst.chain.delete-context", setup_chain_delete, measure_trap, 0, 1},
    {"worst.chain.delete-reply", setup_chain_cut, measure_trap, 0, 1},
    {"worst.chain.suspend", setup_chain_suspend, measure_trap, 0, 1},
    {0},
};
