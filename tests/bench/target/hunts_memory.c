// SPDX-License-Identifier: BSD-2-Clause
//
// Long paths about memory: making many objects, clearing memory, caches, address spaces.

#include "worst.h"

// --- retype ------------------------------------------------------------------------------------

static const struct {
    seL4_Word type;
    seL4_Word bits;
    seL4_Word count;
} products[] = {
    {seL4_UntypedObject, 12, 256},      {seL4_TCBObject, 0, 256},
    {seL4_EndpointObject, 0, 256},      {seL4_NotificationObject, 0, 256},
    {seL4_CapTableObject, 10, 256},     {seL4_SchedContextObject, 12, 256},
    {seL4_ReplyObject, 0, 256},         {seL4_ARM_SmallPageObject, 0, 256},
    {seL4_ARM_PageTableObject, 0, 256}, {seL4_ARM_VSpaceObject, 0, 256},
    {seL4_ARM_LargePageObject, 0, 16},
};

enum product {
    UNTYPED,
    TCB,
    ENDPOINT,
    NOTIFICATION,
    CNODE,
    SCHED_CONTEXT,
    REPLY,
    SMALL_PAGE,
    PAGE_TABLE,
    VSPACE,
    LARGE_PAGE,
};

enum {
    SLOTS_BITS = 9,
    RESET_BITS = 24,
    LARGE_BITS = 21,
    HUGE_BITS = 30,
};

static void setup_retype(struct bench *b, struct population *p, unsigned variant)
{
    (void)p;
    seL4_CPtr cnode = world_object(b, seL4_CapTableObject, SLOTS_BITS);
    measure_prepare_call(b, b->memory, UntypedRetype, 1, 6);
    b->saved.x[2] = products[variant].type;
    b->saved.x[3] = products[variant].bits;
    seL4_SetCap(0, cnode);
    seL4_SetMR(4, 0);
    seL4_SetMR(5, products[variant].count);
}

// Memory that was all used, and nobody uses any more.
static void setup_reset(struct bench *b, struct population *p, unsigned variant)
{
    (void)p;
    (void)variant;
    seL4_CPtr memory = world_object(b, seL4_UntypedObject, RESET_BITS);
    seL4_CPtr all = world_object_of(b, memory, seL4_UntypedObject, RESET_BITS);
    bench_check(b, seL4_CNode_Delete(seL4_CapInitThreadCNode, all, seL4_WordBits), "delete");
    measure_prepare_call(b, memory, UntypedRetype, 1, 6);
    b->saved.x[2] = seL4_EndpointObject;
    seL4_SetCap(0, seL4_CapInitThreadCNode);
    seL4_SetMR(4, world_slot(b));
    seL4_SetMR(5, 1);
}

// --- caches ------------------------------------------------------------------------------------

static void prepare_cache(struct bench *b, seL4_CPtr cap, seL4_Word label, seL4_Word start,
                          seL4_Word size)
{
    measure_prepare_call(b, cap, label, 0, 2);
    b->saved.x[2] = start;
    b->saved.x[3] = start + size;
}

static void setup_cache(struct bench *b, struct population *p, unsigned variant)
{
    (void)p;
    seL4_CPtr frame = world_object(b, seL4_ARM_LargePageObject, 0);
    world_map(b, seL4_CapInitThreadVSpace, frame, (seL4_Word)1 << HUGE_BITS, KAAL_PAGE_CODE);
    prepare_cache(b, frame, variant, 0, (seL4_Word)1 << LARGE_BITS);
}

static void setup_vspace_cache(struct bench *b, struct population *p, unsigned variant)
{
    setup_cache(b, p, variant);
    prepare_cache(b, seL4_CapInitThreadVSpace, variant, (seL4_Word)1 << HUGE_BITS,
                  (seL4_Word)1 << LARGE_BITS);
}

// The largest page there is. No machine has so much memory to give, but device memory it has.
static void setup_huge_cache(struct bench *b, struct population *p, unsigned variant)
{
    (void)p;
    const seL4_BootInfo *info = b->info;
    seL4_Word i = 0;
    while (info->untypedList[i].isDevice == 0 || info->untypedList[i].sizeBits < HUGE_BITS) {
        i++;
    }
    b->foreign = info->untyped.start + i;
    seL4_CPtr frame = world_object_of(b, b->foreign, seL4_ARM_HugePageObject, 0);
    world_map(b, seL4_CapInitThreadVSpace, frame, (seL4_Word)2 << HUGE_BITS, KAAL_PAGE_CODE);
    prepare_cache(b, frame, variant, 0, (seL4_Word)1 << HUGE_BITS);
}

// --- address spaces ----------------------------------------------------------------------------

enum {
    POOL = 512, // address spaces of an ASID pool
    CLOSE_TO_FULL = POOL - 1,
};

static seL4_CPtr make_pool(struct bench *b)
{
    seL4_CPtr untyped = world_object(b, seL4_UntypedObject, seL4_ASIDPoolBits);
    seL4_CPtr pool = world_slot(b);
    bench_check(b,
                seL4_ARM_ASIDControl_MakePool(seL4_CapASIDControl, untyped, seL4_CapInitThreadCNode,
                                              pool, seL4_WordBits),
                "ASID pool");
    return pool;
}

static seL4_CPtr fill_pool(struct bench *b, unsigned count)
{
    seL4_CPtr pool = make_pool(b);
    for (unsigned i = 0; i < count; i++) {
        bench_check(b, seL4_ARM_ASIDPool_Assign(pool, world_object(b, seL4_ARM_VSpaceObject, 0)),
                    "assign");
    }
    return pool;
}

static void setup_delete_pool(struct bench *b, struct population *p, unsigned variant)
{
    (void)p;
    (void)variant;
    measure_prepare_slot(b, CNodeDelete, fill_pool(b, CLOSE_TO_FULL));
}

static void setup_assign(struct bench *b, struct population *p, unsigned variant)
{
    (void)p;
    (void)variant;
    seL4_CPtr pool = fill_pool(b, CLOSE_TO_FULL);
    measure_prepare_call(b, pool, ARMASIDPoolAssign, 1, 0);
    seL4_SetCap(0, world_object(b, seL4_ARM_VSpaceObject, 0));
}

// An address space with `variant` pages in it.
static void setup_delete_vspace(struct bench *b, struct population *p, unsigned variant)
{
    (void)p;
    seL4_CPtr vspace = world_object(b, seL4_ARM_VSpaceObject, 0);
    bench_check(b, seL4_ARM_ASIDPool_Assign(seL4_CapInitThreadASIDPool, vspace), "assign");
    for (unsigned i = 0; i < variant; i++) {
        world_map(b, vspace, world_object(b, seL4_ARM_SmallPageObject, 0),
                  (seL4_Word)i << seL4_PageBits, KAAL_PAGE_DATA);
    }
    measure_prepare_slot(b, CNodeDelete, vspace);
}

static void setup_unmap_table(struct bench *b, struct population *p, unsigned variant)
{
    (void)p;
    (void)variant;
    seL4_Word vaddr = (seL4_Word)1 << HUGE_BITS;
    seL4_CPtr table = seL4_CapNull;
    for (unsigned level = 0; level < 3; level++) {
        table = world_object(b, seL4_ARM_PageTableObject, 0);
        seL4_Error err = seL4_ARM_PageTable_Map(table, seL4_CapInitThreadVSpace, vaddr,
                                                seL4_ARM_Default_VMAttributes);
        if (err == seL4_DeleteFirst) {
            break; // all levels are there
        }
        bench_check(b, err, "table");
        b->object = table;
    }
    measure_prepare_call(b, b->object, ARMPageTableUnmap, 0, 0);
}

const struct hunt hunts_memory[] = {
    {"worst.retype.256-untyped", setup_retype, measure_trap, UNTYPED, 8},
    {"worst.retype.256-tcb", setup_retype, measure_trap, TCB, 8},
    {"worst.retype.256-endpoint", setup_retype, measure_trap, ENDPOINT, 8},
    {"worst.retype.256-notification", setup_retype, measure_trap, NOTIFICATION, 8},
    {"worst.retype.256-cnode", setup_retype, measure_trap, CNODE, 8},
    {"worst.retype.256-sched-context", setup_retype, measure_trap, SCHED_CONTEXT, 8},
    {"worst.retype.256-reply", setup_retype, measure_trap, REPLY, 8},
    {"worst.retype.256-page", setup_retype, measure_trap, SMALL_PAGE, 8},
    {"worst.retype.256-table", setup_retype, measure_trap, PAGE_TABLE, 8},
    {"worst.retype.256-vspace", setup_retype, measure_trap, VSPACE, 8},
    {"worst.retype.16-large-page", setup_retype, measure_trap, LARGE_PAGE, 8},
    {"worst.reset.16-mib", setup_reset, measure_trap, 0, 8},
    {"worst.clean.large-page", setup_cache, measure_trap, ARMPageClean_Data, 8},
    {"worst.invalidate.large-page", setup_cache, measure_trap, ARMPageInvalidate_Data, 8},
    {"worst.unify.large-page", setup_cache, measure_trap, ARMPageUnify_Instruction, 8},
    {"worst.unify.vspace", setup_vspace_cache, measure_trap, ARMVSpaceUnify_Instruction, 8},
    {"worst.clean.huge-page", setup_huge_cache, measure_trap, ARMPageCleanInvalidate_Data, 1},
    {"worst.asid-pool.delete", setup_delete_pool, measure_trap, 0, 8},
    {"worst.asid-pool.assign", setup_assign, measure_trap, 0, 8},
    {"worst.vspace.delete", setup_delete_vspace, measure_trap, 1000, 8},
    {"worst.table.unmap", setup_unmap_table, measure_trap, 0, 8},
    {0},
};
