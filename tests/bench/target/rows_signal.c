// SPDX-License-Identifier: BSD-2-Clause
//
// Notifications.

#include "bench.h"

enum {
    FPU = 1u << 0,
    SPACES = 1u << 1, // a waiter in an address space of its own
};

static seL4_MessageInfo_t empty(void)
{
    return seL4_MessageInfo_new(0, 0, 0, 0);
}

static void make_waiter(struct bench *b, unsigned prio, unsigned variant, void (*loop)(void))
{
    bool fpu = (variant & FPU) != 0;
    b->object = world_object(b, seL4_NotificationObject, 0);
    seL4_UserContext registers = {
        .x19 = b->object,
        .x21 = (seL4_Word)&b->stamp,
        .x22 = (seL4_Word)seL4_SysWait,
    };
    world_own_fpu(b, fpu);
    world_thread(b, &b->partner, fpu ? THREAD_FPU : 0, loop, &registers);
    world_priority(b, b->partner.tcb, prio);
    if ((variant & SPACES) != 0) {
        space_enter(b, b->partner.tcb);
    }
    measure_prepare(b, (seL4_Word)seL4_SysSend, b->object, empty());
}

static void setup_round(struct bench *b, const struct row *row)
{
    make_waiter(b, PRIO_HIGH, row->variant, loop_wait);
}

static void setup_one_way(struct bench *b, const struct row *row)
{
    make_waiter(b, PRIO_HIGH, row->variant, loop_stamp);
}

static void setup_lower(struct bench *b, const struct row *row)
{
    make_waiter(b, PRIO_LOW, row->variant, loop_wait);
}

// Its turn, and back below the root task.
static void let_wait(struct bench *b)
{
    world_priority(b, b->partner.tcb, PRIO_HIGH);
    world_priority(b, b->partner.tcb, PRIO_LOW);
}

static void setup_alone(struct bench *b, const struct row *row)
{
    b->object = world_object(b, seL4_NotificationObject, 0);
    measure_prepare(b, (seL4_Word)(int)row->variant, b->object, empty());
}

static void take(struct bench *b)
{
    seL4_Word badge;
    (void)seL4_NBWait(b->object, &badge);
}

static uint32_t run_active(struct bench *b)
{
    seL4_Signal(b->object);
    return measure_trap(b);
}

const struct row rows_signal[] = {
    {"signal.round.nofpu", setup_round, measure_trap, NULL, 0},
    {"signal.round.fpu", setup_round, measure_trap, NULL, FPU},
    {"signal.round.spaces", setup_round, measure_trap, NULL, SPACES},
    {"signal.one-way.nofpu", setup_one_way, measure_one_way, NULL, 0},
    {"signal.one-way.fpu", setup_one_way, measure_one_way, NULL, FPU},
    {"signal.one-way.spaces", setup_one_way, measure_one_way, NULL, SPACES},
    {"signal.lower", setup_lower, measure_trap, let_wait, 0},
    {"signal.idle", setup_alone, measure_trap, NULL, (unsigned)seL4_SysSend},
    {"signal.first", setup_alone, measure_trap, take, (unsigned)seL4_SysSend},
    {"wait.active", setup_alone, run_active, NULL, (unsigned)seL4_SysWait},
    {"nbwait.empty", setup_alone, measure_trap, NULL, (unsigned)seL4_SysNBWait},
    {0},
};
