// SPDX-License-Identifier: BSD-2-Clause
//
// The monkey's parent. Its own period is its clock, as the demo's meter's.
//
//    round     a new cage; SLICES slices; all memory back
//    slice     the monkey's thread from its beginning, whatever has become of it, for one period
//
// until the monkey has made as many calls as the first argument says, or is a tenth as fast as it
// should be. The second argument, if there is one, is the monkey's priority: one above the
// watcher's is a mistake that must show.
//
// What the keeper does with the monkey must always succeed: the monkey has no power over it.

#include "demo.h"
#include "monkey.h"

#include <kaal/component.h>

enum {
    SLICES = 40,
    FRESH = 5,      // slices from one with everything new to the next
    PRIORITY = 100, // of the monkey, if there is no argument
    MAX_PRIORITY = 120,
    CALLS_MAX = 2000, // of a thread in a slice
    CALLS_MIN = 10,   // of all in a slice, on average
    BUDGET_US = 1000,
    REGISTERS = 7, // pc, sp, spsr, x0 to x3
    WORD_BITS = 64,
};

static struct {
    const struct kaal_start_entry *own;   // our CNode
    const struct kaal_start_entry *cnode; // the monkey's
    seL4_CPtr self;
    seL4_CPtr tcb;
    seL4_CPtr vspace;
    seL4_CPtr context;
    seL4_CPtr buffer;
    seL4_CPtr faults;
    struct board *board;
    uint64_t entry;
    uint64_t start;
    uint64_t play;
    uint64_t wanted;         // calls
    uint64_t priority;       // of the monkey
    volatile uint64_t *kept; // how often the watcher was served
    uint64_t slices;
    uint64_t calls; // of the monkey, as far as it says something that can be
} keeper;

static seL4_CPtr gift(enum gift which)
{
    return keeper.own->size - 1 - which;
}

static seL4_CPtr cage(void)
{
    return gift(GIFT_COUNT);
}

static void must(seL4_Error err, const char *what)
{
    if (err != seL4_NoError) {
        struct kaal_report report;
        kaal_report_begin(&report, "error");
        kaal_report_str(&report, "what", what);
        kaal_report_u64(&report, "error", err);
        kaal_report_end(&report);
        kaal_stop(what);
    }
}

// A number in decimal, if there is one; the next one behind it.
static uint64_t number(const char **text, uint64_t otherwise)
{
    uint64_t value = 0;
    const char *at = *text;
    for (; *at >= '0' && *at <= '9'; at++) {
        value = value * 10 + (uint64_t)(*at - '0');
    }
    const bool found = at != *text;
    *text = *at == ' ' ? at + 1 : at;
    return found ? value : otherwise;
}

static void open(void)
{
    const char *args = kaal_start->args;
    keeper.wanted = number(&args, 1);
    keeper.priority = number(&args, PRIORITY);
    keeper.own = kaal_need(KAAL_START_CNODE, "own");
    keeper.cnode = kaal_need(KAAL_START_CNODE, "monkey");
    keeper.self = kaal_need(KAAL_START_TCB, "own")->slot;
    keeper.tcb = kaal_need(KAAL_START_TCB, "monkey")->slot;
    keeper.vspace = kaal_need(KAAL_START_VSPACE, "monkey")->slot;
    keeper.context = kaal_need(KAAL_START_SCHED_CONTEXT, "monkey")->slot;
    keeper.buffer = kaal_need(KAAL_START_FRAME, "buffers")->slot;
    keeper.faults = kaal_need(KAAL_START_CALL, "faults")->slot;
    keeper.board = (struct board *)kaal_need(KAAL_START_MEMORY, "board")->address; // NOLINT
    keeper.kept = (uint64_t *)kaal_need(KAAL_START_MEMORY, "tally")->address;      // NOLINT
    while (*(volatile uint64_t *)&keeper.board->entry == 0) {
        seL4_Yield();
    }
    keeper.entry = keeper.board->entry;
    keeper.start = keeper.board->start;
    keeper.play = keeper.board->play;
}

// --- rounds --------------------------------------------------------------------------------------

// What the monkey may have deleted or moved away; what is still there stays.
static void fill_cage(void)
{
    seL4_Uint8 own = (seL4_Uint8)keeper.own->value;
    seL4_Uint8 depth = (seL4_Uint8)keeper.cnode->value;
    (void)seL4_CNode_Copy(cage(), CAGE_SELF, CAGE_BITS, keeper.own->slot, cage(), own,
                          seL4_AllRights);
    for (seL4_Word i = 1; i < keeper.cnode->size && i <= CAGE_GIFTS - CAGE_GIVEN; i++) {
        (void)seL4_CNode_Copy(cage(), CAGE_GIVEN + i - 1, CAGE_BITS, keeper.cnode->slot, i, depth,
                              seL4_AllRights);
    }
    for (unsigned i = 0; i < GIFT_UNTYPED; i++) {
        (void)seL4_CNode_Copy(cage(), CAGE_GIFTS + i, CAGE_BITS, keeper.own->slot,
                              gift((enum gift)i), own, seL4_AllRights);
    }
}

static void begin_round(void)
{
    seL4_CPtr memory = gift(GIFT_UNTYPED);
    must(seL4_Untyped_Retype(memory, seL4_CapTableObject, CAGE_BITS, keeper.own->slot, 0, 0, cage(),
                             1),
         "cage");
    // The small one first: large ones are aligned.
    must(seL4_Untyped_Retype(memory, seL4_UntypedObject, CAGE_SUPPLY_BITS, cage(), 0, 0,
                             CAGE_SUPPLY, CAGE_SUPPLY_COUNT),
         "supplies");
    must(seL4_Untyped_Retype(memory, seL4_UntypedObject, CAGE_UNTYPED_BITS, cage(), 0, 0,
                             CAGE_UNTYPED, 1),
         "memory");
}

// All that was made of the memory goes, and it can be used again in one piece.
static void end_round(void)
{
    seL4_CPtr memory = gift(GIFT_UNTYPED);
    seL4_Uint8 own = (seL4_Uint8)keeper.own->value;
    must(seL4_CNode_Revoke(keeper.own->slot, memory, own), "revoke");
    must(seL4_Untyped_Retype(memory, seL4_UntypedObject, GIFT_UNTYPED_BITS, keeper.own->slot, 0, 0,
                             cage(), 1),
         "memory_back");
    must(seL4_CNode_Delete(keeper.own->slot, cage(), own), "delete");
}

// --- slices --------------------------------------------------------------------------------------

// Brings the monkey's thread into a known state: its time first, which may be bound to another
// thread, as another scheduling context may be to it.
static void restore_thread(void)
{
    const uint64_t max = keeper.priority > MAX_PRIORITY ? keeper.priority : MAX_PRIORITY;
    must(seL4_TCB_Suspend(keeper.tcb), "suspend");
    must(seL4_TCB_SetSchedParams(keeper.tcb, keeper.self, max, keeper.priority, seL4_CapNull,
                                 keeper.faults),
         "priority");
    must(seL4_SchedContext_Unbind(keeper.context), "unbind");
    must(seL4_SchedControl_Configure(gift(GIFT_SCHED_CONTROL), keeper.context, BUDGET_US, BUDGET_US,
                                     0, 0),
         "budget");
    must(seL4_TCB_SetSchedParams(keeper.tcb, keeper.self, max, keeper.priority, keeper.context,
                                 keeper.faults),
         "context");
    must(seL4_TCB_SetTimeoutEndpoint(keeper.tcb, seL4_CapNull), "timeout");
    (void)seL4_TCB_UnbindNotification(keeper.tcb); // if there is one
}

static seL4_Error put_into_cage(void)
{
    return seL4_TCB_Configure(keeper.tcb, cage(),
                              seL4_CNode_CapData_new(0, WORD_BITS - CAGE_BITS).words[0],
                              keeper.vspace, 0, keeper.play, keeper.buffer);
}

// The monkey's thread may hold the last capability to a CNode as its capability space. That is not
// replaced in one go, so the kernel refuses; but the memory of the CNode is ours. Returns whether
// it needed a new cage.
static bool restore_spaces(void)
{
    seL4_Error err = put_into_cage();
    bool refused = err == seL4_IllegalOperation;
    if (refused) {
        end_round();
        begin_round();
        err = put_into_cage();
    }
    must(err, "spaces");
    return refused;
}

static void count_calls(void)
{
    volatile struct board *board = keeper.board;
    for (unsigned i = 0; i < MONKEY_THREADS; i++) {
        uint64_t calls = board->calls[i];
        keeper.calls += calls < CALLS_MAX ? calls : CALLS_MAX;
        board->calls[i] = 0;
    }
    keeper.slices++;
}

static void slice(uint64_t seed, bool all)
{
    restore_thread();
    all = restore_spaces() || all;
    if (all) {
        fill_cage();
    }
    seL4_UserContext registers = {
        .pc = keeper.entry,
        .sp = keeper.play + MONKEY_STACKS + MONKEY_PAGE,
        .x0 = seed,
        .x1 = keeper.start,
        .x2 = all ? MONKEY_ALL : 0,
    };
    must(seL4_TCB_WriteRegisters(keeper.tcb, 1, 0, REGISTERS, &registers), "registers");
    seL4_Signal(kaal_need(KAAL_START_SIGNAL, "poke")->slot);
    seL4_Yield();
    count_calls();
}

// With how often the watcher was served in a thousand slices.
static void report_rounds(uint64_t served)
{
    struct kaal_report report;
    kaal_report_begin(&report, "rounds");
    kaal_report_u64(&report, "calls", keeper.calls);
    kaal_report_u64(&report, "slices", keeper.slices);
    kaal_report_u64(&report, "share", served * 1000 / keeper.slices);
    kaal_report_end(&report);
}

void init(void)
{
    struct prng seeds = demo_stream("monkey");
    open();
    const uint64_t before = *keeper.kept;
    while (keeper.calls < keeper.wanted && keeper.slices < keeper.wanted / CALLS_MIN) {
        must(seL4_TCB_Suspend(keeper.tcb), "suspend");
        begin_round();
        for (unsigned i = 0; i < SLICES; i++) {
            slice(prng_next(&seeds), i % FRESH == 0);
        }
        end_round();
    }
    must(seL4_TCB_Suspend(keeper.tcb), "suspend");
    report_rounds(*keeper.kept - before);
    kaal_signal(kaal_need(KAAL_START_SIGNAL, "done"));
}
