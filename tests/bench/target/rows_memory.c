// SPDX-License-Identifier: BSD-2-Clause
//
// Making and ending objects, capabilities, mappings.

#include "bench.h"

// What a retype makes.
struct product {
    seL4_Word type;
    seL4_Word bits;
    seL4_Word count;
};

static const struct product products[] = {
    {seL4_TCBObject, 0, 1},           {seL4_EndpointObject, 0, 1}, {seL4_EndpointObject, 0, 8},
    {seL4_ARM_SmallPageObject, 0, 1}, {seL4_CapTableObject, 4, 1},
};

enum {
    TCB,
    ENDPOINT,
    ENDPOINTS,
    FRAME,
    CNODE,
};

static void delete_slot(struct bench *b, seL4_CPtr slot)
{
    bench_check(b, seL4_CNode_Delete(seL4_CapInitThreadCNode, slot, seL4_WordBits), "delete");
}

// --- retype ------------------------------------------------------------------------------------

static void setup_retype(struct bench *b, const struct row *row)
{
    const struct product *p = &products[row->variant];
    measure_prepare_call(b, b->memory, UntypedRetype, 1, 6);
    b->saved.x[2] = p->type;
    b->saved.x[3] = p->bits;
    b->object = b->slot;
    b->slot += p->count;
    seL4_SetCap(0, seL4_CapInitThreadCNode);
    seL4_SetMR(4, b->object);
    seL4_SetMR(5, p->count);
}

static void undo_retype(struct bench *b)
{
    seL4_Word slot = seL4_GetMR(4);
    seL4_Word count = seL4_GetMR(5);
    for (seL4_Word i = 0; i < count; i++) {
        delete_slot(b, slot + i);
    }
    seL4_SetCap(0, seL4_CapInitThreadCNode);
}

// --- capabilities ------------------------------------------------------------------------------

// An endpoint capability in `object`, and a free slot behind it.
static void setup_slots(struct bench *b)
{
    b->object = world_object(b, seL4_EndpointObject, 0);
    (void)world_slot(b);
    seL4_SetCap(0, seL4_CapInitThreadCNode);
}

static void setup_copy(struct bench *b, const struct row *row)
{
    setup_slots(b);
    measure_prepare_call(b, seL4_CapInitThreadCNode, row->variant, 1,
                         row->variant == CNodeMove   ? 4
                         : row->variant == CNodeCopy ? 5
                                                     : 6);
    b->saved.x[2] = b->object + 1;
    b->saved.x[3] = seL4_WordBits;
    b->saved.x[4] = b->object;
    b->saved.x[5] = seL4_WordBits;
    seL4_SetMR(4, seL4_AllRights.words[0]);
    seL4_SetMR(5, 0xbad9e);
}

static void undo_copy(struct bench *b)
{
    delete_slot(b, b->object + 1);
}

static void undo_move(struct bench *b)
{
    bench_check(b,
                seL4_CNode_Move(seL4_CapInitThreadCNode, b->object, seL4_WordBits,
                                seL4_CapInitThreadCNode, b->object + 1, seL4_WordBits),
                "move back");
}

static void setup_delete(struct bench *b, const struct row *row)
{
    setup_slots(b);
    measure_prepare_call(b, seL4_CapInitThreadCNode, row->variant, 0, 2);
    b->saved.x[2] = b->object + (row->variant == CNodeDelete ? 1 : 0);
    b->saved.x[3] = seL4_WordBits;
}

static uint32_t run_with_copy(struct bench *b)
{
    bench_check(b,
                seL4_CNode_Copy(seL4_CapInitThreadCNode, b->object + 1, seL4_WordBits,
                                seL4_CapInitThreadCNode, b->object, seL4_WordBits, seL4_AllRights),
                "copy");
    return measure_trap(b);
}

static void setup_delete_last(struct bench *b, const struct row *row)
{
    b->object = world_slot(b);
    measure_prepare_call(b, seL4_CapInitThreadCNode, CNodeDelete, 0, 2);
    b->saved.x[2] = b->object;
    b->saved.x[3] = seL4_WordBits;
    b->stamp = products[row->variant].type;
}

static uint32_t run_delete_last(struct bench *b)
{
    bench_check(
        b, seL4_Untyped_Retype(b->memory, b->stamp, 0, seL4_CapInitThreadCNode, 0, 0, b->object, 1),
        "retype");
    return measure_trap(b);
}

// --- mappings ----------------------------------------------------------------------------------

static void setup_map(struct bench *b, const struct row *row)
{
    seL4_Word vaddr;
    b->object = world_page(b, &vaddr);
    seL4_SetCap(0, seL4_CapInitThreadVSpace);
    measure_prepare_call(b, b->object, row->variant, row->variant == ARMPageMap ? 1 : 0,
                         row->variant == ARMPageMap ? 3 : 0);
    b->saved.x[2] = vaddr;
    b->saved.x[3] = seL4_ReadWrite.words[0];
    b->saved.x[4] = seL4_ARM_Default_VMAttributes | seL4_ARM_ExecuteNever;
}

static uint32_t run_map(struct bench *b)
{
    bench_check(b, seL4_ARM_Page_Unmap(b->object), "unmap");
    seL4_SetCap(0, seL4_CapInitThreadVSpace);
    return measure_trap(b);
}

static uint32_t run_map_again(struct bench *b)
{
    seL4_SetCap(0, seL4_CapInitThreadVSpace);
    b->saved.x[3] = seL4_CanRead.words[0];
    return measure_trap(b);
}

static void undo_map_again(struct bench *b)
{
    bench_check(b,
                seL4_ARM_Page_Map(b->object, seL4_CapInitThreadVSpace, b->saved.x[2],
                                  seL4_ReadWrite, seL4_ARM_Default_VMAttributes),
                "map");
}

static uint32_t run_unmap(struct bench *b)
{
    undo_map_again(b);
    return measure_trap(b);
}

const struct row rows_memory[] = {
    {"retype.tcb", setup_retype, measure_trap, undo_retype, TCB},
    {"retype.endpoint", setup_retype, measure_trap, undo_retype, ENDPOINT},
    {"retype.endpoint.8", setup_retype, measure_trap, undo_retype, ENDPOINTS},
    {"retype.frame", setup_retype, measure_trap, undo_retype, FRAME},
    {"retype.cnode", setup_retype, measure_trap, undo_retype, CNODE},
    {"delete.tcb", setup_delete_last, run_delete_last, NULL, TCB},
    {"delete.endpoint", setup_delete_last, run_delete_last, NULL, ENDPOINT},
    {"cnode.copy", setup_copy, measure_trap, undo_copy, CNodeCopy},
    {"cnode.delete", setup_delete, run_with_copy, NULL, CNodeDelete},
    {"cnode.mint", setup_copy, measure_trap, undo_copy, CNodeMint},
    {"cnode.move", setup_copy, measure_trap, undo_move, CNodeMove},
    {"cnode.revoke", setup_delete, run_with_copy, NULL, CNodeRevoke},
    {"page.map", setup_map, run_map, NULL, ARMPageMap},
    {"page.map-again", setup_map, run_map_again, undo_map_again, ARMPageMap},
    {"page.unmap", setup_map, run_unmap, NULL, ARMPageUnmap},
    {0},
};
