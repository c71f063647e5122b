// SPDX-License-Identifier: BSD-2-Clause
//
// The world of the random system calls: one CNode that all threads have as their CSpace.
//
//   slot   0    empty
//          1    the CNode
//          2    untyped memory that everything else came from
//          3    initial capabilities and control
//          15   untyped memory of the size of a large page, in some worlds
//          16   TCB, scheduling context and buffer frame of each thread
//          40   endpoint and reply object of each server
#include "random.h"

#include "random_parts.h"

#include "fresh.h"
#include "sim.h"

#include "kernel/arch.h"
#include "kernel/cspace.h"
#include "kernel/endpoint.h"
#include "kernel/reply.h"
#include "kernel/tcb.h"

#include "lib/prng.h"

enum { MEMORY_BITS = 18, LARGE_BITS = 21, MAX_PRIORITY = 104 };

const struct tcb *random_supervisor;

static void must(seL4_Error error)
{
    if (error != seL4_NoError) {
        kernel_panic(__FILE__, __LINE__, "the random world could not be built");
    }
}

// A copy of the initial task's capability in the shared CSpace.
static void share(uint64_t cnode, uint64_t slot, uint64_t from, bool move)
{
    struct sim_message m = SIM_MESSAGE(move ? CNodeMove : CNodeCopy, slot, DEPTH, from, DEPTH, 15);
    must(sim_call(cnode, sim_with_cap(m, seL4_CapInitThreadCNode)));
}

// Threads run in the shared CSpace from now on.
static void enter_space(uint64_t cnode, uint64_t tcb)
{
    struct sim_message m = SIM_MESSAGE(TCBSetSpace, 0, 0);
    m = sim_with_cap(sim_with_cap(m, seL4_CapNull), cnode);
    must(sim_call(tcb, sim_with_cap(m, seL4_CapInitThreadVSpace)));
}

// Of those that boot made.
static uint64_t find(enum cap_type type)
{
    uint64_t slot = 1;
    while (cap_type(fresh_slot(slot)->cap) != type) {
        slot++;
    }
    return slot;
}

static void share_all(uint64_t cnode, uint64_t threads, unsigned count)
{
    static const uint64_t initial[] = {seL4_CapInitThreadTCB,      seL4_CapInitThreadSC,
                                       seL4_CapInitThreadVSpace,   seL4_CapASIDControl,
                                       seL4_CapInitThreadASIDPool, seL4_CapDomain};
    share(cnode, SELF, cnode, false);
    uint64_t slot = INITIAL;
    for (size_t i = 0; i < sizeof(initial) / sizeof(initial[0]); i++) {
        share(cnode, slot++, initial[i], false);
    }
    share(cnode, slot++, seL4_CapIRQControl, true);
    share(cnode, slot++, find(CAP_SCHED_CONTROL), false);
    if (KCFG_ALLOW_SMC != 0) {
        share(cnode, slot, seL4_CapSMC, true);
    }
    slot = SHARED_THREADS;
    for (unsigned i = 0; i < 3 * count; i++) {
        share(cnode, slot++, threads + i, true);
    }
}

static struct cap shared_cap(uint64_t cnode, uint64_t slot)
{
    return cnode_slots(fresh_slot(cnode)->cap)[slot].cap;
}

// A server: a thread without scheduling context that waits for callers.
static void make_servers(uint64_t memory, uint64_t cnode)
{
    const uint64_t made = fresh_empty();
    uint64_t slot = SHARED_IPC;
    for (unsigned i = 0; i < SERVERS; i++) {
        must(sim_retype(memory, seL4_EndpointObject, 0, made, 1));
        must(sim_retype(memory, seL4_ReplyObject, 0, made + 1, 1));
        share(cnode, slot, made, true);
        share(cnode, slot + 1, made + 1, true);
        endpoint_receive(tcb_of(shared_cap(cnode, SHARED_THREADS + 3 * (CLIENTS + i))),
                         endpoint_of(shared_cap(cnode, slot)),
                         reply_of(shared_cap(cnode, slot + 1)), true);
        slot += 2;
    }
}

// Numbers of this world, whatever stream the steps follow.
static struct prng numbers;

static uint64_t number_below(uint64_t limit)
{
    return prng_next(&numbers) % limit;
}

static void make_thread(uint64_t memory, uint64_t cnode, uint64_t slot, uint64_t budget)
{
    sim_thread(memory, slot, (uint8_t)(FIRST_PRIORITY + number_below(PRIORITIES)), budget,
               1000 + 1000 * number_below(3));
    must(sim_call(
        slot, sim_with_cap(SIM_MESSAGE(TCBSetMCPriority, MAX_PRIORITY), seL4_CapInitThreadTCB)));
    enter_space(cnode, slot);
}

static void make_world(void)
{
    const uint64_t first = fresh_empty();
    const uint64_t cnode = first + 1;
    const uint64_t memory = first + 2;
    const uint64_t large = first + 3;
    const uint64_t threads = first + 4;
    const uint64_t ram = fresh_untyped(LARGE_BITS + 1);
    const bool has_large = number_below(8) == 0; // zeroing it takes the host's time
    must(sim_retype(ram, seL4_CapTableObject, SPACE_BITS, first, 1));
    must(sim_mint(cnode, first, 15, 64 - SPACE_BITS)); // all bits above the index are guard
    must(sim_retype(ram, seL4_UntypedObject, MEMORY_BITS, memory, 1));
    if (has_large) {
        must(sim_retype(ram, seL4_UntypedObject, LARGE_BITS, large, 1));
    }
    for (unsigned i = 0; i < CLIENTS + SERVERS; i++) {
        make_thread(memory, cnode, threads + UINT64_C(3) * i, i < CLIENTS ? 1000 : 0);
    }
    share_all(cnode, threads, CLIENTS + SERVERS);
    make_servers(memory, cnode);
    share(cnode, MEMORY, memory, true);
    if (has_large) {
        share(cnode, LARGE_MEMORY, large, true);
    }
    enter_space(cnode, seL4_CapInitThreadTCB);
    // The first call from there: as one among the others. Another thread may be current then.
    const struct sim_message join =
        sim_with_cap(SIM_MESSAGE(TCBSetPriority, FIRST_PRIORITY - 1), INITIAL);
    sim_put(INITIAL, &join);
    sim_enter(seL4_SysCall);
}

void random_world(uint64_t number)
{
    numbers.state = number;
    fresh_kernel();
    random_supervisor = kernel.current;
    const bool checked = sim_check(false); // the making of a world is tested elsewhere
    make_world();
    (void)sim_check(checked);
}
