// SPDX-License-Identifier: BSD-2-Clause
//
// The store: the capability space that becomes the broker's. root.h draws it.

#include "root.h"

#include <lib/bits.h>

static seL4_Uint8 store_depth(const struct root *root)
{
    return (seL4_Uint8)root->store_bits;
}

// The store, from the first untyped memory that has room, in an empty initial slot.
static void create_store(struct root *root, seL4_CPtr slot)
{
    uint32_t index = 0;
    uint8_t bits = (uint8_t)(root->store_bits + seL4_SlotBits);
    if (!untyped_pick(&root->pool, ROOT_OWNER, bits, &index)) {
        root_fail(root, "store", NULL, "out of memory");
    }
    (void)untyped_take_from(&root->pool.entries[index], bits, 1);
    seL4_Error err = seL4_Untyped_Retype(root->boot->untyped.start + index, seL4_CapTableObject,
                                         root->store_bits, seL4_CapInitThreadCNode, 0, 0, slot, 1);
    root_check(root, err, "store", NULL);
}

// A copy in a fresh slot of the store at `store`, both as yet named by initial slots.
static uint32_t copy_initial(struct root *root, seL4_CPtr store, seL4_CPtr from)
{
    uint32_t slot = store_slots(root, 1);
    seL4_Error err = seL4_CNode_Copy(store, slot, store_depth(root), seL4_CapInitThreadCNode, from,
                                     seL4_WordBits, seL4_AllRights);
    root_check(root, err, "store", NULL);
    return slot;
}

// After this a CPtr is a store slot. Through its copy in there the initial CNode is still reached.
static void enter(struct root *root, seL4_CPtr store)
{
    root->caps[KAAL_HANDOVER_ROOT_CNODE] = copy_initial(root, store, seL4_CapInitThreadCNode);
    root->caps[KAAL_HANDOVER_STORE] = copy_initial(root, store, store);
    seL4_Error err = seL4_TCB_SetSpace(seL4_CapInitThreadTCB, seL4_CapNull, store,
                                       kaal_cnode_guard(seL4_WordBits - root->store_bits),
                                       seL4_CapInitThreadVSpace, 0);
    root_check(root, err, "store", NULL);
    root->store = store_cptr(root->caps[KAAL_HANDOVER_STORE]);
}

// What the copies in the store stand for.
static void forget_initial(const struct root *root, seL4_CPtr initial, seL4_CPtr slot)
{
    root_check(root, seL4_CNode_Delete(initial, slot, seL4_WordBits), "store", NULL);
}

// Moves `count` initial capabilities, from slot `from` on, into fresh slots. `initial` is the
// initial CNode. None of the slots is empty.
static uint32_t adopt(struct root *root, seL4_CPtr initial, seL4_Word from, uint32_t count)
{
    uint32_t first = store_slots(root, count);
    for (uint32_t i = 0; i < count; i++) {
        seL4_Error err = seL4_CNode_Move(root->store, first + i, store_depth(root), initial,
                                         from + i, seL4_WordBits);
        root_check(root, err, "store", NULL);
    }
    return first;
}

static uint32_t adopt_region(struct root *root, seL4_CPtr initial, seL4_SlotRegion region)
{
    return adopt(root, initial, region.start, (uint32_t)(region.end - region.start));
}

// The untyped capabilities keep their order, so entry i of the pool is at first + i.
static void adopt_memory(struct root *root, seL4_CPtr initial)
{
    const seL4_BootInfo *boot = root->boot;
    (void)adopt_region(root, initial, boot->userImagePaging);
    root->tree_frame_count = (uint32_t)(boot->extraBIPages.end - boot->extraBIPages.start);
    root->tree_frames = adopt_region(root, initial, boot->extraBIPages);
    root->image_frame_count = (uint32_t)(boot->userImageFrames.end - boot->userImageFrames.start);
    root->image_frames = adopt_region(root, initial, boot->userImageFrames);
    uint32_t first = adopt_region(root, initial, boot->untyped);
    for (uint32_t i = 0; i < root->pool.count; i++) {
        root->pool.entries[i].slot = first + i;
    }
}

// The initial slots with a fixed meaning, and what the handover calls them.
static void adopt_named(struct root *root, seL4_CPtr initial)
{
    static const struct {
        seL4_CPtr slot;
        enum kaal_handover_cap cap;
    } named[] = {
        {seL4_CapIRQControl, KAAL_HANDOVER_IRQ_CONTROL},
        {seL4_CapASIDControl, KAAL_HANDOVER_ASID_CONTROL},
        {seL4_CapInitThreadASIDPool, KAAL_HANDOVER_ASID_POOL},
        {seL4_CapDomain, KAAL_HANDOVER_DOMAIN},
        {seL4_CapInitThreadSC, KAAL_HANDOVER_ROOT_SCHED_CONTEXT},
        {seL4_CapInitThreadVSpace, KAAL_HANDOVER_ROOT_VSPACE},
        {seL4_CapInitThreadTCB, KAAL_HANDOVER_ROOT_TCB},
    };
    for (unsigned i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
        root->caps[named[i].cap] = adopt(root, initial, named[i].slot, 1);
    }
    (void)adopt(root, initial, seL4_CapBootInfoFrame, 1);
    (void)adopt(root, initial, seL4_CapInitThreadIPCBuffer, 1);
    root->caps[KAAL_HANDOVER_SCHED_CONTROL] = adopt_region(root, initial, root->boot->schedcontrol);
}

// Only kernels that allow secure monitor calls have this capability; the boot info does not tell.
static void adopt_smc(struct root *root, seL4_CPtr initial)
{
    uint32_t slot = store_slots(root, 1);
    if (seL4_CNode_Move(root->store, slot, store_depth(root), initial, seL4_CapSMC,
                        seL4_WordBits) == seL4_NoError) {
        root->caps[KAAL_HANDOVER_SMC] = slot;
    }
}

void store_open(struct root *root)
{
    const seL4_BootInfo *boot = root->boot;
    for (seL4_Word i = 0; i < boot->untyped.end - boot->untyped.start; i++) {
        const seL4_UntypedDesc *desc = &boot->untypedList[i];
        (void)untyped_add(&root->pool, (struct untyped){.paddr = desc->paddr,
                                                        .bits = desc->sizeBits,
                                                        .device = desc->isDevice != 0,
                                                        .owner = ROOT_OWNER});
    }
    const seL4_CPtr store = boot->empty.start;
    if (boot->empty.end == store) {
        root_fail(root, "store", NULL, "no empty initial slot: the image is too large");
    }
    root->store_next = ROOT_PLAN_END;
    create_store(root, store);
    enter(root, store);
    const seL4_CPtr initial = store_cptr(root->caps[KAAL_HANDOVER_ROOT_CNODE]);
    adopt_memory(root, initial);
    adopt_named(root, initial);
    adopt_smc(root, initial);
    forget_initial(root, initial, store);
    forget_initial(root, initial, seL4_CapInitThreadCNode);
}

uint32_t store_slots(struct root *root, uint32_t count)
{
    if (count > (UINT32_C(1) << root->store_bits) - root->store_next) {
        root_fail(root, "store", NULL, "out of capability slots");
    }
    uint32_t first = root->store_next;
    root->store_next += count;
    return first;
}

uint32_t store_copy(struct root *root, uint32_t slot, seL4_CapRights_t rights)
{
    uint32_t copy = store_slots(root, 1);
    seL4_Error err = seL4_CNode_Copy(root->store, copy, store_depth(root), root->store, slot,
                                     store_depth(root), rights);
    root_check(root, err, "copy", NULL);
    return copy;
}
