// SPDX-License-Identifier: BSD-2-Clause
//
// Long operations with interrupts that do not stop coming: each entry into the kernel does a
// bounded part, every invariant holds in between (sim_trap checks), and the operation comes to its
// end.
#include "fresh.h"
#include "sim.h"

#include "kernel/arch.h"
#include "kernel/arch_host.h"
#include "kernel/endpoint.h"
#include "kernel/notification.h"
#include "kernel/plat_host.h"
#include "kernel/refill.h"
#include "kernel/revoke.h"
#include "kernel/sched_context.h"
#include "kernel/syscall.h"
#include "kernel/tcb.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    CROWD = 256,
    IRQ = 40,
    DEPTH = 64,
    ROOT = seL4_CapInitThreadCNode,
    BADGE = 7,
    ENTRIES_MAX = 1000,
    UNITS = KCFG_WORK_UNITS_PER_PREEMPTION,
};

static uint64_t memory;  // slot of an untyped
static uint64_t object;  // slot of what the crowd waits for
static uint64_t badged;  // slot of a copy of it, or empty
static uint64_t handler; // of the interrupt
static uint64_t first;   // slot of the crowd's first thread

static struct tcb *one(unsigned i)
{
    return tcb_of(fresh_slot(first + i)->cap);
}

static int fresh(void **state)
{
    (void)state;
    fresh_kernel();
    memory = fresh_untyped(21);
    object = fresh_empty();
    badged = object + 1;
    handler = object + 2;
    first = object + 8;
    assert_int_equal(sim_retype(memory, seL4_TCBObject, 0, first, CROWD), seL4_NoError);
    const struct sim_message get =
        sim_with_cap(SIM_MESSAGE(IRQIssueIRQHandler, IRQ, handler, DEPTH), ROOT);
    assert_int_equal(sim_call(seL4_CapIRQControl, get), seL4_NoError);
    return 0;
}

// Makes the call, with an interrupt that waits at each entry. Returns how many entries it took.
static unsigned entries_of(uint64_t target, const struct sim_message *message)
{
    const struct tcb *caller = kernel.current;
    unsigned entries = 0;
    uint64_t pc;
    do {
        sim_interrupts();
        plat_irq_unmask(IRQ); // by hand: the thread is in the middle of its call
        sim_put(target, message);
        host_irq_raise(IRQ);
        pc = caller->context.pc;
        sim_trap(seL4_SysCall);
        entries++;
    } while (caller->context.pc == pc && entries < ENTRIES_MAX);
    assert_int_equal(arch_get(&caller->context, ARCH_REG_INFO, 0), 0);
    sim_interrupts();
    return entries;
}

// Thread i of the crowd waits to send, with the badge or without.
static void send(unsigned i, uint64_t badge)
{
    const struct endpoint_send how = {.badge = badge, .may_block = true};
    endpoint_send(one(i), endpoint_of(fresh_slot(object)->cap), &how);
}

static unsigned count_in_state(enum thread_state state)
{
    unsigned count = 0;
    for (unsigned i = 0; i < CROWD; i++) {
        count += one(i)->state == state ? 1 : 0;
    }
    return count;
}

static void an_endpoint_that_many_wait_for_is_deleted_in_parts(void **state)
{
    (void)state;
    assert_int_equal(sim_retype(memory, seL4_EndpointObject, 0, object, 1), seL4_NoError);
    for (unsigned i = 0; i < CROWD; i++) {
        send(i, 0);
    }
    const struct sim_message delete = SIM_MESSAGE(CNodeDelete, object, DEPTH);
    assert_in_range(entries_of(ROOT, &delete), CROWD / UNITS, CROWD / UNITS + 2);
    assert_int_equal(count_in_state(THREAD_RUNNING), CROWD);
    assert_true(slot_is_empty(fresh_slot(object)));
}

static void a_notification_that_many_wait_for_is_deleted_in_parts(void **state)
{
    (void)state;
    assert_int_equal(sim_retype(memory, seL4_NotificationObject, 0, object, 1), seL4_NoError);
    for (unsigned i = 0; i < CROWD; i++) {
        notification_receive(one(i), notification_of(fresh_slot(object)->cap), true);
    }
    const struct sim_message delete = SIM_MESSAGE(CNodeDelete, object, DEPTH);
    assert_in_range(entries_of(ROOT, &delete), CROWD / UNITS, CROWD / UNITS + 2);
    assert_int_equal(count_in_state(THREAD_RUNNING), CROWD);
}

static void what_is_left_of_an_endpoint_cannot_be_used(void **state)
{
    (void)state;
    assert_int_equal(sim_retype(memory, seL4_EndpointObject, 0, object, 1), seL4_NoError);
    for (unsigned i = 0; i < CROWD; i++) {
        send(i, 0);
    }
    const struct sim_message delete = SIM_MESSAGE(CNodeDelete, object, DEPTH);
    sim_put(ROOT, &delete);
    host_irq_raise(IRQ);
    sim_trap(seL4_SysCall);
    assert_int_equal(cap_type(fresh_slot(object)->cap), CAP_ZOMBIE);
    sim_interrupts();
    assert_int_equal(sim_call(object, sim_empty(0)), seL4_InvalidCapability);
    assert_int_equal(sim_copy(object + 3, object, 15), seL4_IllegalOperation);
    // What is left can be revoked with its memory.
    assert_int_equal(sim_revoke(memory), seL4_NoError);
    assert_true(slot_is_empty(fresh_slot(object)));
}

static void a_cnode_with_such_an_endpoint_in_it_is_deleted_in_parts(void **state)
{
    (void)state;
    assert_int_equal(sim_retype(memory, seL4_EndpointObject, 0, object, 1), seL4_NoError);
    for (unsigned i = 0; i < CROWD; i++) {
        send(i, 0);
    }
    const uint64_t cnode = object + 3;
    assert_int_equal(sim_retype(memory, seL4_CapTableObject, 1, cnode, 1), seL4_NoError);
    const struct sim_message move = sim_with_cap(SIM_MESSAGE(CNodeMove, 1, 1, object, DEPTH), ROOT);
    assert_int_equal(sim_call(cnode, move), seL4_NoError);
    const struct sim_message delete = SIM_MESSAGE(CNodeDelete, cnode, DEPTH);
    assert_in_range(entries_of(ROOT, &delete), CROWD / UNITS, CROWD / UNITS + 2);
    assert_int_equal(count_in_state(THREAD_RUNNING), CROWD);
    assert_true(slot_is_empty(fresh_slot(cnode)));
}

// --- CancelBadgedSends ---------------------------------------------------------------------------

// The last `matching` of the crowd send with the badge, the others with another.
static void crowd_sends(unsigned matching)
{
    assert_int_equal(sim_retype(memory, seL4_EndpointObject, 0, object, 1), seL4_NoError);
    assert_int_equal(sim_mint(badged, object, 15, BADGE), seL4_NoError);
    for (unsigned i = 0; i < CROWD; i++) {
        send(i, i + matching < CROWD ? BADGE + 1 : BADGE);
    }
}

static void cancelling_goes_on_where_it_was_preempted(void **state)
{
    (void)state;
    enum { MATCHING = 10 };
    crowd_sends(MATCHING);
    const struct sim_message cancel = SIM_MESSAGE(CNodeCancelBadgedSends, badged, DEPTH);
    assert_in_range(entries_of(ROOT, &cancel), CROWD / UNITS, CROWD / UNITS + 2);
    assert_int_equal(count_in_state(THREAD_RUNNING), MATCHING);
    assert_int_equal(one(CROWD - MATCHING - 1)->state, THREAD_BLOCKED_SEND);
    assert_int_equal(one(CROWD - MATCHING)->state, THREAD_RUNNING);
}

static void a_thread_whose_registers_are_written_forgets_how_far_it_was(void **state)
{
    (void)state;
    crowd_sends(10);
    struct tcb *caller = kernel.current;
    const struct sim_message cancel = SIM_MESSAGE(CNodeCancelBadgedSends, badged, DEPTH);
    sim_put(ROOT, &cancel);
    host_irq_raise(IRQ);
    sim_trap(seL4_SysCall);
    assert_int_not_equal(caller->resumption.what[0], 0);
    sim_interrupts();

    // It is the current thread, so the call of another one is played by hand.
    struct syscall sys = {.caller = one(1), .cap = fresh_slot(seL4_CapInitThreadTCB)->cap};
    sys.label = TCBCopyRegisters;
    sys.length = 1;
    sys.extra_count = 1;
    sys.extra[0] = fresh_slot(first);
    arch_set(&one(1)->context, ARCH_REG_MR0, 0, 0);
    assert_int_equal(tcb_decode(&sys), seL4_NoError);
    assert_int_equal(caller->resumption.what[0], 0);
}

static void a_thread_whose_capability_goes_forgets_how_far_it_was(void **state)
{
    (void)state;
    enum { MATCHING = 200 };
    crowd_sends(MATCHING);
    const struct tcb *caller = kernel.current;
    const struct sim_message cancel = SIM_MESSAGE(CNodeCancelBadgedSends, badged, DEPTH);
    sim_put(ROOT, &cancel);
    host_irq_raise(IRQ);
    sim_trap(seL4_SysCall);
    assert_int_not_equal(caller->resumption.what[0], 0);
    sim_interrupts();
    // The capability is deleted meanwhile, and what the call finds is an error.
    slot_delete_now(fresh_slot(badged));
    sim_put(ROOT, &cancel);
    sim_trap(seL4_SysCall);
    assert_int_equal(caller->resumption.what[0], 0);
}

// --- caches --------------------------------------------------------------------------------------

static void cleaning_a_large_page_goes_on_where_it_was_preempted(void **state)
{
    (void)state;
    const uint64_t page = object;
    const uint64_t address = UINT64_C(1) << 30;
    const uint64_t size = UINT64_C(1) << seL4_LargePageBits;
    const uint64_t large = fresh_untyped(seL4_LargePageBits + 1);
    assert_int_equal(sim_retype(large, seL4_ARM_LargePageObject, 0, page, 1), seL4_NoError);
    // The initial task's image is in the same 512 GiB, not in the same 1 GiB.
    assert_int_equal(sim_retype(memory, seL4_ARM_PageTableObject, 0, page + 1, 1), seL4_NoError);
    assert_int_equal(sim_call(page + 1, sim_with_cap(SIM_MESSAGE(ARMPageTableMap, address, 0),
                                                     seL4_CapInitThreadVSpace)),
                     seL4_NoError);
    assert_int_equal(sim_call(page, sim_with_cap(SIM_MESSAGE(ARMPageMap, address, 3, 3),
                                                 seL4_CapInitThreadVSpace)),
                     seL4_NoError);
    const uint64_t before = host_cpu.cache_operations;
    const struct sim_message clean = SIM_MESSAGE(ARMPageClean_Data, 100, size - 100);
    const unsigned entries = entries_of(page, &clean);
    assert_true(entries > 10);
    // Each part once: nothing is done again after an interruption.
    assert_int_equal(host_cpu.cache_operations - before, entries);
}

// --- refills -------------------------------------------------------------------------------------

static void refills_that_are_due_at_once_are_handed_out_in_parts(void **state)
{
    (void)state;
    enum { SLEEPERS = 100, BUDGET = 100, PERIOD = 1000 };
    const uint64_t contexts = first + CROWD;
    assert_int_equal(
        sim_retype(memory, seL4_SchedContextObject, seL4_MinSchedContextBits, contexts, SLEEPERS),
        seL4_NoError);
    for (unsigned i = 0; i < SLEEPERS; i++) {
        struct sched_context *context = sched_context_of(fresh_slot(contexts + i)->cap);
        refill_new(context, 2, plat_us_to_ticks(BUDGET), plat_us_to_ticks(PERIOD),
                   kernel.now + plat_us_to_ticks(PERIOD));
        assert_int_equal(
            sim_call(contexts + i, sim_with_cap(sim_empty(SchedContextBind), first + i)),
            seL4_NoError);
        assert_int_equal(sim_call(first + i, sim_empty(TCBResume)), seL4_NoError);
        assert_true(one(i)->in_release);
    }
    host_advance(plat_us_to_ticks(PERIOD));
    kernel.current->context.restart_pc = kernel.current->context.pc;
    (void)entry_interrupt();
    unsigned ready = 0;
    for (unsigned i = 0; i < SLEEPERS; i++) {
        ready += one(i)->in_ready ? 1 : 0;
    }
    assert_true(ready > 0 && ready < SLEEPERS / 2);
    assert_true(host_irq_waits());
    sim_interrupts();
    assert_null(kernel.release.first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_endpoint_that_many_wait_for_is_deleted_in_parts, fresh),
        cmocka_unit_test_setup(a_notification_that_many_wait_for_is_deleted_in_parts, fresh),
        cmocka_unit_test_setup(what_is_left_of_an_endpoint_cannot_be_used, fresh),
        cmocka_unit_test_setup(a_cnode_with_such_an_endpoint_in_it_is_deleted_in_parts, fresh),
        cmocka_unit_test_setup(cancelling_goes_on_where_it_was_preempted, fresh),
        cmocka_unit_test_setup(a_thread_whose_registers_are_written_forgets_how_far_it_was, fresh),
        cmocka_unit_test_setup(a_thread_whose_capability_goes_forgets_how_far_it_was, fresh),
        cmocka_unit_test_setup(cleaning_a_large_page_goes_on_where_it_was_preempted, fresh),
        cmocka_unit_test_setup(refills_that_are_due_at_once_are_handed_out_in_parts, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
