// SPDX-License-Identifier: BSD-2-Clause
//
// Long paths about capabilities: deep spaces, long derivations, deep containers.

#include "worst.h"

enum {
    COPIES = 10000,
    CNODE_BITS = 14,
    NESTED = 1000,
    MEMBERS = 1000,
};

static void copy_to(struct bench *b, seL4_CPtr cnode, seL4_Word index, unsigned bits, seL4_CPtr cap)
{
    bench_check(b,
                seL4_CNode_Copy(cnode, index, (seL4_Uint8)bits, seL4_CapInitThreadCNode, cap,
                                seL4_WordBits, seL4_AllRights),
                "copy");
}

static seL4_CPtr fill(struct bench *b, seL4_Word count, seL4_CPtr cap)
{
    seL4_CPtr cnode = world_object(b, seL4_CapTableObject, CNODE_BITS);
    for (seL4_Word i = 0; i < count; i++) {
        copy_to(b, cnode, i, CNODE_BITS, cap);
    }
    return cnode;
}

// --- derivations and containers ----------------------------------------------------------------

static void setup_revoke_copies(struct bench *b, struct population *p, unsigned variant)
{
    (void)p;
    (void)variant;
    seL4_CPtr endpoint = world_object(b, seL4_EndpointObject, 0);
    (void)fill(b, COPIES, endpoint);
    measure_prepare_slot(b, CNodeRevoke, endpoint);
}

// Threads, contexts, endpoints, mappings, tables, and the CNode that holds them.
static void setup_revoke_all(struct bench *b, struct population *p, unsigned variant)
{
    (void)variant;
    seL4_CPtr memory = world_object(b, seL4_UntypedObject, 26);
    population_open(p, b, memory);
    population_grow(p, MEMBERS);
    measure_prepare_slot(b, CNodeRevoke, memory);
}

static void setup_delete_cnode(struct bench *b, struct population *p, unsigned variant)
{
    (void)p;
    (void)variant;
    seL4_CPtr endpoint = world_object(b, seL4_EndpointObject, 0);
    measure_prepare_slot(b, CNodeDelete, fill(b, COPIES, endpoint));
}

// Each holds the only capability to the next.
static void setup_delete_nested(struct bench *b, struct population *p, unsigned variant)
{
    (void)p;
    (void)variant;
    seL4_CPtr outer = world_object(b, seL4_CapTableObject, 1);
    seL4_CPtr slot = world_slot(b);
    for (unsigned i = 1; i < NESTED; i++) {
        bench_check(b,
                    seL4_Untyped_Retype(b->memory, seL4_CapTableObject, 1, seL4_CapInitThreadCNode,
                                        0, 0, slot, 1),
                    "CNode");
        bench_check(b, seL4_CNode_Move(slot, 0, 1, seL4_CapInitThreadCNode, outer, seL4_WordBits),
                    "move");
        bench_check(b,
                    seL4_CNode_Move(seL4_CapInitThreadCNode, outer, seL4_WordBits,
                                    seL4_CapInitThreadCNode, slot, seL4_WordBits),
                    "move");
    }
    measure_prepare_slot(b, CNodeDelete, outer);
}

// A copy in the middle of many.
static void setup_delete_copy(struct bench *b, struct population *p, unsigned variant)
{
    (void)p;
    (void)variant;
    seL4_CPtr endpoint = world_object(b, seL4_EndpointObject, 0);
    seL4_CPtr middle = world_slot(b);
    (void)fill(b, COPIES / 2, endpoint);
    copy_to(b, seL4_CapInitThreadCNode, middle, seL4_WordBits, endpoint);
    (void)fill(b, COPIES / 2, endpoint);
    measure_prepare_slot(b, CNodeDelete, middle);
}

// A thread with the last capability to such a CNode.
static void setup_delete_tcb(struct bench *b, struct population *p, unsigned variant)
{
    (void)p;
    (void)variant;
    seL4_CPtr endpoint = world_object(b, seL4_EndpointObject, 0);
    seL4_CPtr cnode = fill(b, COPIES, endpoint);
    seL4_CPtr tcb = world_object(b, seL4_TCBObject, 0);
    bench_check(b, seL4_TCB_SetSpace(tcb, seL4_CapNull, cnode, 0, seL4_CapInitThreadVSpace, 0),
                "space");
    bench_check(b, seL4_CNode_Delete(seL4_CapInitThreadCNode, cnode, seL4_WordBits), "delete");
    measure_prepare_slot(b, CNodeDelete, tcb);
}

// --- deep spaces -------------------------------------------------------------------------------

// 61 CNodes of two slots, each in slot 0 of the one before, and below the last a tree of three more
// levels: 64 levels, the addresses 0 to 7.
enum {
    CHAIN = 61,
    TREE = 7,
    LEAVES = 8,
};

// The first of CHAIN + TREE capabilities in the initial CNode: the root of the space.
static seL4_CPtr deep_open(struct bench *b)
{
    seL4_CPtr first = world_object(b, seL4_CapTableObject, 1);
    for (unsigned i = 1; i < CHAIN + TREE; i++) {
        (void)world_object(b, seL4_CapTableObject, 1);
    }
    for (unsigned i = 0; i < CHAIN; i++) {
        copy_to(b, first + i, 0, 1, first + i + 1);
    }
    for (unsigned i = 0; i < TREE / 2; i++) {
        copy_to(b, first + CHAIN + i, 0, 1, first + CHAIN + 2 * (seL4_Word)i + 1);
        copy_to(b, first + CHAIN + i, 1, 1, first + CHAIN + 2 * (seL4_Word)i + 2);
    }
    return first;
}

static void deep_put(struct bench *b, seL4_CPtr first, unsigned address, seL4_CPtr cap)
{
    copy_to(b, first + CHAIN + TREE / 2 + address / 2, address % 2, 1, cap);
}

static void deep_enter(struct bench *b, seL4_CPtr tcb, seL4_CPtr first)
{
    bench_check(b, seL4_TCB_SetSpace(tcb, seL4_CapNull, first, 0, seL4_CapInitThreadVSpace, 0),
                "deep space");
}

static seL4_IPCBuffer *buffer_of(const struct thread *t)
{
    return (seL4_IPCBuffer *)t->buffer; // NOLINT: mapped
}

// What is measured is the worker's system call; the root task has it begin.
static void prepare_worker(struct bench *b, struct thread *worker)
{
    bench_check(b, seL4_TCB_Suspend(worker->tcb), "worker");
    measure_prepare_call(b, worker->tcb, TCBResume, 0, 0);
}

static uint32_t measure_worker(struct bench *b)
{
    b->trap = b->saved;
    bench_trap(&b->trap);
    return (uint32_t)(b->work[1] - b->work[0]) - b->overhead;
}

static uint32_t measure_to_receiver(struct bench *b)
{
    b->trap = b->saved;
    bench_trap(&b->trap);
    return (uint32_t)(*(volatile uint64_t *)&b->stamp - b->work[0]) - b->overhead;
}

// CNode_Rotate with every capability and every slot at the end of a deep space.
static void setup_rotate(struct bench *b, struct population *p, unsigned variant)
{
    enum { ROOT, DESTINATION, PIVOT, SOURCE };
    (void)p;
    (void)variant;
    seL4_CPtr deep = deep_open(b);
    seL4_CPtr endpoint = world_object(b, seL4_EndpointObject, 0);
    deep_put(b, deep, ROOT, deep);
    deep_put(b, deep, PIVOT, endpoint);
    deep_put(b, deep, SOURCE, endpoint);
    seL4_UserContext registers = {
        .x0 = ROOT,
        .x1 = seL4_MessageInfo_new(CNodeRotate, 0, 2, 8).words[0],
        .x2 = DESTINATION,
        .x3 = seL4_WordBits,
        .x5 = PIVOT,
        .x7 = (seL4_Word)seL4_SysCall,
        .x21 = (seL4_Word)b->work,
    };
    world_thread(b, &b->partner, THREAD_STOPPED | THREAD_BUFFER, loop_work, &registers);
    seL4_IPCBuffer *buffer = buffer_of(&b->partner);
    buffer->msg[4] = seL4_WordBits;
    buffer->msg[6] = SOURCE;
    buffer->msg[7] = seL4_WordBits;
    buffer->caps_or_badges[0] = ROOT;
    buffer->caps_or_badges[1] = ROOT;
    deep_enter(b, b->partner.tcb, deep);
    prepare_worker(b, &b->partner);
}

// The longest message: 120 words, three capabilities, one of them copied. Both threads live in
// spaces of 64 levels if `variant` says so.
static void setup_message(struct bench *b, struct population *p, unsigned variant)
{
    enum { ENDPOINT, REPLY, CAP, ROOT, FREE };
    (void)p;
    struct thread receiver;
    seL4_CPtr deep = deep_open(b);
    seL4_CPtr endpoint = world_object(b, seL4_EndpointObject, 0);
    seL4_CPtr reply = world_object(b, seL4_ReplyObject, 0);
    seL4_CPtr cap = world_object(b, seL4_NotificationObject, 0);
    deep_put(b, deep, ENDPOINT, endpoint);
    deep_put(b, deep, REPLY, reply);
    deep_put(b, deep, CAP, cap);
    deep_put(b, deep, ROOT, deep);
    seL4_UserContext receive = {
        .x6 = variant != 0 ? (seL4_Word)REPLY : reply,
        .x19 = variant != 0 ? (seL4_Word)ENDPOINT : endpoint,
        .x21 = (seL4_Word)&b->stamp,
        .x22 = (seL4_Word)seL4_SysRecv,
    };
    world_thread(b, &receiver, THREAD_STOPPED | THREAD_BUFFER, loop_stamp, &receive);
    seL4_IPCBuffer *buffer = buffer_of(&receiver);
    buffer->receiveCNode = variant != 0 ? (seL4_Word)ROOT : seL4_CapInitThreadCNode;
    buffer->receiveIndex = variant != 0 ? (seL4_Word)FREE : world_slot(b);
    buffer->receiveDepth = seL4_WordBits;

    seL4_UserContext send = {
        .x0 = receive.x19,
        .x1 = seL4_MessageInfo_new(0, 0, seL4_MsgMaxExtraCaps, seL4_MsgMaxLength).words[0],
        .x7 = (seL4_Word)seL4_SysCall,
        .x21 = (seL4_Word)b->work,
    };
    world_thread(b, &b->partner, THREAD_STOPPED | THREAD_BUFFER, loop_work, &send);
    buffer = buffer_of(&b->partner);
    buffer->caps_or_badges[0] = send.x0;
    buffer->caps_or_badges[1] = variant != 0 ? (seL4_Word)CAP : cap;
    buffer->caps_or_badges[2] = send.x0;
    if (variant != 0) {
        deep_enter(b, receiver.tcb, deep);
        deep_enter(b, b->partner.tcb, deep);
    }
    world_priority(b, receiver.tcb, PRIO_HIGH + 1);
    bench_check(b, seL4_TCB_Resume(receiver.tcb), "receiver");
    prepare_worker(b, &b->partner);
}

const struct hunt hunts_capability[] = {
    {"worst.revoke.10000-copies", setup_revoke_copies, measure_trap, 0, 8},
    {"worst.revoke.5000-objects", setup_revoke_all, measure_trap, 0, 8},
    {"worst.delete.copy-of-10000", setup_delete_copy, measure_trap, 0, 8},
    {"worst.delete.cnode-of-10000", setup_delete_cnode, measure_trap, 0, 8},
    {"worst.delete.1000-nested-cnodes", setup_delete_nested, measure_trap, 0, 8},
    {"worst.delete.tcb-with-cnode-of-10000", setup_delete_tcb, measure_trap, 0, 8},
    {"worst.message", setup_message, measure_to_receiver, 0, 8},
    {"worst.message.64-levels", setup_message, measure_to_receiver, 1, 8},
    {"worst.rotate.64-levels", setup_rotate, measure_worker, 0, 8},
    {0},
};
