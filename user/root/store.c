// SPDX-License-Identifier: BSD-2-Clause
//
// The store: the capability space that becomes the broker's. root.h draws it.

#include "root.h"

#include <lib/bits.h>

enum {
    TOP_BITS = 1,
    TOP_INITIAL = 0, // slot of the top CNode
    TOP_STORE = 1,
};

static seL4_Uint8 store_depth(const struct root *root)
{
    return (seL4_Uint8)root->store_bits;
}

// The two CNodes, from the first untyped memory that has room, in the first empty initial slots.
static void create_cnodes(struct root *root, seL4_CPtr store, seL4_CPtr top)
{
    const seL4_BootInfo *boot = root->boot;
    const uint8_t sizes[] = {store_depth(root), TOP_BITS};
    const seL4_CPtr slots[] = {store, top};
    for (unsigned i = 0; i < 2; i++) {
        uint32_t index = 0;
        uint8_t bits = (uint8_t)(sizes[i] + seL4_SlotBits);
        if (!untyped_pick(&root->pool, ROOT_OWNER, bits, &index)) {
            root_fail(root, "store", NULL, "out of memory");
        }
        (void)untyped_take_from(&root->pool.entries[index], bits, 1);
        seL4_Error err = seL4_Untyped_Retype(boot->untyped.start + index, seL4_CapTableObject,
                                             sizes[i], seL4_CapInitThreadCNode, 0, 0, slots[i], 1);
        root_check(root, err, "store", NULL);
    }
}

// After this a CPtr below 2^63 is an initial slot, as before, and one above it a store slot.
static void join(struct root *root, seL4_CPtr store, seL4_CPtr top)
{
    const seL4_BootInfo *boot = root->boot;
    seL4_Word rest = seL4_WordBits - TOP_BITS;
    seL4_Error err = seL4_CNode_Mint(top, TOP_INITIAL, TOP_BITS, seL4_CapInitThreadCNode,
                                     seL4_CapInitThreadCNode, seL4_WordBits, seL4_AllRights,
                                     kaal_cnode_guard(rest - boot->initThreadCNodeSizeBits));
    root_check(root, err, "store", NULL);
    err = seL4_CNode_Mint(top, TOP_STORE, TOP_BITS, seL4_CapInitThreadCNode, store, seL4_WordBits,
                          seL4_AllRights, kaal_cnode_guard(rest - store_depth(root)));
    root_check(root, err, "store", NULL);
    err =
        seL4_TCB_SetSpace(seL4_CapInitThreadTCB, seL4_CapNull, top, 0, seL4_CapInitThreadVSpace, 0);
    root_check(root, err, "store", NULL);
}

// Moves `count` initial capabilities, from slot `from` on, into fresh slots. `initial` is the
// initial CNode, wherever its capability is by now. None of the slots is empty.
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

// The initial slots with a fixed meaning, and what the handover calls them. The initial CNode goes
// last: it is the source of the others.
static void adopt_named(struct root *root)
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
        root->caps[named[i].cap] = adopt(root, seL4_CapInitThreadCNode, named[i].slot, 1);
    }
    (void)adopt(root, seL4_CapInitThreadCNode, seL4_CapBootInfoFrame, 1);
    (void)adopt(root, seL4_CapInitThreadCNode, seL4_CapInitThreadIPCBuffer, 1);
    root->caps[KAAL_HANDOVER_SCHED_CONTROL] =
        adopt_region(root, seL4_CapInitThreadCNode, root->boot->schedcontrol);
}

// Only kernels that allow secure monitor calls have this capability; the boot info does not tell.
static void adopt_smc(struct root *root)
{
    uint32_t slot = store_slots(root, 1);
    if (seL4_CNode_Move(root->store, slot, store_depth(root), seL4_CapInitThreadCNode, seL4_CapSMC,
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
    seL4_CPtr store = boot->empty.start;
    seL4_CPtr top = store + 1;
    if (boot->empty.end - store < 2) {
        root_fail(root, "store", NULL, "no empty initial slot: the image is too large");
    }
    create_cnodes(root, store, top);
    join(root, store, top);

    root->store = store;
    root->store_next = ROOT_PLAN_END;
    adopt_memory(root, seL4_CapInitThreadCNode);
    adopt_named(root);
    adopt_smc(root);
    root->caps[KAAL_HANDOVER_ROOT_TOP] = adopt(root, seL4_CapInitThreadCNode, top, 1);
    root->caps[KAAL_HANDOVER_STORE] = store_slots(root, 1);
    root->caps[KAAL_HANDOVER_ROOT_CNODE] = store_slots(root, 1);
    // The CNode that a move goes to, or comes from, may itself be what is moved.
    seL4_Error err = seL4_CNode_Move(store, root->caps[KAAL_HANDOVER_STORE], store_depth(root),
                                     seL4_CapInitThreadCNode, store, seL4_WordBits);
    root_check(root, err, "store", NULL);
    root->store = store_cptr(root->caps[KAAL_HANDOVER_STORE]);
    err = seL4_CNode_Move(root->store, root->caps[KAAL_HANDOVER_ROOT_CNODE], store_depth(root),
                          seL4_CapInitThreadCNode, seL4_CapInitThreadCNode, seL4_WordBits);
    root_check(root, err, "store", NULL);
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
