// SPDX-License-Identifier: BSD-2-Clause
//
// Processor time, threads and their faults.

#include "bench.h"

enum {
    FPU = 1u << 0,
    NUMBER_UNKNOWN = -100,
};

static void setup_yield(struct bench *b, const struct row *row)
{
    (void)row;
    measure_prepare(b, (seL4_Word)seL4_SysYield, 0, seL4_MessageInfo_new(0, 0, 0, 0));
}

static void setup_two_yields(struct bench *b, const struct row *row)
{
    bool fpu = (row->variant & FPU) != 0;
    seL4_UserContext registers = {.x22 = (seL4_Word)seL4_SysYield};
    setup_yield(b, row);
    world_own_fpu(b, fpu);
    // It never waits: it may begin only where the root task has its turn as well.
    world_priority(b, seL4_CapInitThreadTCB, PRIO_HIGH);
    world_thread(b, &b->partner, fpu ? THREAD_FPU : 0, loop_yield, &registers);
}

// The root task's own faults go to the partner.
static void setup_unknown(struct bench *b, const struct row *row)
{
    enum { WORDS = 10 }; // x0 to x7, FaultIP, SP
    bool fpu = (row->variant & FPU) != 0;
    seL4_CPtr endpoint = world_object(b, seL4_EndpointObject, 0);
    seL4_Word buffer = b->page;
    seL4_UserContext registers = {
        .x6 = world_object(b, seL4_ReplyObject, 0),
        .x7 = (seL4_Word)seL4_SysReplyRecv,
        .x19 = endpoint,
        .x20 = seL4_MessageInfo_new(0, 0, 0, WORDS).words[0],
        .x21 = buffer,
    };
    world_own_fpu(b, fpu);
    world_thread(b, &b->partner, (fpu ? THREAD_FPU : 0) | THREAD_BUFFER, loop_unknown, &registers);
    bench_check(b,
                seL4_TCB_SetSpace(seL4_CapInitThreadTCB, endpoint, seL4_CapInitThreadCNode, 0,
                                  seL4_CapInitThreadVSpace, 0),
                "fault handler");
    measure_prepare(b, (seL4_Word)NUMBER_UNKNOWN, 0, seL4_MessageInfo_new(0, 0, 0, 0));
}

static void setup_configure(struct bench *b, const struct row *row)
{
    (void)row;
    seL4_CPtr sc = world_object(b, seL4_SchedContextObject, seL4_MinSchedContextBits);
    seL4_SetCap(0, sc);
    seL4_SetMR(4, 0);
    measure_prepare_call(b, b->info->schedcontrol.start, SchedControlConfigureFlags, 1, 5);
    b->saved.x[2] = 1000;
    b->saved.x[3] = 2000;
}

static void setup_write_registers(struct bench *b, const struct row *row)
{
    (void)row;
    measure_prepare_call(b, world_object(b, seL4_TCBObject, 0), TCBWriteRegisters, 0, 4);
    b->saved.x[3] = 2;
}

static void setup_priority(struct bench *b, const struct row *row)
{
    (void)row;
    seL4_SetCap(0, seL4_CapInitThreadTCB);
    measure_prepare_call(b, seL4_CapInitThreadTCB, TCBSetPriority, 1, 1);
    b->saved.x[2] = PRIO_ROOT;
}

static void setup_tls_base(struct bench *b, const struct row *row)
{
    (void)row;
    measure_prepare_call(b, seL4_CapInitThreadTCB, TCBSetTLSBase, 0, 1);
    __asm__("mrs %0, tpidr_el0" : "=r"(b->saved.x[2]));
}

const struct row rows_thread[] = {
    {"yield.alone", setup_yield, measure_trap, NULL, 0},
    {"yield.two.nofpu", setup_two_yields, measure_trap, NULL, 0},
    {"yield.two.fpu", setup_two_yields, measure_trap, NULL, FPU},
    {"fault.unknown.nofpu", setup_unknown, measure_trap, NULL, 0},
    {"fault.unknown.fpu", setup_unknown, measure_trap, NULL, FPU},
    {"sched.configure", setup_configure, measure_trap, NULL, 0},
    {"tcb.write-registers", setup_write_registers, measure_trap, NULL, 0},
    {"tcb.set-priority", setup_priority, measure_trap, NULL, 0},
    {"tcb.set-tls-base", setup_tls_base, measure_trap, NULL, 0},
    {0},
};
