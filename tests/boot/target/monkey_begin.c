// SPDX-License-Identifier: BSD-2-Clause
#include "monkey_self.h"

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

void set_spaces(struct monkey *m, unsigned index)
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

void start_thread(struct monkey *m, unsigned index)
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

void begin(struct monkey *m, bool all)
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
