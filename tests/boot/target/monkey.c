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

#include "monkey.h"

#include <kaal/component.h>

#include <lib/prng.h>

#include <sel4/reserved.h>

enum {
    WORD_BITS = 64,
    WILD_ADDRESS_COUNT = 12,
    MESSAGE = 1, // words of the IPC buffer
    CAPS = 122,
    RECEIVE = 125,
    LABEL_MAX = 80,
    PRIORITY_MAX = 130, // above what we may give
    BUDGET_US = 1000,
    CODE_WORDS = 16,
    DATA_PAGES = 8,
};

// Where the program's own page table has room, and where nothing of the component lies.
#define CODE_ADDRESS 0x3f0000
#define DATA_ADDRESS 0x3f1000

enum kind {
    ANY,
    TCB,
    CONTEXT,
    ENDPOINT,
    NOTIFICATION,
    REPLY,
    CNODE,
    VSPACE,
    TABLE,
    FRAME,
    LARGE,
    SMALL_UNTYPED,
    FAULTS, // the nurse's endpoint, badged with the number of a thread, from 1 up
    UNTYPED,
    IRQ,
    SGI,
    SCHED_CONTROL,
    ASID_CONTROL,
    ASID_POOL,
    GIVEN,
    NONE,
    KIND_COUNT,
};

// Kinds that lie in one piece of memory take each other's place; kinds that refer to each other lie
// in different ones.
enum supply { NEVER, SUPPLY_1, SUPPLY_2, SUPPLY_3 };

// The slots of each kind; of what memory they are filled again, and with what.
static const struct {
    uint8_t first;
    uint8_t count;
    uint8_t supply;
    uint8_t type;
    uint8_t size_bits;
} kinds[KIND_COUNT] = {
    [ANY] = {.first = 0, .count = 255},
    [TCB] = {CAGE_MADE, MONKEY_THREADS - 1, SUPPLY_1, seL4_TCBObject, 0},
    [CONTEXT] = {56, 8, SUPPLY_2, seL4_SchedContextObject, 9},
    [ENDPOINT] = {64, 4, SUPPLY_2, seL4_EndpointObject, 0},
    [NOTIFICATION] = {68, 4, SUPPLY_2, seL4_NotificationObject, 0},
    [REPLY] = {72, 4, SUPPLY_2, seL4_ReplyObject, 0},
    [CNODE] = {76, 2, SUPPLY_3, seL4_CapTableObject, 4},
    [VSPACE] = {78, 2, SUPPLY_3, seL4_ARM_VSpaceObject, 0},
    [TABLE] = {80, 6, SUPPLY_1, seL4_ARM_PageTableObject, 0},
    [FRAME] = {86, 6, SUPPLY_2, seL4_ARM_SmallPageObject, 0},
    [LARGE] = {.first = 92, .count = 1},
    [FAULTS] = {.first = 93, .count = MONKEY_THREADS},
    [SMALL_UNTYPED] = {101, 4, SUPPLY_3, seL4_UntypedObject, 12},
    [UNTYPED] = {.first = CAGE_UNTYPED, .count = 1 + CAGE_SUPPLY_COUNT},
    [IRQ] = {.first = CAGE_GIFTS + 3, .count = 3}, // with the SGI between the handlers
    [SGI] = {.first = CAGE_GIFTS + 4, .count = 1},
    [SCHED_CONTROL] = {.first = CAGE_GIFTS, .count = 1},
    [ASID_CONTROL] = {.first = CAGE_GIFTS + 1, .count = 1},
    [ASID_POOL] = {.first = CAGE_GIFTS + 2, .count = 1},
    [GIVEN] = {.first = CAGE_SELF, .count = CAGE_GIFTS - CAGE_SELF},
    [NONE] = {.first = 0, .count = 1},
};

// Arguments of an invocation, one letter each:
//
//    a mapping attributes   b badge or guard   c code address   d depth
//    e slot of endpoint     f flags            g cage's guard   i IPC buffer address
//    k slot of CNode        l length           n count          o slot in use
//    p priority             r rights           s slot to fill   t object type
//    u microseconds         v address          w anything       z size in bits
//    0 zero                 1 one
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

struct monkey {
    struct prng words;
    const struct kaal_start *start;
    struct board *board;
    uint64_t *buffer;
    uint64_t play;
    unsigned index; // of the thread
};

enum { NURSE = MONKEY_THREADS - 1 };

struct trap {
    struct kaal_trap_regs regs;
    uint64_t x6;
    uint64_t x7;
    uint64_t x8;
};

// First instruction of each thread.
_Noreturn void monkey_run(uint64_t seed, const struct kaal_start *start, unsigned how);

static uint64_t below(struct monkey *m, uint64_t limit)
{
    return (prng_next(&m->words) >> 16) % limit;
}

static bool one_in(struct monkey *m, uint64_t n)
{
    return below(m, n) == 0;
}

// --- what registers hold -------------------------------------------------------------------------

// Never where the component itself lies: it could not be started again.
static uint64_t wild_address(struct monkey *m)
{
    static const uint64_t addresses[WILD_ADDRESS_COUNT] = {
        CODE_ADDRESS,       DATA_ADDRESS,       0x1f00000000,       0x1f00001000,
        0x1f00200000,       0x1f40000000,       0x7ffffffff000,     0x800000000000,
        0xffffffffc0000000, 0xfffffffffffff000, 0xffffff8000000000, 0x9000000,
    };
    uint64_t address = addresses[below(m, WILD_ADDRESS_COUNT)];
    return one_in(m, 8) ? address + below(m, 0x10000) : address;
}

static uint64_t anything(struct monkey *m)
{
    switch (below(m, 8)) {
    case 0:
        return 0;
    case 1:
        return below(m, 16);
    case 2:
        return below(m, CAGE_SLOTS);
    case 3:
        return UINT64_MAX - below(m, 4);
    case 4:
        return (UINT64_C(1) << below(m, WORD_BITS)) - below(m, 2);
    case 5:
        return wild_address(m);
    case 6:
        return below(m, 0x10000);
    default:
        return prng_next(&m->words);
    }
}

// Our capability of this kind with this name, in the cage.
static seL4_CPtr given(const struct monkey *m, uint32_t kind, const char *name)
{
    const struct kaal_start_entry *entry = kaal_start_find(m->start, kind, name);
    return entry == NULL ? 0 : entry->slot + CAGE_GIVEN - 1;
}

// What the description gave us of this kind; 0 if that is nothing.
static seL4_CPtr given_kind(const struct monkey *m, enum kind kind)
{
    static const uint8_t start_kinds[KIND_COUNT] = {
        [TCB] = KAAL_START_TCB,       [CONTEXT] = KAAL_START_SCHED_CONTEXT,
        [ENDPOINT] = KAAL_START_CALL, [NOTIFICATION] = KAAL_START_NOTIFICATION,
        [CNODE] = KAAL_START_CNODE,   [VSPACE] = KAAL_START_VSPACE,
        [FRAME] = KAAL_START_FRAME,
    };
    return start_kinds[kind] == 0 ? 0 : given(m, start_kinds[kind], NULL);
}

static uint64_t slot_of(struct monkey *m, enum kind kind)
{
    if (kind != NONE && one_in(m, 16)) {
        return one_in(m, 4) ? anything(m) : below(m, CAGE_SLOTS);
    }
    if (kind == CNODE && !one_in(m, 4)) {
        return CAGE_SELF;
    }
    seL4_CPtr own = one_in(m, kind == VSPACE ? 2 : 6) ? given_kind(m, kind) : 0;
    return own != 0 ? own : kinds[kind].first + below(m, kinds[kind].count);
}

// Mostly what can be made again.
static uint64_t slot_in_use(struct monkey *m)
{
    switch (below(m, 32)) {
    case 0:
        return below(m, CAGE_MADE);
    case 1:
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
    case 7:
        return CAGE_MADE + below(m, CAGE_SLOTS - CAGE_MADE);
    default:
        return CAGE_MADE + below(m, CAGE_MADE_END - CAGE_MADE);
    }
}

static uint64_t depth(struct monkey *m)
{
    return one_in(m, 16) ? 4 : CAGE_BITS;
}

static uint64_t guard(struct monkey *m)
{
    uint64_t size = one_in(m, 8) ? below(m, WORD_BITS) : WORD_BITS - CAGE_BITS;
    return seL4_CNode_CapData_new(one_in(m, 8) ? prng_next(&m->words) : 0, size).words[0];
}

static uint64_t code_address(struct monkey *m)
{
    uint64_t text = (uint64_t)(uintptr_t)&monkey_run;
    switch (below(m, 4)) {
    case 0:
        return anything(m);
    case 1:
        return CODE_ADDRESS;
    default:
        return text + 4 * below(m, 1024) - 2048;
    }
}

static uint64_t microseconds(struct monkey *m)
{
    static const uint64_t times[] = {20, 21, 100, 500, 1000, 1000, 2000, 36893488147419};
    return times[below(m, sizeof(times) / sizeof(times[0]))];
}

// Sizes that come often are those that leave memory for others.
static uint64_t size_bits(struct monkey *m)
{
    return one_in(m, 16) ? below(m, 70) : 1 + below(m, 11);
}

static uint64_t argument(struct monkey *m, char letter)
{
    if (one_in(m, 24)) {
        return anything(m);
    }
    switch (letter) {
    case 'a':
        return below(m, 8);
    case 'b':
        return one_in(m, 2) ? below(m, 4) : guard(m);
    case 'c':
        return code_address(m);
    case 'd':
        return depth(m);
    case 'e':
        return slot_of(m, one_in(m, 2) ? ENDPOINT : FAULTS);
    case 'f':
        return below(m, 16);
    case 'g':
        return guard(m);
    case 'i':
        return m->play + below(m, MONKEY_THREADS + 2) * MONKEY_BUFFER;
    case 'k':
        return slot_of(m, CNODE);
    case 'l':
        return 40 + below(m, MONKEY_PAGE);
    case 'n':
        return below(m, 25);
    case 'o':
        return slot_in_use(m);
    case 'p':
        return below(m, PRIORITY_MAX);
    case 'r':
        return below(m, 16);
    case 's':
        return CAGE_FREE + below(m, CAGE_SLOTS - CAGE_FREE);
    case 't':
        return below(m, seL4_ObjectTypeCount + 1);
    case 'u':
        return microseconds(m);
    case 'v':
        return wild_address(m);
    case 'z':
        return size_bits(m);
    case '0':
        return 0;
    case '1':
        return 1;
    default:
        return anything(m);
    }
}

// --- system calls --------------------------------------------------------------------------------

static void call_kernel(struct monkey *m, struct trap *trap)
{
    m->board->calls[m->index]++;
    kaal_trap_send_recv(trap->x7, &trap->regs, trap->x6, trap->x8);
}

static void set_word(struct monkey *m, struct trap *trap, unsigned index, uint64_t value)
{
    if (index < 4) {
        trap->regs.mr[index] = value;
    } else {
        m->buffer[MESSAGE + index] = value;
    }
}

// The kernel's answer to an invocation with arguments that are what they should be.
static seL4_Word invoke(struct monkey *m, seL4_Word label, seL4_CPtr target, unsigned caps,
                        unsigned words, struct trap *trap)
{
    trap->regs.x0 = target;
    trap->regs.x1 = seL4_MessageInfo_new(label, 0, caps, words).words[0];
    trap->x7 = (uint64_t)seL4_SysCall;
    call_kernel(m, trap);
    return trap->regs.x1 >> 12;
}

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

// --- a new beginning -----------------------------------------------------------------------------

static seL4_CPtr supply_slot(unsigned supply)
{
    return CAGE_SUPPLY + supply - SUPPLY_1;
}

static void make(struct monkey *m, seL4_CPtr untyped, uint64_t type, uint64_t bits, seL4_CPtr slot)
{
    struct trap trap = {.regs.mr = {type, bits, 0, 0}};
    set_word(m, &trap, 4, slot);
    set_word(m, &trap, 5, 1);
    m->buffer[CAPS] = CAGE_SELF;
    (void)invoke(m, UntypedRetype, untyped, 1, 6, &trap);
}

// Everything that comes from this memory, in no fixed order.
static void make_objects(struct monkey *m, unsigned supply)
{
    unsigned from = (unsigned)below(m, KIND_COUNT);
    for (unsigned n = 0; n < KIND_COUNT; n++) {
        unsigned kind = (from + n) % KIND_COUNT;
        for (unsigned i = 0; kinds[kind].supply == supply && i < kinds[kind].count; i++) {
            make(m, supply_slot(supply), kinds[kind].type, kinds[kind].size_bits,
                 kinds[kind].first + i);
        }
    }
}

static void make_anew(struct monkey *m, unsigned supply)
{
    if (!one_in(m, 4)) {
        struct trap revoke = {.regs.mr = {supply_slot(supply), CAGE_BITS, 0, 0}};
        (void)invoke(m, CNodeRevoke, CAGE_SELF, 0, 2, &revoke);
    }
    make_objects(m, supply);
}

// What is of use only in its place: an address space with an identifier, frames mapped.
static void place_objects(struct monkey *m)
{
    make(m, CAGE_UNTYPED, seL4_ARM_LargePageObject, 0, kinds[LARGE].first);
    struct trap assign = {0};
    m->buffer[CAPS] = kinds[VSPACE].first; // the second one is left to chance
    (void)invoke(m, ARMASIDPoolAssign, kinds[ASID_POOL].first, 1, 0, &assign);
    struct trap map = {.regs.mr = {0, 3, 5, 0}}; // writable; cached, not executable
    map.regs.mr[0] = DATA_ADDRESS + below(m, DATA_PAGES) * MONKEY_PAGE;
    m->buffer[CAPS] = given(m, KAAL_START_VSPACE, "own");
    (void)invoke(m, ARMPageMap, kinds[FRAME].first + below(m, kinds[FRAME].count), 1, 3, &map);
}

// Words that are instructions now and then, and a branch back to the first.
static void write_code(struct monkey *m)
{
    static const uint32_t some[] = {
        0xd4000001, // svc #0
        0xd503207f, // wfi
        0xd503205f, // wfe
        0xd5033fdf, // isb
        0xd50b7e20, // dc civac, x0
        0xd50b7420, // dc zva, x0
        0xd50b7520, // ic ivau, x0
        0xd53be040, // mrs x0, cntvct_el0
        0xd51be220, // msr cntp_ctl_el0, x0
        0xd4000002, // hvc #0
        0xd4000003, // smc #0
        0xd4200000, // brk #0
        0xd4400000, // hlt #0
        0xd69f03e0, // eret
        0xd508871f, // tlbi vmalle1
        0xd50342df, // msr daifset, #2
        0xd5181000, // msr sctlr_el1, x0
        0xf9400000, // ldr x0, [x0]
        0xf9000001, // str x1, [x0]
        0x9e6703e0, // fmov d0, xzr
        0xc85ffc20, // ldaxr x0, [x1]
        0xd503201f, // nop
    };
    uint32_t *code = (uint32_t *)(m->play + MONKEY_CODE); // NOLINT
    for (unsigned i = 0; i < CODE_WORDS; i++) {
        code[i] = one_in(m, 3) ? (uint32_t)prng_next(&m->words)
                               : some[below(m, sizeof(some) / sizeof(some[0]))];
    }
    code[CODE_WORDS] = 0x14000000 | (0x3ffffff & (0 - (uint32_t)CODE_WORDS)); // b code
    struct trap map = {.regs.mr = {CODE_ADDRESS, 3, seL4_ARM_PageCacheable, 0}};
    m->buffer[CAPS] = given(m, KAAL_START_VSPACE, "own");
    (void)invoke(m, ARMPageMap, given(m, KAAL_START_FRAME, "code"), 1, 3, &map);
    struct trap unify = {.regs.mr = {0, MONKEY_PAGE, 0, 0}};
    (void)invoke(m, ARMPageUnify_Instruction, given(m, KAAL_START_FRAME, "code"), 0, 2, &unify);
}

static seL4_CPtr tcb_of(const struct monkey *m, unsigned index)
{
    return index == 0 ? given(m, KAAL_START_TCB, "own") : kinds[TCB].first + index - 1;
}

static void set_spaces(struct monkey *m, unsigned index)
{
    uint64_t buffer = (uint64_t)index * MONKEY_BUFFER;
    struct trap trap = {.regs.mr = {seL4_CNode_CapData_new(0, WORD_BITS - CAGE_BITS).words[0], 0,
                                    m->play + buffer, 0}};
    m->buffer[CAPS] = CAGE_SELF;
    m->buffer[CAPS + 1] = given(m, KAAL_START_VSPACE, "own");
    m->buffer[CAPS + 2] =
        given(m, KAAL_START_FRAME, buffer < MONKEY_PAGE ? "buffers0" : "buffers1");
    (void)invoke(m, TCBConfigure, tcb_of(m, index), 3, 3, &trap);
}

static void set_time(struct monkey *m, seL4_CPtr context)
{
    struct trap trap = {.regs.mr = {microseconds(m), BUDGET_US, below(m, 9), below(m, 4)}};
    set_word(m, &trap, 4, below(m, 2));
    m->buffer[CAPS] = context;
    (void)invoke(m, SchedControlConfigureFlags, kinds[SCHED_CONTROL].first, 1, 5, &trap);
}

static void set_handler(struct monkey *m, unsigned index)
{
    struct trap mint = {
        .regs.mr = {kinds[FAULTS].first + index, CAGE_BITS, kinds[ENDPOINT].first, CAGE_BITS}};
    set_word(m, &mint, 4, seL4_AllRights.words[0]);
    set_word(m, &mint, 5, index + 1);
    m->buffer[CAPS] = CAGE_SELF;
    (void)invoke(m, CNodeMint, CAGE_SELF, 1, 6, &mint);

    struct trap set = {
        .regs.mr = {seL4_CNode_CapData_new(0, WORD_BITS - CAGE_BITS).words[0], 0, 0, 0}};
    m->buffer[CAPS] = one_in(m, 16) ? 0 : kinds[FAULTS].first + index;
    m->buffer[CAPS + 1] = CAGE_SELF;
    m->buffer[CAPS + 2] = given(m, KAAL_START_VSPACE, "own");
    (void)invoke(m, TCBSetSpace, tcb_of(m, index), 3, 2, &set);
}

static void set_priority(struct monkey *m, unsigned index, seL4_CPtr context)
{
    uint64_t priority = index == NURSE ? 110 : 95 + below(m, 10);
    struct trap trap = {.regs.mr = {below(m, 121), priority, 0, 0}};
    m->buffer[CAPS] = given(m, KAAL_START_TCB, "own");
    m->buffer[CAPS + 1] = context;
    m->buffer[CAPS + 2] = kinds[FAULTS].first + index;
    (void)invoke(m, TCBSetSchedParams, tcb_of(m, index), 3, 2, &trap);
}

static void start_thread(struct monkey *m, unsigned index)
{
    bool lost = index != 0 && index != NURSE && one_in(m, 4);
    uint64_t pc = lost ? code_address(m) : m->board->entry;
    uint64_t sp = m->play + MONKEY_STACKS + (index + UINT64_C(1)) * MONKEY_PAGE;
    const uint64_t rest[] = {0, prng_next(&m->words), (uint64_t)(uintptr_t)m->start,
                             index | MONKEY_AGAIN};
    struct trap trap = {.regs.mr = {1, 6, pc, sp}};
    for (unsigned i = 0; i < 4; i++) {
        set_word(m, &trap, 4 + i, rest[i]);
    }
    (void)invoke(m, TCBWriteRegisters, tcb_of(m, index), 0, 8, &trap);
}

static void equip_thread(struct monkey *m, unsigned index)
{
    seL4_CPtr context = kinds[CONTEXT].first + index - 1;
    struct trap suspend = {.regs.mr = {0, 0, 0, 0}};
    (void)invoke(m, TCBSuspend, tcb_of(m, index), 0, 0, &suspend);
    set_spaces(m, index);
    set_handler(m, index);
    set_time(m, context);
    set_priority(m, index, context);
    start_thread(m, index);
}

// Everything, or the objects of one piece of memory and the threads that may need them.
static void begin(struct monkey *m, bool all)
{
    unsigned only = SUPPLY_1 + (unsigned)below(m, CAGE_SUPPLY_COUNT);
    for (unsigned supply = SUPPLY_1; supply <= SUPPLY_3; supply++) {
        if (all || supply == only) {
            make_anew(m, supply);
        }
    }
    place_objects(m);
    if (all) {
        write_code(m);
    }
    set_handler(m, 0);
    unsigned one = 1 + (unsigned)below(m, NURSE - 1);
    for (unsigned i = 1; i < MONKEY_THREADS; i++) {
        if (all || only != SUPPLY_3 || i == one || i == NURSE) {
            equip_thread(m, i);
        }
    }
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
