// SPDX-License-Identifier: BSD-2-Clause
//
// What is alive while rows are measured again. Its capabilities live in a CNode of their own, which
// the initial CNode, whose addresses are used up by its guard, cannot reach: each is used in one of
// a few slots of the initial CNode and moved away.
//
//    initial CNode   |...............|hand| <- last slots
//                                       │ move
//    population      |endpoints|copies|threads|contexts|frames, mapped|tables|....|

#include "population.h"

#include <kaal/vspace.h>

enum {
    CNODE_BITS = 19,
    PAGE = 4096,
    READY_PRIORITIES = PRIO_LOW - 1,
};

#define PAGES 0x100000000ULL

static seL4_CPtr member(struct population *p, seL4_Word type, seL4_Word bits)
{
    return world_object_of(p->bench, p->untyped, type, bits);
}

void population_open(struct population *p, struct bench *b, seL4_CPtr untyped)
{
    *p = (struct population){.bench = b, .untyped = untyped, .page = PAGES};
    p->hand = b->slots_end;
    p->cnode = member(p, seL4_CapTableObject, CNODE_BITS);
    p->endpoint = member(p, seL4_EndpointObject, 0);
    p->frame = member(p, seL4_ARM_SmallPageObject, 0);
    p->context = member(p, seL4_SchedContextObject, seL4_MinSchedContextBits);
    world_budget(b, p->context, WORLD_FOREVER, WORLD_FOREVER);
}

void population_retype(struct population *p, seL4_Word type, seL4_Word bits, seL4_CPtr slot,
                       seL4_Word count)
{
    bench_check(
        p->bench,
        seL4_Untyped_Retype(p->untyped, type, bits, seL4_CapInitThreadCNode, 0, 0, slot, count),
        "population");
}

void population_park(struct population *p, seL4_CPtr slot)
{
    bench_check(p->bench,
                seL4_CNode_Move(p->cnode, p->used++, CNODE_BITS, seL4_CapInitThreadCNode, slot,
                                seL4_WordBits),
                "park");
}

// --- capabilities ------------------------------------------------------------------------------

// Every other one is a copy, so that one capability has many children.
static void add_capabilities(struct population *p, seL4_Word count)
{
    for (seL4_Word i = 0; i < count; i++) {
        seL4_Error err =
            i % 2 == 0 ? seL4_Untyped_Retype(p->untyped, seL4_EndpointObject, 0, p->cnode, 0, 0,
                                             p->used, 1)
                       : seL4_CNode_Copy(p->cnode, p->used, CNODE_BITS, seL4_CapInitThreadCNode,
                                         p->endpoint, seL4_WordBits, seL4_AllRights);
        bench_check(p->bench, err, "capability");
        p->used++;
    }
}

// --- threads -----------------------------------------------------------------------------------

// A thread in `hand` with the scheduling context in `sc`: ready to run, below the root task.
static void start_thread(struct population *p, seL4_CPtr tcb, seL4_CPtr sc, unsigned prio)
{
    struct bench *b = p->bench;
    seL4_UserContext registers = {
        .pc = (seL4_Word)loop_yield,
        .x22 = (seL4_Word)seL4_SysYield,
    };
    bench_check(b,
                seL4_TCB_Configure(tcb, seL4_CapInitThreadCNode, 0, seL4_CapInitThreadVSpace, 0, 0,
                                   seL4_CapNull),
                "configure");
    world_budget(b, sc, WORLD_FOREVER, WORLD_FOREVER);
    bench_check(b, seL4_TCB_SetSchedParams(tcb, seL4_CapInitThreadTCB, 0, prio, sc, seL4_CapNull),
                "scheduling");
    world_registers(b, tcb, true, &registers);
}

static void add_threads(struct population *p, seL4_Word count)
{
    while (count != 0) {
        seL4_Word n = count < POPULATION_BATCH ? count : POPULATION_BATCH;
        population_retype(p, seL4_TCBObject, 0, p->hand, n);
        population_retype(p, seL4_SchedContextObject, seL4_MinSchedContextBits,
                          p->hand + POPULATION_BATCH, n);
        for (seL4_Word i = 0; i < n; i++) {
            start_thread(p, p->hand + i, p->hand + POPULATION_BATCH + i,
                         1 + (unsigned)(p->used % READY_PRIORITIES));
            population_park(p, p->hand + i);
            population_park(p, p->hand + POPULATION_BATCH + i);
        }
        count -= n;
    }
}

// --- mappings ----------------------------------------------------------------------------------

static bool take_table(void *context, seL4_CPtr *table)
{
    struct population *p = context;
    *table = p->hand + 1 + p->tables++;
    population_retype(p, seL4_ARM_PageTableObject, 0, *table, 1);
    return true;
}

static void add_mappings(struct population *p, seL4_Word count)
{
    const struct kaal_table_source tables = {.take = take_table, .context = p};
    for (seL4_Word i = 0; i < count; i++) {
        bench_check(p->bench,
                    seL4_CNode_Copy(seL4_CapInitThreadCNode, p->hand, seL4_WordBits,
                                    seL4_CapInitThreadCNode, p->frame, seL4_WordBits,
                                    seL4_AllRights),
                    "copy");
        bench_check(p->bench,
                    kaal_vspace_map(seL4_CapInitThreadVSpace, p->hand, p->page, seL4_ReadWrite,
                                    KAAL_PAGE_DATA, &tables),
                    "map");
        p->page += PAGE;
        population_park(p, p->hand);
        while (p->tables != 0) {
            population_park(p, p->hand + p->tables--);
        }
    }
}

void population_grow(struct population *p, seL4_Word count)
{
    add_capabilities(p, count - p->count);
    add_threads(p, count - p->count);
    add_mappings(p, count - p->count);
    p->count = count;
}
