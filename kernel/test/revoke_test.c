// SPDX-License-Identifier: BSD-2-Clause
//
// Delete and revoke: what goes with the last capability, containers within containers, and
// preemption at every point (seL4 ABI §7.5).
#include "fresh.h"
#include "kernel_ok.h"
#include "sim.h"

#include "kernel/arch.h"
#include "kernel/cspace.h"
#include "kernel/plat_host.h"
#include "kernel/revoke.h"
#include "kernel/tcb.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { ALL = 15, ROOT = seL4_CapInitThreadCNode, DEPTH = 64, IRQ = 40 };

static uint64_t memory; // untyped RAM, 64 KiB; its children in the slots behind
static uint64_t free_slot;

static int fresh(void **state)
{
    (void)state;
    fresh_kernel();
    free_slot = fresh_empty();
    memory = free_slot;
    return sim_retype(fresh_untyped(20), seL4_UntypedObject, 16, memory, 1) == seL4_NoError ? 0
                                                                                            : -1;
}

static uint64_t slot(unsigned index)
{
    return free_slot + 1 + index;
}

static bool is_empty(unsigned index)
{
    return slot_is_empty(fresh_slot(slot(index)));
}

static void make(uint64_t type, uint64_t size_bits, unsigned index)
{
    assert_int_equal(sim_retype(memory, type, size_bits, slot(index), 1), seL4_NoError);
}

// Moves slot `index` into slot `to` of the CNode of radix `radix` in slot `cnode`.
static void move_into(unsigned cnode, unsigned radix, uint64_t to, unsigned index)
{
    assert_int_equal(
        sim_call(slot(cnode),
                 sim_with_cap(SIM_MESSAGE(CNodeMove, to, radix, slot(index), DEPTH), ROOT)),
        seL4_NoError);
}

static struct slot *inside(struct cap cnode, uint64_t index)
{
    return cnode_slots(cnode) + index;
}

static unsigned children_of_memory(void)
{
    unsigned count = 0;
    struct slot *child;
    const struct slot *at = fresh_slot(memory);
    // The list behind the memory, as far as it reaches.
    for (child = slot_first_child(at); child != NULL; child = slot_next(child)) {
        count++;
    }
    return count;
}

// --- objects -------------------------------------------------------------------------------------

static void deleting_nothing_succeeds(void **state)
{
    (void)state;
    assert_int_equal(sim_delete(slot(0)), seL4_NoError);
    assert_int_equal(sim_revoke(slot(0)), seL4_NoError);
}

static void revoke_of_a_copy_does_nothing(void **state)
{
    (void)state;
    make(seL4_EndpointObject, 0, 0);
    assert_int_equal(sim_copy(slot(1), slot(0), ALL), seL4_NoError);
    assert_int_equal(sim_copy(slot(2), slot(1), ALL), seL4_NoError);
    assert_int_equal(sim_revoke(slot(1)), seL4_NoError);
    assert_false(is_empty(0) || is_empty(1) || is_empty(2));
    assert_int_equal(sim_revoke(slot(0)), seL4_NoError);
    assert_true(!is_empty(0) && is_empty(1) && is_empty(2));
}

static void revoke_of_a_badged_original_takes_its_copies_only(void **state)
{
    (void)state;
    make(seL4_EndpointObject, 0, 0);
    assert_int_equal(sim_mint(slot(1), slot(0), ALL, 5), seL4_NoError);
    assert_int_equal(sim_mint(slot(2), slot(0), ALL, 6), seL4_NoError);
    assert_int_equal(sim_copy(slot(3), slot(1), ALL), seL4_NoError);
    assert_int_equal(sim_copy(slot(4), slot(2), ALL), seL4_NoError);
    assert_int_equal(sim_revoke(slot(1)), seL4_NoError);
    assert_true(is_empty(3));
    assert_false(is_empty(1) || is_empty(2) || is_empty(4));
}

static void revoke_of_memory_takes_all_even_orphans(void **state)
{
    (void)state;
    make(seL4_EndpointObject, 0, 0);
    assert_int_equal(sim_mint(slot(1), slot(0), ALL, 5), seL4_NoError);
    assert_int_equal(sim_copy(slot(2), slot(1), ALL), seL4_NoError);
    make(seL4_UntypedObject, 8, 3);
    assert_int_equal(sim_retype(slot(3), seL4_EndpointObject, 0, slot(4), 1), seL4_NoError);
    assert_int_equal(sim_delete(slot(0)), seL4_NoError);
    assert_int_equal(sim_delete(slot(1)), seL4_NoError);
    assert_int_equal(sim_delete(slot(3)), seL4_NoError);
    assert_int_equal(sim_revoke(memory), seL4_NoError);
    assert_true(is_empty(2) && is_empty(4));
}

static void the_last_capability_of_a_thread_empties_its_slots(void **state)
{
    (void)state;
    const struct tcb *tcb = sim_thread(memory, slot(0), 10, 1000, 1000);
    assert_false(slot_is_empty(&tcb->slots[TCB_SLOT_CSPACE]));
    assert_int_equal(sim_copy(slot(5), slot(0), ALL), seL4_NoError);
    assert_int_equal(sim_delete(slot(0)), seL4_NoError);
    assert_false(slot_is_empty(&tcb->slots[TCB_SLOT_CSPACE])); // there is a copy
    assert_int_equal(sim_delete(slot(5)), seL4_NoError);
    for (unsigned i = 0; i < TCB_SLOT_COUNT; i++) {
        assert_true(slot_is_empty(&tcb->slots[i]));
    }
}

static void a_thread_that_deletes_itself_never_returns(void **state)
{
    (void)state;
    const struct tcb *other = sim_thread(memory, slot(0), 10, 1000, 1000);
    const struct sim_message m = SIM_MESSAGE(CNodeDelete, seL4_CapInitThreadTCB, DEPTH);
    sim_put(ROOT, &m);
    sim_syscall(seL4_SysCall);
    assert_ptr_equal(kernel.current, other);
}

// --- containers ----------------------------------------------------------------------------------

static void the_last_capability_of_a_cnode_deletes_what_it_holds(void **state)
{
    (void)state;
    make(seL4_CapTableObject, 3, 0);
    make(seL4_EndpointObject, 0, 1);
    move_into(0, 3, 7, 1);
    assert_int_equal(children_of_memory(), 2);
    assert_int_equal(sim_delete(slot(0)), seL4_NoError);
    assert_int_equal(children_of_memory(), 0);
}

static void a_cnode_that_holds_itself_goes_as_a_whole(void **state)
{
    (void)state;
    make(seL4_CapTableObject, 3, 0);
    make(seL4_EndpointObject, 0, 1);
    const struct cap cnode = fresh_slot(slot(0))->cap;
    move_into(0, 3, 2, 1);
    move_into(0, 3, 5, 0); // its only capability lies in itself now
    assert_false(slot_is_empty(inside(cnode, 5)));
    assert_int_equal(sim_revoke(memory), seL4_NoError);
    assert_int_equal(children_of_memory(), 0);
    assert_true(slot_is_empty(inside(cnode, 2)));
}

static void the_last_capability_of_a_cnode_in_a_cnode_is_put_aside(void **state)
{
    (void)state;
    make(seL4_CapTableObject, 2, 0); // A, holds B
    make(seL4_CapTableObject, 2, 1); // B, holds two endpoints
    make(seL4_EndpointObject, 0, 2);
    make(seL4_EndpointObject, 0, 3);
    const struct cap b = fresh_slot(slot(1))->cap;
    move_into(1, 2, 0, 2);
    move_into(1, 2, 3, 3);
    move_into(0, 2, 1, 1);
    assert_int_equal(sim_delete(slot(0)), seL4_NoError);
    // B's first endpoint took B's place in A and is gone; B's zombie lies in B.
    assert_int_equal(cap_type(inside(b, 0)->cap), CAP_ZOMBIE);
    assert_int_equal(cap_type(inside(b, 3)->cap), CAP_ENDPOINT);
    assert_int_equal(children_of_memory(), 2);
    assert_int_equal(sim_revoke(memory), seL4_NoError);
    assert_int_equal(children_of_memory(), 0);
}

static void a_thread_in_a_cnode_is_destroyed_with_it(void **state)
{
    (void)state;
    const struct tcb *tcb = sim_thread(memory, slot(0), 10, 1000, 1000);
    make(seL4_CapTableObject, 2, 5);
    move_into(5, 2, 1, 0);
    assert_int_equal(sim_delete(slot(5)), seL4_NoError);
    for (unsigned i = 0; i < TCB_SLOT_COUNT; i++) {
        assert_true(slot_is_empty(&tcb->slots[i]));
    }
}

// A thread whose CSpace is known to nobody else, and holds the thread.
static struct tcb *make_recluse(unsigned cnode, unsigned thread)
{
    struct tcb *tcb = sim_thread(memory, slot(thread), 10, 1000, 1000);
    make(seL4_CapTableObject, 3, cnode);
    struct sim_message space = SIM_MESSAGE(TCBSetSpace, 0, 0);
    space = sim_with_cap(space, slot(30)); // no fault handler
    space = sim_with_cap(space, slot(cnode));
    space = sim_with_cap(space, seL4_CapInitThreadVSpace);
    assert_int_equal(sim_call(slot(thread), space), seL4_NoError);
    move_into(cnode, 3, 0, thread);
    assert_int_equal(sim_delete(slot(cnode)), seL4_NoError);
    return tcb;
}

static void a_thread_in_its_own_cspace_goes_with_the_memory(void **state)
{
    (void)state;
    make_recluse(0, 1);
    assert_true(children_of_memory() > 0);
    assert_int_equal(sim_revoke(memory), seL4_NoError);
    assert_int_equal(children_of_memory(), 0);
    assert_null(kernel_ok_all());
}

static void two_cnodes_that_hold_each_other_go_with_the_memory(void **state)
{
    (void)state;
    for (uint64_t at = 0; at < 4; at++) {
        make(seL4_CapTableObject, 2, 0);
        make(seL4_CapTableObject, 2, 1);
        make(seL4_EndpointObject, 0, 2);
        move_into(0, 2, 3 - at, 2);
        assert_int_equal(sim_copy(slot(3), slot(0), ALL), seL4_NoError);
        move_into(0, 2, at, 1);
        const uint64_t into = 2 - at / 2;
        assert_int_equal(sim_delete(slot(3)), seL4_NoError);
        // A is in slot 0, B in A; A into B through A's CSpace is not possible by address: by hand.
        struct slot *b = inside(fresh_slot(slot(0))->cap, at);
        slot_move(fresh_slot(slot(0)), inside(b->cap, into), fresh_slot(slot(0))->cap);
        assert_null(kernel_ok());
        assert_int_equal(sim_revoke(memory), seL4_NoError);
        assert_int_equal(children_of_memory(), 0);
    }
}

static void a_long_chain_of_cnodes_needs_no_stack(void **state)
{
    (void)state;
    enum { LENGTH = 200 };
    make(seL4_CapTableObject, 1, 0);
    for (unsigned i = 0; i < LENGTH; i++) {
        make(seL4_CapTableObject, 1, 1);
        move_into(1, 1, i % 2, 0);
        assert_int_equal(sim_move(slot(0), slot(1)), seL4_NoError);
    }
    assert_int_equal(sim_delete(slot(0)), seL4_NoError);
    assert_int_equal(sim_revoke(memory), seL4_NoError);
    assert_int_equal(children_of_memory(), 0);
}

// --- preemption ----------------------------------------------------------------------------------

static void make_busy(void)
{
    const struct sim_message get =
        sim_with_cap(SIM_MESSAGE(IRQIssueIRQHandler, IRQ, slot(40), DEPTH), ROOT);
    assert_int_equal(sim_call(seL4_CapIRQControl, get), seL4_NoError);
}

// One entry with the call, with an interrupt that waits: stops at the first preemption point.
static void enter_once(const struct sim_message *m)
{
    assert_int_equal(sim_call(slot(40), sim_empty(IRQAckIRQ)), seL4_NoError);
    sim_put(ROOT, m);
    host_irq_raise(IRQ);
    sim_trap(seL4_SysCall);
}

static void a_cnode_that_is_being_deleted_is_a_zombie(void **state)
{
    (void)state;
    make_busy();
    make(seL4_CapTableObject, 9, 0);
    const struct sim_message m = SIM_MESSAGE(CNodeDelete, slot(0), DEPTH);
    enter_once(&m);
    assert_int_equal(cap_type(fresh_slot(slot(0))->cap), CAP_ZOMBIE);
    sim_interrupts();
    assert_int_equal(sim_call(slot(0), sim_empty(CNodeRevoke)), seL4_InvalidCapability);
    assert_int_equal(sim_copy(slot(1), slot(0), ALL), seL4_IllegalOperation);
    assert_int_equal(sim_delete(slot(0)), seL4_NoError);
    assert_true(is_empty(0));
}

static void a_revoke_that_is_preempted_again_and_again_comes_to_an_end(void **state)
{
    (void)state;
    make_busy();
    make(seL4_CapTableObject, 9, 0);
    for (unsigned i = 0; i < 300; i++) {
        make(seL4_EndpointObject, 0, 1);
        move_into(0, 9, i, 1);
    }
    const struct sim_message m = SIM_MESSAGE(CNodeRevoke, memory, DEPTH);
    unsigned entries = 0;
    do {
        sim_interrupts();
        enter_once(&m);
        entries++;
    } while (children_of_memory() > 0 && entries < 100);
    assert_true(entries > 3 && entries < 100);
    sim_interrupts();
}

static void a_zombie_that_somebody_moves_can_be_deleted_there(void **state)
{
    (void)state;
    make_busy();
    make(seL4_CapTableObject, 9, 0);
    const struct sim_message m = SIM_MESSAGE(CNodeDelete, slot(0), DEPTH);
    enter_once(&m);
    sim_interrupts();
    assert_int_equal(sim_move(slot(2), slot(0)), seL4_NoError);
    assert_int_equal(sim_delete(slot(0)), seL4_NoError);
    assert_int_equal(sim_delete(slot(2)), seL4_NoError);
    assert_int_equal(children_of_memory(), 0);
}

// A CNode in slot 0 with endpoints at the ends of runs of empty slots, and within.
static struct cap make_sparse(void)
{
    static const unsigned full[] = {0, 31, 32, 33, 64, 127};
    make(seL4_CapTableObject, 7, 0);
    for (size_t i = 0; i < sizeof(full) / sizeof(full[0]); i++) {
        make(seL4_EndpointObject, 0, 1);
        move_into(0, 7, full[i], 1);
    }
    return fresh_slot(slot(0))->cap;
}

// Deletes the CNode's last capability, preempted after each step. After step i, left[i] of its
// slots are yet to be looked at; after the last of the steps it is gone.
static void delete_in_steps(struct slot *last, const uint64_t *left, size_t steps)
{
    make_busy();
    assert_int_equal(sim_call(slot(40), sim_empty(IRQAckIRQ)), seL4_NoError);
    host_irq_raise(IRQ);
    for (size_t i = 0; i < steps; i++) {
        kernel.work_units = KCFG_WORK_UNITS_PER_PREEMPTION - 1;
        assert_int_equal(slot_delete(last), PROGRESS_PREEMPTED);
        assert_int_equal(cap_get(last->cap, CAP_ZOMBIE_LEFT), left[i]);
        assert_null(kernel_ok());
    }
    assert_int_equal(slot_delete(last), PROGRESS_DONE);
    assert_null(kernel_ok());
    sim_interrupts();
    assert_int_equal(children_of_memory(), 0);
}

static void assert_emptied(struct cap cnode)
{
    for (uint64_t i = 0; i < cnode_slot_count(cnode); i++) {
        assert_true(slot_is_empty(inside(cnode, i)));
    }
}

// A step deletes one capability, or passes what is empty: 32 slots at most.
static void a_cnode_is_emptied_run_by_run(void **state)
{
    (void)state;
    static const uint64_t left[] = {128, 96, 65, 65, 34, 34, 33, 33, 32, 32, 1, 1, 0};
    const struct cap cnode = make_sparse();
    delete_in_steps(fresh_slot(slot(0)), left, sizeof(left) / sizeof(left[0]));
    assert_emptied(cnode);
}

static void a_run_ends_at_the_slot_of_the_zombie_itself(void **state)
{
    (void)state;
    static const uint64_t left[] = {128, 96, 65, 65, 51, 34, 34, 33, 33, 32, 32, 1, 1, 0};
    const struct cap cnode = make_sparse();
    move_into(0, 7, 50, 0); // its only capability lies in itself now
    delete_in_steps(inside(cnode, 50), left, sizeof(left) / sizeof(left[0]));
    assert_emptied(cnode);
}

static void each_slot_that_is_passed_is_a_unit_of_work(void **state)
{
    (void)state;
    make(seL4_CapTableObject, 6, 0);
    kernel.work_units = 0;
    assert_int_equal(slot_delete(fresh_slot(slot(0))), PROGRESS_DONE);
    assert_int_equal(kernel.work_units, 64); // fewer than are worth a look at interrupts
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(deleting_nothing_succeeds, fresh),
        cmocka_unit_test_setup(revoke_of_a_copy_does_nothing, fresh),
        cmocka_unit_test_setup(revoke_of_a_badged_original_takes_its_copies_only, fresh),
        cmocka_unit_test_setup(revoke_of_memory_takes_all_even_orphans, fresh),
        cmocka_unit_test_setup(the_last_capability_of_a_thread_empties_its_slots, fresh),
        cmocka_unit_test_setup(a_thread_that_deletes_itself_never_returns, fresh),
        cmocka_unit_test_setup(the_last_capability_of_a_cnode_deletes_what_it_holds, fresh),
        cmocka_unit_test_setup(a_cnode_that_holds_itself_goes_as_a_whole, fresh),
        cmocka_unit_test_setup(the_last_capability_of_a_cnode_in_a_cnode_is_put_aside, fresh),
        cmocka_unit_test_setup(a_thread_in_a_cnode_is_destroyed_with_it, fresh),
        cmocka_unit_test_setup(a_thread_in_its_own_cspace_goes_with_the_memory, fresh),
        cmocka_unit_test_setup(two_cnodes_that_hold_each_other_go_with_the_memory, fresh),
        cmocka_unit_test_setup(a_long_chain_of_cnodes_needs_no_stack, fresh),
        cmocka_unit_test_setup(a_cnode_that_is_being_deleted_is_a_zombie, fresh),
        cmocka_unit_test_setup(a_revoke_that_is_preempted_again_and_again_comes_to_an_end, fresh),
        cmocka_unit_test_setup(a_zombie_that_somebody_moves_can_be_deleted_there, fresh),
        cmocka_unit_test_setup(a_cnode_is_emptied_run_by_run, fresh),
        cmocka_unit_test_setup(a_run_ends_at_the_slot_of_the_zombie_itself, fresh),
        cmocka_unit_test_setup(each_slot_that_is_passed_is_a_unit_of_work, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
