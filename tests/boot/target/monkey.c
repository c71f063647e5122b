// SPDX-License-Identifier: BSD-2-Clause
//
// Makes system calls that nobody should make, from a stream of the run's seed.
//
//    directed   an invocation of an object of the right kind with arguments that may be right:
//               what comes after the checks is reached as well
//    message    IPC over endpoints, notifications and reply objects, with capabilities
//    wild       any register may hold anything, and so may the IPC buffer
//
// The keeper starts the component's own thread anew in each slice. That one makes objects where
// some are missing, and starts other threads: in this program, in words that are no program, or
// nowhere. Objects come from three pieces of memory. Before new ones are made, one of the pieces is
// revoked: threads lose what they wait on or run on, mappings their frames or tables, and the same
// memory becomes something else, in another order.
//
// One thread, the nurse, gets the faults of the others and starts them again, as long as they leave
// it what it needs. Nothing here is believed to be as it was left: there is no static data.

#include "monkey_self.h"

#include <sel4/reserved.h>

struct invocation {
    seL4_Word label;
    uint8_t target;
    uint8_t extra[3];
    char arguments[16];
};

static const struct invocation invocations[] = {
    {UntypedRetype, UNTYPED, {CNODE}, "tz00s1"},
    {UntypedRetype, SMALL_UNTYPED, {CNODE}, "tz00s1"},
    {UntypedRetype, UNTYPED, {CNODE}, "tzkdsn"},
    {TCBReadRegisters, TCB, {0}, "fn"},
    {TCBWriteRegisters, TCB, {0}, "fncwwwwwwwwwwwww"},
    {TCBCopyRegisters, TCB, {TCB}, "f"},
    {TCBConfigure, TCB, {CNODE, VSPACE, FRAME}, "g0i"},
    {TCBSetPriority, TCB, {TCB}, "p"},
    {TCBSetMCPriority, TCB, {TCB}, "p"},
    {TCBSetSchedParams, TCB, {TCB, CONTEXT, ENDPOINT}, "pp"},
    {TCBSetSchedParams, TCB, {TCB, NONE, ENDPOINT}, "pp"},
    {TCBSetTimeoutEndpoint, TCB, {ENDPOINT}, ""},
    {TCBSetIPCBuffer, TCB, {FRAME}, "i"},
    {TCBSetSpace, TCB, {ENDPOINT, CNODE, VSPACE}, "g0"},
    {TCBSuspend, TCB, {0}, ""},
    {TCBResume, TCB, {0}, ""},
    {TCBBindNotification, TCB, {NOTIFICATION}, ""},
    {TCBUnbindNotification, TCB, {0}, ""},
    {TCBSetTLSBase, TCB, {0}, "w"},
    {TCBSetFlags, TCB, {0}, "ff"},
    {KAAL_LABEL_TCB_SET_BREAKPOINT, TCB, {0}, "nvffff"},
    {KAAL_LABEL_TCB_GET_BREAKPOINT, TCB, {0}, "n"},
    {KAAL_LABEL_TCB_UNSET_BREAKPOINT, TCB, {0}, "n"},
    {KAAL_LABEL_TCB_CONFIGURE_SINGLE_STEPPING, TCB, {0}, "nn"},
    {CNodeRevoke, CNODE, {0}, "od"},
    {CNodeDelete, CNODE, {0}, "od"},
    {CNodeDelete, CNODE, {0}, "od"},
    {CNodeCancelBadgedSends, CNODE, {0}, "ed"},
    {CNodeCopy, CNODE, {CNODE}, "sdodr"},
    {CNodeMint, CNODE, {CNODE}, "sdodrb"},
    {CNodeMove, CNODE, {CNODE}, "sdod"},
    {CNodeMutate, CNODE, {CNODE}, "sdodb"},
    {CNodeRotate, CNODE, {CNODE, CNODE}, "sdbodbod"},
    {IRQAckIRQ, IRQ, {0}, ""},
    {IRQSetIRQHandler, IRQ, {NOTIFICATION}, ""},
    {IRQClearIRQHandler, IRQ, {0}, ""},
    {TCBSuspend, SGI, {0}, ""}, // an SGI needs no label
    {SchedControlConfigureFlags, SCHED_CONTROL, {CONTEXT}, "uunbf"},
    {SchedContextBind, CONTEXT, {TCB}, ""},
    {SchedContextBind, CONTEXT, {NOTIFICATION}, ""},
    {SchedContextUnbind, CONTEXT, {0}, ""},
    {SchedContextUnbindObject, CONTEXT, {TCB}, ""},
    {SchedContextUnbindObject, CONTEXT, {NOTIFICATION}, ""},
    {SchedContextConsumed, CONTEXT, {0}, ""},
    {SchedContextYieldTo, CONTEXT, {0}, ""},
    {ARMVSpaceClean_Data, VSPACE, {0}, "vv"},
    {ARMVSpaceInvalidate_Data, VSPACE, {0}, "vv"},
    {ARMVSpaceCleanInvalidate_Data, VSPACE, {0}, "vv"},
    {ARMVSpaceUnify_Instruction, VSPACE, {0}, "vv"},
    {ARMPageTableMap, TABLE, {VSPACE}, "va"},
    {ARMPageTableMap, TABLE, {VSPACE}, "va"},
    {ARMPageTableUnmap, TABLE, {0}, ""},
    {ARMPageMap, FRAME, {VSPACE}, "vra"},
    {ARMPageMap, FRAME, {VSPACE}, "vra"},
    {ARMPageMap, LARGE, {VSPACE}, "vra"},
    {ARMPageUnmap, FRAME, {0}, ""},
    {ARMPageClean_Data, FRAME, {0}, "nl"},
    {ARMPageInvalidate_Data, FRAME, {0}, "nl"},
    {ARMPageCleanInvalidate_Data, FRAME, {0}, "nl"},
    {ARMPageUnify_Instruction, FRAME, {0}, "nl"},
    {ARMPageGetAddress, FRAME, {0}, ""},
    {ARMASIDControlMakePool, ASID_CONTROL, {SMALL_UNTYPED, CNODE}, "sd"},
    {ARMASIDPoolAssign, ASID_POOL, {VSPACE}, ""},
};

static void directed(struct monkey *m)
{
    const struct invocation *what =
        &invocations[below(m, sizeof(invocations) / sizeof(invocations[0]))];
    struct trap trap = {0};
    unsigned words = 0;
    for (; words < sizeof(what->arguments) && what->arguments[words] != '\0'; words++) {
        set_word(m, &trap, words, argument(m, what->arguments[words]));
    }
    unsigned caps = 0;
    for (; caps < 3 && what->extra[caps] != ANY; caps++) {
        m->buffer[CAPS + caps] = slot_of(m, (enum kind)what->extra[caps]);
    }
    words = one_in(m, 32) ? (unsigned)below(m, 128) : words;
    caps = one_in(m, 32) ? (unsigned)below(m, 4) : caps;
    (void)invoke(m, what->label, slot_of(m, (enum kind)what->target), caps, words, &trap);
}

// Does this thread take what may end it? The component's own must come round to starting others.
static bool careless(struct monkey *m)
{
    return one_in(m, m->index == 0 ? 64 : 12);
}

static void fill_buffer(struct monkey *m)
{
    for (unsigned i = 0; i < 3; i++) {
        m->buffer[CAPS + i] = slot_of(m, (enum kind)below(m, KIND_COUNT));
    }
    m->buffer[RECEIVE] = slot_of(m, CNODE);
    m->buffer[RECEIVE + 1] = argument(m, 's');
    m->buffer[RECEIVE + 2] = depth(m);
}

static enum kind talking_kind(struct monkey *m)
{
    static const uint8_t talking[] = {ENDPOINT, ENDPOINT, NOTIFICATION, REPLY, GIVEN};
    return (enum kind)talking[below(m, sizeof(talking))];
}

static uint64_t message_info(struct monkey *m)
{
    uint64_t length = one_in(m, 4) ? below(m, 128) : below(m, 6);
    return seL4_MessageInfo_new(below(m, LABEL_MAX), 0, below(m, 4), length).words[0];
}

// Any of the calls that send, receive or yield, or only those that do not wait.
static uint64_t ipc_number(struct monkey *m)
{
    static const int64_t patient[] = {seL4_SysNBSend, seL4_SysNBRecv, seL4_SysNBWait};
    if (careless(m) || (m->index != 0 && one_in(m, 4))) {
        return 0 - (1 + below(m, 11));
    }
    return (uint64_t)patient[below(m, 3)];
}

static void message(struct monkey *m)
{
    uint64_t number = ipc_number(m);
    bool sends = number == (uint64_t)seL4_SysNBSend || number == (uint64_t)seL4_SysSend ||
                 number == (uint64_t)seL4_SysCall;
    enum kind source = one_in(m, 2) ? ENDPOINT : NOTIFICATION;
    struct trap trap = {
        .regs.x0 = slot_of(m, sends ? talking_kind(m) : source),
        .regs.x1 = message_info(m),
        .x6 = slot_of(m, number == (uint64_t)seL4_SysNBSendWait ? talking_kind(m) : REPLY),
        .x7 = number,
        .x8 = slot_of(m, talking_kind(m)),
    };
    fill_buffer(m);
    call_kernel(m, &trap);
}

// May it make debug calls of which seL4's own do not always return?
static bool may_debug(const struct monkey *m)
{
    return m->start->args[0] != '\0';
}

// Any number but those that print one character or end the run; long print-outs are rare.
static uint64_t wild_number(struct monkey *m)
{
    if (!careless(m)) {
        return one_in(m, 2) ? (uint64_t)seL4_SysCall : ipc_number(m);
    }
    int64_t number = (int64_t)(one_in(m, 4) ? anything(m) : 0 - below(m, 40));
    bool allowed = true;
    switch (number) {
    case KAAL_SYS_DEBUG_PUT_CHAR:
    case KAAL_SYS_DEBUG_HALT:
        allowed = false;
        break;
    case KAAL_SYS_DEBUG_DUMP_SCHEDULER:
    case KAAL_SYS_DEBUG_SNAPSHOT:
        allowed = may_debug(m) && one_in(m, 8);
        break;
    case KAAL_SYS_DEBUG_NAME_THREAD:
        allowed = may_debug(m);
        break;
    default:
        break;
    }
    return (uint64_t)(allowed ? number : seL4_SysYield);
}

static void wild(struct monkey *m)
{
    struct trap trap = {
        .regs.x0 = slot_of(m, (enum kind)below(m, KIND_COUNT)),
        .regs.x1 = one_in(m, 4) ? prng_next(&m->words)
                                : seL4_MessageInfo_new(below(m, LABEL_MAX), below(m, 8),
                                                       below(m, 4), below(m, 128))
                                      .words[0],
        .regs.mr = {anything(m), anything(m), anything(m), anything(m)},
        .x6 = anything(m),
        .x7 = wild_number(m),
        .x8 = anything(m),
    };
    fill_buffer(m);
    for (unsigned i = 0; i < 8; i++) {
        m->buffer[below(m, MONKEY_BUFFER / sizeof(uint64_t))] = anything(m);
    }
    call_kernel(m, &trap);
}

// --- threads -------------------------------------------------------------------------------------

// Answers calls with what came, and starts threads that have faulted from their beginning.
static _Noreturn void nurse(struct monkey *m)
{
    struct trap trap = {.regs.x0 = kinds[ENDPOINT].first};
    for (;;) {
        trap.x6 = kinds[REPLY].first;
        trap.x7 = (uint64_t)seL4_SysReplyRecv;
        call_kernel(m, &trap);
        uint64_t badge = trap.regs.x0;
        if (badge >= 1 && badge < MONKEY_THREADS) { // not the nurse itself
            set_spaces(m, (unsigned)badge - 1);
            start_thread(m, (unsigned)badge - 1);
        }
        trap.regs.x0 = kinds[ENDPOINT].first;
    }
}

// Writes where a frame of ours is, or was: the memory may be the kernel's by now.
static void scribble(struct monkey *m)
{
    *(volatile uint64_t *)(DATA_ADDRESS + 8 * below(m, DATA_PAGES * 512)) = anything(m); // NOLINT
}

static _Noreturn void go_wild(struct monkey *m)
{
    for (;;) {
        if (m->index != 0 && one_in(m, 8)) {
            scribble(m);
        }
        switch (below(m, 8)) {
        case 0:
            wild(m);
            break;
        case 1:
        case 2:
            message(m);
            break;
        default:
            directed(m);
            break;
        }
    }
}

void monkey_run(uint64_t seed, const struct kaal_start *start, unsigned how)
{
    const struct kaal_start_entry *board = kaal_start_find(start, KAAL_START_MEMORY, "board");
    const struct kaal_start_entry *play = kaal_start_find(start, KAAL_START_MEMORY, "play");
    struct monkey m = {
        .words = {.state = seed},
        .start = start,
        .board = (struct board *)board->address, // NOLINT: as the start page says
        .play = play->address,
        .index = how % MONKEY_THREADS,
    };
    m.buffer = (uint64_t *)(m.play + m.index * MONKEY_BUFFER); // NOLINT
    if ((how & MONKEY_AGAIN) == 0) {
        begin(&m, (how & MONKEY_ALL) != 0);
    }
    if (m.index == NURSE) {
        nurse(&m);
    }
    go_wild(&m);
}

// Tells the keeper where to begin.
void init(void)
{
    struct board *board = (struct board *)kaal_need(KAAL_START_MEMORY, "board")->address; // NOLINT
    board->play = kaal_need(KAAL_START_MEMORY, "play")->address;
    board->start = (uint64_t)(uintptr_t)kaal_start;
    *(volatile uint64_t *)&board->entry = (uint64_t)(uintptr_t)&monkey_run;
    for (;;) {
        seL4_Yield();
    }
}
