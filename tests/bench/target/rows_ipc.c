// SPDX-License-Identifier: BSD-2-Clause
//
// Messages between two threads.
//
//    root task   ──Call──►  server (the same priority)  loop { ReplyRecv }
//                ◄─reply─

#include "bench.h"

enum {
    WORDS_4 = 1u << 0,
    ACTIVE = 1u << 1, // a server with a budget of its own
    FPU = 1u << 2,    // threads that may use it
    FPU_USED = 1u << 3,
    SPACES = 1u << 4, // a server in an address space of its own
    WORDS_16 = 1u << 5,
};

static seL4_Word words_of(const struct row *row)
{
    if ((row->variant & WORDS_16) != 0) {
        return 16;
    }
    return (row->variant & WORDS_4) != 0 ? 4 : 0;
}

// The server sends back what it got; what is beyond the registers stays in the IPC buffers.
static void check_answer(struct bench *b)
{
    seL4_Word words = seL4_MessageInfo_get_length((seL4_MessageInfo_t){{b->trap.x[1]}});
    bool same = b->trap.x[1] == b->saved.x[1];
    for (seL4_Word i = 0; i < words; i++) {
        same = same && (i < seL4_FastMessageRegisters ? b->trap.x[2 + i] == b->saved.x[2 + i]
                                                      : seL4_GetMR((int)i) == ~i);
    }
    if (!same) {
        bench_fail(b, "answer", b->trap.x[1]);
    }
}

static uint32_t measure_call(struct bench *b)
{
    uint32_t count = measure_trap(b);
    check_answer(b);
    return count;
}

static uint32_t measure_call_fp(struct bench *b)
{
    b->trap = b->saved;
    bench_trap_fp(&b->trap);
    check_answer(b);
    if (b->trap.x[8] != (seL4_Word)&b->trap) {
        bench_fail(b, "FPU state", b->trap.x[8]);
    }
    return (uint32_t)(b->trap.after - b->trap.before) - b->overhead;
}

static uint32_t measure_refusal(struct bench *b)
{
    uint32_t count = measure_trap(b);
    if (b->trap.x[1] >> 12 != seL4_InvalidCapability) {
        bench_fail(b, "refusal", b->trap.x[1]);
    }
    b->trap.x[1] = 0;
    return count;
}

static void setup_call(struct bench *b, const struct row *row)
{
    bool fpu = (row->variant & FPU) != 0;
    seL4_Word words = words_of(row);
    seL4_MessageInfo_t info = seL4_MessageInfo_new(0, 0, 0, words);
    seL4_CPtr endpoint = world_object(b, seL4_EndpointObject, 0);
    seL4_UserContext registers = {
        .x7 = (seL4_Word)seL4_SysReplyRecv,
        .x19 = endpoint,
        .x20 = info.words[0],
        .x21 = world_object(b, seL4_ReplyObject, 0),
    };
    unsigned flags = (fpu ? THREAD_FPU : 0) |
                     ((row->variant & ACTIVE) != 0 ? 0 : (unsigned)THREAD_PASSIVE) |
                     (words > seL4_FastMessageRegisters ? (unsigned)THREAD_BUFFER : 0);
    world_own_fpu(b, fpu);
    world_thread(b, &b->partner, flags, (row->variant & FPU_USED) != 0 ? loop_serve_fp : loop_serve,
                 &registers);
    world_priority(b, b->partner.tcb, PRIO_ROOT);
    if ((row->variant & SPACES) != 0) {
        space_enter(b, b->partner.tcb);
    }
    measure_prepare(b, (seL4_Word)seL4_SysCall, endpoint, info);
    for (seL4_Word i = 0; i < words; i++) {
        if (i < seL4_FastMessageRegisters) {
            b->saved.x[2 + i] = ~i;
        } else {
            seL4_SetMR((int)i, ~i);
        }
    }
}

static void setup_null(struct bench *b, const struct row *row)
{
    measure_prepare(b, (seL4_Word)(int)row->variant, seL4_CapNull,
                    seL4_MessageInfo_new(0, 0, 0, 0));
}

static void setup_no_receiver(struct bench *b, const struct row *row)
{
    measure_prepare(b, (seL4_Word)(int)row->variant, world_object(b, seL4_EndpointObject, 0),
                    seL4_MessageInfo_new(0, 0, 0, 0));
}

const struct row rows_ipc[] = {
    {"call.passive.0.nofpu", setup_call, measure_call, NULL, 0},
    {"call.passive.4.nofpu", setup_call, measure_call, NULL, WORDS_4},
    {"call.passive.0.fpu", setup_call, measure_call, NULL, FPU},
    {"call.passive.4.fpu", setup_call, measure_call, NULL, FPU | WORDS_4},
    {"call.passive.0.fpu-used", setup_call, measure_call_fp, NULL, FPU | FPU_USED},
    {"call.passive.0.spaces", setup_call, measure_call, NULL, SPACES},
    {"call.passive.4.spaces", setup_call, measure_call, NULL, SPACES | WORDS_4},
    {"call.passive.16.spaces", setup_call, measure_call, NULL, SPACES | WORDS_16},
    {"call.active.0.nofpu", setup_call, measure_call, NULL, ACTIVE},
    {"call.active.4.nofpu", setup_call, measure_call, NULL, ACTIVE | WORDS_4},
    {"call.active.0.fpu", setup_call, measure_call, NULL, ACTIVE | FPU},
    {"call.active.4.fpu", setup_call, measure_call, NULL, ACTIVE | FPU | WORDS_4},
    {"call.active.0.spaces", setup_call, measure_call, NULL, ACTIVE | SPACES},
    {"call.active.4.spaces", setup_call, measure_call, NULL, ACTIVE | SPACES | WORDS_4},
    {"call.active.16.spaces", setup_call, measure_call, NULL, ACTIVE | SPACES | WORDS_16},
    {"nbsend.null", setup_null, measure_trap, NULL, (unsigned)seL4_SysNBSend},
    {"call.null", setup_null, measure_refusal, NULL, (unsigned)seL4_SysCall},
    {"nbsend.no-receiver", setup_no_receiver, measure_trap, NULL, (unsigned)seL4_SysNBSend},
    {0},
};
