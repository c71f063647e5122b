// SPDX-License-Identifier: BSD-2-Clause
#include "monkey_self.h"

const struct kind_slots kinds[KIND_COUNT] = {
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

uint64_t below(struct monkey *m, uint64_t limit)
{
    return (prng_next(&m->words) >> 16) % limit;
}

bool one_in(struct monkey *m, uint64_t n)
{
    return below(m, n) == 0;
}

// If the monkey mapped something over itself, it could not be started again.
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

static uint64_t any_word(struct monkey *m)
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

// But for the addresses of our first instructions and of our stacks: a page that is mapped there
// takes the place of ours for good, and the rest of the run is silence.
uint64_t anything(struct monkey *m)
{
    const uint64_t word = any_word(m);
    const uint64_t page = word & ~(uint64_t)(MONKEY_PAGE - 1);
    const uint64_t program = (uint64_t)(uintptr_t)&monkey_run & ~(uint64_t)(MONKEY_PAGE - 1);
    return page == program || page == m->play ? 0 : word;
}

seL4_CPtr given(const struct monkey *m, uint32_t kind, const char *name)
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

uint64_t slot_of(struct monkey *m, enum kind kind)
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

uint64_t depth(struct monkey *m)
{
    return one_in(m, 16) ? 4 : CAGE_BITS;
}

static uint64_t guard(struct monkey *m)
{
    uint64_t size = one_in(m, 8) ? below(m, WORD_BITS) : WORD_BITS - CAGE_BITS;
    return seL4_CNode_CapData_new(one_in(m, 8) ? prng_next(&m->words) : 0, size).words[0];
}

uint64_t code_address(struct monkey *m)
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

uint64_t microseconds(struct monkey *m)
{
    static const uint64_t times[] = {20, 21, 100, 500, 1000, 1000, 2000, 36893488147419};
    return times[below(m, sizeof(times) / sizeof(times[0]))];
}

// Sizes that come often are those that leave memory for others.
static uint64_t size_bits(struct monkey *m)
{
    return one_in(m, 16) ? below(m, 70) : 1 + below(m, 11);
}

uint64_t argument(struct monkey *m, char letter)
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
