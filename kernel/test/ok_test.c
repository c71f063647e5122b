// SPDX-License-Identifier: BSD-2-Clause
//
// Each invariant, broken by hand in a kernel where much is going on: the checker must name it. One
// test for each number of docs/invariants.md.
#include "fresh.h"
#include "kernel_ok.h"
#include "sim.h"

#include "kernel/arch.h"
#include "kernel/asid.h"
#include "kernel/cspace.h"
#include "kernel/endpoint.h"
#include "kernel/notification.h"
#include "kernel/plat_host.h"
#include "kernel/refill.h"
#include "kernel/reply.h"
#include "kernel/sched_context.h"
#include "kernel/schedule.h"
#include "kernel/untyped.h"
#include "kernel/vspace.h"

#include "lib/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { ALL = 15, ROOT = seL4_CapInitThreadCNode, DEPTH = 64, IRQ = 40 };

// Slots behind those that boot used.
enum scene_slot {
    MEMORY,
    ENDPOINT,     // two receivers wait
    BUSY,         // endpoint of the server that was called
    NOTIFICATION, // one thread waits
    IDLE_NOTIFICATION,
    REPLY, // of the call to the server
    IDLE_REPLY,
    CNODE, // holds an endpoint
    HANDLER,
    TABLE,
    FRAME,
    RUNNER,              // ready; its scheduling context and frame follow, as for each
    PEER = RUNNER + 3,   // ready
    FIRST = PEER + 3,    // waits on ENDPOINT
    SECOND = FIRST + 3,  // waits on ENDPOINT, with a lower priority
    WAITER = SECOND + 3, // waits on NOTIFICATION
    SERVER = WAITER + 3, // was called by the initial thread
    SPARE = SERVER + 3,  // empty, and all behind it
};

static uint64_t base;

static struct slot *at(unsigned index)
{
    return fresh_slot(base + index);
}

static struct tcb *thread(unsigned index)
{
    return tcb_of(at(index)->cap);
}

static struct sched_context *context(unsigned thread_slot)
{
    return sched_context_of(at(thread_slot + 1)->cap);
}

// --- the scene -----------------------------------------------------------------------------------

static void make(uint64_t type, uint64_t size_bits, unsigned index)
{
    assert_int_equal(sim_retype(base + MEMORY, type, size_bits, base + index, 1), seL4_NoError);
}

static void make_objects(void)
{
    assert_int_equal(sim_retype(fresh_untyped(20), seL4_UntypedObject, 18, base + MEMORY, 1),
                     seL4_NoError);
    make(seL4_EndpointObject, 0, ENDPOINT);
    make(seL4_EndpointObject, 0, BUSY);
    make(seL4_NotificationObject, 0, NOTIFICATION);
    make(seL4_NotificationObject, 0, IDLE_NOTIFICATION);
    make(seL4_ReplyObject, 0, REPLY);
    make(seL4_ReplyObject, 0, IDLE_REPLY);
    make(seL4_CapTableObject, 2, CNODE);
    make(seL4_EndpointObject, 0, SPARE);
    assert_int_equal(
        sim_call(base + CNODE,
                 sim_with_cap(SIM_MESSAGE(CNodeMove, 3, 2, base + SPARE, DEPTH), ROOT)),
        seL4_NoError);
}

static void make_mappings(void)
{
    const uint64_t address = FRESH_IMAGE + 0x200000;
    make(seL4_ARM_PageTableObject, 0, TABLE);
    make(seL4_ARM_SmallPageObject, 0, FRAME);
    assert_int_equal(sim_call(base + TABLE, sim_with_cap(SIM_MESSAGE(ARMPageTableMap, address, 0),
                                                         seL4_CapInitThreadVSpace)),
                     seL4_NoError);
    assert_int_equal(sim_call(base + FRAME, sim_with_cap(SIM_MESSAGE(ARMPageMap, address, 3, 3),
                                                         seL4_CapInitThreadVSpace)),
                     seL4_NoError);
}

static void make_handler(void)
{
    assert_int_equal(
        sim_call(seL4_CapIRQControl,
                 sim_with_cap(SIM_MESSAGE(IRQIssueIRQHandler, IRQ, base + HANDLER, DEPTH), ROOT)),
        seL4_NoError);
    assert_int_equal(sim_call(base + HANDLER,
                              sim_with_cap(sim_empty(IRQSetIRQHandler), base + IDLE_NOTIFICATION)),
                     seL4_NoError);
}

static void make_threads(void)
{
    sim_thread(base + MEMORY, base + RUNNER, 100, 1000, 2000);
    sim_thread(base + MEMORY, base + PEER, 100, 1000, 1000);
    // Those without a scheduling context do not run: they are told to wait from here.
    struct tcb *first = sim_thread(base + MEMORY, base + FIRST, 120, 0, 0);
    struct tcb *second = sim_thread(base + MEMORY, base + SECOND, 110, 0, 0);
    struct tcb *waiter = sim_thread(base + MEMORY, base + WAITER, 120, 0, 0);
    struct tcb *server = sim_thread(base + MEMORY, base + SERVER, 120, 0, 0);
    endpoint_receive(first, endpoint_of(at(ENDPOINT)->cap), NULL, true);
    endpoint_receive(second, endpoint_of(at(ENDPOINT)->cap), NULL, true);
    notification_receive(waiter, notification_of(at(NOTIFICATION)->cap), true);
    endpoint_receive(server, endpoint_of(at(BUSY)->cap), reply_of(at(REPLY)->cap), true);
}

static int scene(void **state)
{
    (void)state;
    fresh_kernel();
    base = fresh_empty();
    make_objects();
    make_mappings();
    make_handler();
    make_threads();
    const struct sim_message question = sim_empty(0);
    sim_put(base + BUSY, &question);
    sim_trap(seL4_SysCall);
    return kernel.current == thread(SERVER) && kernel_ok_all() == NULL ? 0 : -1;
}

// --- what breaks ---------------------------------------------------------------------------------

static void set_link(struct slot *slot, unsigned link, const struct slot *to)
{
    slot->link[link] = (uint64_t)(uintptr_t)to >> 5 << 21 | (slot->link[link] & 0x1fffff);
}

static void d1_prev(void)
{
    set_link(at(ENDPOINT), 0, at(MEMORY));
}

static void d1_cycle(void)
{
    struct slot *first = slot_next(at(MEMORY));
    set_link(slot_prev(at(MEMORY)) != NULL ? slot_prev(at(MEMORY)) : at(MEMORY), 1, first);
    set_link(first, 1, at(MEMORY));
    set_link(at(MEMORY), 0, first);
}

static void d1_empty(void)
{
    at(SPARE)->link[0] = 1;
}

static void d2(void)
{
    at(ENDPOINT)->link[0] |= 0x1fffff;
    at(ENDPOINT)->link[1] |= 0x1ffffe;
}

static void d3(void)
{
    at(MEMORY)->link[1] &= ~UINT64_C(1); // no original any more: its children are nobody's
}

static void d3_copy(void)
{
    slot_insert_derived(at(ENDPOINT), at(SPARE), at(ENDPOINT)->cap);
    at(SPARE)->link[0]--; // as deep as its original
}

static void d4(void)
{
    slot_insert_root(at(SPARE), at(ENDPOINT)->cap);
}

static void o1_inside(void)
{
    const paddr_t inside = paddr(cap_address(at(RUNNER)->cap).raw + 512);
    slot_insert_child(at(MEMORY), at(SPARE), cap_new(CAP_ENDPOINT, inside), true);
}

static void o1_overlap(void)
{
    const paddr_t last = paddr(cap_address(at(MEMORY)->cap).raw + (1 << 18) - 16);
    slot_insert_root(at(SPARE), cap_new(CAP_NOTIFICATION, last));
}

static void o2(void)
{
    slot_clear(at(CNODE)); // with something in it
}

static void u1(void)
{
    at(MEMORY)->cap = cap_set(at(MEMORY)->cap, CAP_FREE, (1 << 18 >> 4) + 1);
}

static void u2(void)
{
    at(MEMORY)->cap = untyped_set_free(at(MEMORY)->cap, 16);
}

static void u3(void)
{
    const uint64_t last = cap_address(at(MEMORY)->cap).raw + (1 << 18) - 16;
    *(uint64_t *)arch_ptr(paddr(last)) = 1;
}

static struct cap zombie(uint64_t left)
{
    struct cap cap = cap_new(CAP_ZOMBIE, cap_address(at(CNODE)->cap));
    cap = cap_set(cap, CAP_SIZE_BITS, cap_size_bits(at(CNODE)->cap));
    return cap_set(cap, CAP_ZOMBIE_LEFT, left);
}

static void z1(void)
{
    slot_insert_derived(at(CNODE), at(SPARE), at(CNODE)->cap);
    at(SPARE)->cap = zombie(4);
}

static void z2(void)
{
    at(CNODE)->cap = zombie(3);
}

static void t1(void)
{
    thread(RUNNER)->in_release = true;
}

static void t1_queue(void)
{
    thread(RUNNER)->queue_prev = thread(WAITER);
}

static void l1(void)
{
    thread(SECOND)->tree.parent = NULL;
}

static void l2(void)
{
    thread(FIRST)->tree.balance = 0;
}

static void l3(void)
{
    thread(RUNNER)->tree.parent = thread(WAITER);
}

static void t2(void)
{
    schedule_remove(thread(RUNNER));
}

static void t3(void)
{
    context(RUNNER)->tcb = thread(PEER);
}

static void t4(void)
{
    thread(RUNNER)->fault.kind = FAULT_VM;
}

static void t5(void)
{
    kernel.all_threads = kernel.all_threads->all_next;
    kernel.all_threads->all_prev = NULL;
}

static void q1(void)
{
    kernel.ready_map[0][0] ^= 2;
}

static void q2(void)
{
    thread(RUNNER)->priority = 7;
}

static void q3(void)
{
    kernel.release = (struct thread_tree){thread(RUNNER), thread(RUNNER)};
}

static void q4(void)
{
    kernel.candidate = thread(WAITER);
}

static void q4_unsettled(void)
{
    kernel.unsettled = true;
}

static void q5(void)
{
    kernel.ready_top[0]++;
}

static void q6(void)
{
    kernel.current->priority = 0;
}

static void q7(void)
{
    kernel.budget_end++;
}

static void q7_timer(void)
{
    kernel.deadline++;
}

static void e1(void)
{
    endpoint_of(at(BUSY)->cap)->root_and_state |= ENDPOINT_SENDING;
}

static void e2(void)
{
    thread(FIRST)->waits_on_endpoint = endpoint_of(at(BUSY)->cap);
}

static void e3(void)
{
    thread(SECOND)->priority = 200;
}

static void n1(void)
{
    notification_of(at(NOTIFICATION)->cap)->state = NOTIFICATION_IDLE;
}

static void n2(void)
{
    notification_of(at(IDLE_NOTIFICATION)->cap)->word = 1;
}

static void n3(void)
{
    notification_of(at(IDLE_NOTIFICATION)->cap)->bound = thread(RUNNER);
}

static void n4(void)
{
    thread(WAITER)->waits_on_notification = notification_of(at(IDLE_NOTIFICATION)->cap);
}

static void r1(void)
{
    reply_of(at(REPLY)->cap)->tcb = thread(PEER);
}

static void r2(void)
{
    reply_of(at(REPLY)->cap)->prev = reply_of(at(IDLE_REPLY)->cap);
}

static void r3(void)
{
    reply_of(at(IDLE_REPLY)->cap)->next = (uintptr_t)context(PEER) | 1;
}

static void s1(void)
{
    context(RUNNER)->refill_count = 0;
}

static void s2(void)
{
    refill_head(context(PEER))->amount += 5000;
}

static void s3(void)
{
    struct sched_context *c = context(RUNNER);
    refill_charge(c, refill_head(c)->amount / 2); // two refills now
    refill_tail(c)->time = refill_head(c)->time;
}

static void s4(void)
{
    struct sched_context *c = context(RUNNER);
    refill_charge(c, refill_head(c)->amount / 2);
    refill_tail(c)->amount += refill_head(c)->amount - 1;
    refill_head(c)->amount = 1;
}

static void s5(void)
{
    context(RUNNER)->notification = notification_of(at(IDLE_NOTIFICATION)->cap);
}

static void s6(void)
{
    kernel.context = context(RUNNER);
}

static void s7(void)
{
    refill_head(kernel.context)->time = kernel.now + 1;
}

static uint64_t *pool_entry(uint64_t index)
{
    return kernel.asid_pools[0] + index;
}

static void a1(void)
{
    *pool_entry(9) = *pool_entry(1); // also V1: two ASIDs of one root
}

static void a2(void)
{
    *pool_entry(0) = *pool_entry(1);
}

static void a3(void)
{
    kernel.asid_pools[5] = arch_ptr(cap_base(at(FRAME)->cap));
}

static arch_pte_t *root_entry(unsigned index)
{
    return (arch_pte_t *)arch_ptr(asid_root(1)) + index;
}

static void v2(void)
{
    at(TABLE)->cap = cap_set(at(TABLE)->cap, CAP_VADDR, 0);
}

static void v3(void)
{
    const struct arch_mapping mapping = {.read = true};
    *root_entry(300) = arch_pte_page(cap_base(at(FRAME)->cap), 0, mapping);
}

static void v4(void)
{
    at(FRAME)->cap = cap_set(at(FRAME)->cap, CAP_ASID, 0);
}

static void i1(void)
{
    kernel.irq_state[IRQ + 1] = IRQ_HANDLER;
}

static void i2(void)
{
    slot_insert_derived(at(NOTIFICATION), &kernel.irq_notification[IRQ + 1], at(NOTIFICATION)->cap);
}

static void i3(void)
{
    host_machine.masked[IRQ + 1] = false;
}

// --- all -----------------------------------------------------------------------------------------

struct breach {
    const char *number;
    void (*commit)(void);
};

static void the_checker_names_the_broken_invariant(void **state)
{
    const struct breach *breach = *state;
    assert_int_equal(scene(NULL), 0);
    breach->commit();
    const char *broken = kernel_ok_all();
    if (broken == NULL) {
        fail_msg("%s is broken and nobody noticed", breach->number);
    } else if (strncmp(broken, breach->number, strlen(breach->number)) != 0) {
        fail_msg("%s is broken, not \"%s\"", breach->number, broken);
    }
}

static void the_scene_is_whole(void **state)
{
    (void)state;
    assert_int_equal(scene(NULL), 0);
}

#define BREACH(number, commit)                                                                     \
    {                                                                                              \
        "the_checker_sees_a_broken_" number " (" #commit ")",                                      \
            the_checker_names_the_broken_invariant, NULL, NULL, &(struct breach)                   \
        {                                                                                          \
            number, commit                                                                         \
        }                                                                                          \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_scene_is_whole),
        BREACH("D1", d1_prev),
        BREACH("D1", d1_cycle),
        BREACH("D1", d1_empty),
        BREACH("D2", d2),
        BREACH("D3", d3),
        BREACH("D3", d3_copy),
        BREACH("D4", d4),
        BREACH("O1", o1_inside),
        BREACH("O1", o1_overlap),
        BREACH("O2", o2),
        BREACH("U1", u1),
        BREACH("U2", u2),
        BREACH("U3", u3),
        BREACH("Z1", z1),
        BREACH("Z2", z2),
        BREACH("T1", t1),
        BREACH("T1", t1_queue),
        BREACH("L1", l1),
        BREACH("L2", l2),
        BREACH("L3", l3),
        BREACH("T2", t2),
        BREACH("T3", t3),
        BREACH("T4", t4),
        BREACH("T5", t5),
        BREACH("Q1", q1),
        BREACH("Q2", q2),
        BREACH("Q3", q3),
        BREACH("Q4", q4),
        BREACH("Q4", q4_unsettled),
        BREACH("Q5", q5),
        BREACH("Q6", q6),
        BREACH("Q7", q7),
        BREACH("Q7", q7_timer),
        BREACH("E1", e1),
        BREACH("E2", e2),
        BREACH("E3", e3),
        BREACH("N1", n1),
        BREACH("N2", n2),
        BREACH("N3", n3),
        BREACH("N4", n4),
        BREACH("R1", r1),
        BREACH("R2", r2),
        BREACH("R3", r3),
        BREACH("S1", s1),
        BREACH("S2", s2),
        BREACH("S2, S3", s3),
        BREACH("S2, S3 or S4", s4),
        BREACH("S5", s5),
        BREACH("S6", s6),
        BREACH("S7", s7),
        BREACH("A1", a1),
        BREACH("A2", a2),
        BREACH("A3", a3),
        BREACH("V2", v2),
        BREACH("V3", v3),
        BREACH("V4", v4),
        BREACH("I1", i1),
        BREACH("I2", i2),
        BREACH("I3", i3),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
