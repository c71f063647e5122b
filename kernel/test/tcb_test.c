// SPDX-License-Identifier: BSD-2-Clause
//
// Invocations of threads: every check in its order, and what success changes (seL4 ABI §5, §8.2).
#include "actors.h"
#include "fresh.h"

#include "kernel/arch.h"
#include "kernel/sched_context.h"
#include "kernel/tcb.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { PRIORITY = 100, SLICE = 5000, W = 1, R = 2, G = 4, GR = 8, EMPTY = 4000 };

static uint64_t endpoint;
static uint64_t notification;
static struct actor a;

// The initial task stays current and does everything.
static int fresh(void **state)
{
    (void)state;
    actors_begin();
    endpoint = actors_endpoint();
    notification = actors_notification();
    a = actors_thread(PRIORITY, SLICE, SLICE);
    thread_suspend(a.tcb);
    return 0;
}

static struct sim_message with3(struct sim_message message, uint64_t c0, uint64_t c1, uint64_t c2)
{
    return sim_with_cap(sim_with_cap(sim_with_cap(message, c0), c1), c2);
}

// --- registers ---------------------------------------------------------------------------------

static void a_new_thread_has_no_rights_no_registers_and_does_not_run(void **state)
{
    (void)state;
    const uint64_t slot = actors_object(seL4_TCBObject, 0);
    const struct tcb *tcb = tcb_of(fresh_slot(slot)->cap);
    assert_int_equal(tcb->state, THREAD_INACTIVE);
    assert_int_equal(tcb->priority, 0);
    assert_int_equal(tcb->max_priority, 0);
    assert_int_equal(tcb->flags, 0);
    for (unsigned i = 0; i < TCB_SLOT_COUNT; i++) {
        assert_true(slot_is_empty(&tcb->slots[i]));
    }
    for (unsigned i = 0; i < ARCH_USER_REGISTERS; i++) {
        const uint64_t spsr = KCFG_DEBUG_BUILD ? 0x40 : 0x140;
        assert_int_equal(arch_user_register(&tcb->context, i), i == 2 ? spsr : 0);
    }
}

static uint64_t read_registers(uint64_t tcb, uint64_t flags, uint64_t count)
{
    return sim_call(tcb, SIM_MESSAGE(TCBReadRegisters, flags, count));
}

static void registers_are_read_in_the_order_of_the_user_context(void **state)
{
    (void)state;
    static const unsigned order[] = {0,  1,  2,  3,  4,  5,  6,  7,  8,  16, 17, 18, 29, 30, 9, 10,
                                     11, 12, 13, 14, 15, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28};
    actors_mark(&a);
    a.tcb->context.restart_pc = 0x1111;
    a.tcb->context.sp = 0x2222;
    a.tcb->context.tpidr = 0x3333;
    a.tcb->context.tpidrro = 0x4444;
    assert_int_equal(read_registers(a.cap, 0, 36), seL4_NoError);
    assert_int_equal(sim_received(kernel.current).length, 36);
    assert_int_equal(sim_answer(0), 0x1111);
    assert_int_equal(sim_answer(1), 0x2222);
    for (unsigned i = 0; i < 31; i++) {
        assert_int_equal(sim_answer(3 + i), actors_mark_of(order[i]));
    }
    assert_int_equal(sim_answer(34), 0x3333);
    assert_int_equal(sim_answer(35), 0x4444);
}

static void reading_registers_checks_its_arguments(void **state)
{
    (void)state;
    assert_int_equal(sim_call(a.cap, SIM_MESSAGE(TCBReadRegisters, 0)), seL4_TruncatedMessage);
    assert_int_equal(read_registers(a.cap, 0, 0), seL4_RangeError);
    assert_int_equal(sim_answer(0), 1);
    assert_int_equal(sim_answer(1), 36);
    assert_int_equal(read_registers(a.cap, 0, 37), seL4_RangeError);
    assert_int_equal(read_registers(seL4_CapInitThreadTCB, 0, 1), seL4_IllegalOperation);
}

static void reading_registers_can_suspend(void **state)
{
    (void)state;
    thread_restart(a.tcb);
    assert_int_equal(read_registers(a.cap, 0, 1), seL4_NoError);
    assert_int_equal(a.tcb->state, THREAD_RUNNING);
    assert_int_equal(read_registers(a.cap, 1, 1), seL4_NoError);
    assert_int_equal(a.tcb->state, THREAD_INACTIVE);
}

static void writing_registers_sanitises_the_processor_state(void **state)
{
    (void)state;
    assert_int_equal(
        sim_call(a.cap, SIM_MESSAGE(TCBWriteRegisters, 0, 5, 0x8000, 0x9000, UINT64_MAX, 11, 12)),
        seL4_NoError);
    assert_int_equal(arch_restart_pc(&a.tcb->context), 0x8000);
    assert_int_equal(arch_next_pc(&a.tcb->context), 0x8000);
    assert_int_equal(a.tcb->context.sp, 0x9000);
    assert_int_equal(a.tcb->context.spsr, 0xf0000000 | (KCFG_DEBUG_BUILD ? 0x40 : 0x140));
    assert_int_equal(a.tcb->context.x[0], 11);
    assert_int_equal(a.tcb->context.x[1], 12);
    assert_int_equal(a.tcb->state, THREAD_INACTIVE);
    assert_int_equal(actors_register(&a, 2), 0);
}

static void writing_registers_can_resume(void **state)
{
    (void)state;
    assert_int_equal(sim_call(a.cap, SIM_MESSAGE(TCBWriteRegisters, 1, 1, 0x8000)), seL4_NoError);
    assert_int_equal(a.tcb->state, THREAD_RUNNING);
    assert_int_equal(arch_next_pc(&a.tcb->context), 0x8000);
}

static void writing_registers_checks_its_arguments(void **state)
{
    (void)state;
    assert_int_equal(sim_call(a.cap, SIM_MESSAGE(TCBWriteRegisters, 0)), seL4_TruncatedMessage);
    assert_int_equal(sim_call(a.cap, SIM_MESSAGE(TCBWriteRegisters, 0, 2, 1)),
                     seL4_TruncatedMessage);
    assert_int_equal(sim_call(a.cap, SIM_MESSAGE(TCBWriteRegisters, 0, UINT64_MAX, 1)),
                     seL4_TruncatedMessage);
    assert_int_equal(sim_call(seL4_CapInitThreadTCB, SIM_MESSAGE(TCBWriteRegisters, 0, 1, 1)),
                     seL4_IllegalOperation);
    struct sim_message many = {.label = TCBWriteRegisters, .length = 60};
    many.word[1] = 58;
    assert_int_equal(sim_call(a.cap, many), seL4_NoError);
}

static void copying_registers_takes_the_halves_that_are_asked_for(void **state)
{
    (void)state;
    const struct actor b = actors_thread(PRIORITY, SLICE, SLICE);
    actors_mark(&b);
    assert_int_equal(sim_call(a.cap, sim_empty(TCBCopyRegisters)), seL4_TruncatedMessage);
    assert_int_equal(sim_call(a.cap, SIM_MESSAGE(TCBCopyRegisters, 0)), seL4_TruncatedMessage);
    assert_int_equal(sim_call(a.cap, sim_with_cap(SIM_MESSAGE(TCBCopyRegisters, 0), endpoint)),
                     seL4_InvalidCapability);
    assert_int_equal(sim_answer(0), 1);
    assert_int_equal(sim_call(a.cap, sim_with_cap(SIM_MESSAGE(TCBCopyRegisters, 8), b.cap)),
                     seL4_NoError);
    assert_int_equal(actors_register(&a, 0), 0);
    assert_int_equal(actors_register(&a, 9), actors_mark_of(9));
    assert_int_equal(sim_call(a.cap, sim_with_cap(SIM_MESSAGE(TCBCopyRegisters, 4), b.cap)),
                     seL4_NoError);
    assert_int_equal(actors_register(&a, 0), actors_mark_of(0));
    assert_int_equal(b.tcb->state, THREAD_RUNNING);
    assert_int_equal(sim_call(a.cap, sim_with_cap(SIM_MESSAGE(TCBCopyRegisters, 3), b.cap)),
                     seL4_NoError);
    assert_int_equal(b.tcb->state, THREAD_INACTIVE);
    assert_int_equal(a.tcb->state, THREAD_RUNNING);
}

static void the_tls_base_is_a_register(void **state)
{
    (void)state;
    assert_int_equal(sim_call(a.cap, sim_empty(TCBSetTLSBase)), seL4_TruncatedMessage);
    assert_int_equal(sim_call(a.cap, SIM_MESSAGE(TCBSetTLSBase, 0xabc)), seL4_NoError);
    assert_int_equal(a.tcb->context.tpidr, 0xabc);
}

static void flags_are_cleared_then_set_and_returned(void **state)
{
    (void)state;
    assert_int_equal(sim_call(a.cap, SIM_MESSAGE(TCBSetFlags, 0)), seL4_TruncatedMessage);
    assert_int_equal(sim_call(a.cap, SIM_MESSAGE(TCBSetFlags, 0, UINT64_MAX)), seL4_NoError);
    assert_int_equal(sim_received(kernel.current).length, 1);
    assert_int_equal(sim_answer(0), 1);
    assert_int_equal(sim_call(a.cap, SIM_MESSAGE(TCBSetFlags, 1, 0)), seL4_NoError);
    assert_int_equal(sim_answer(0), 0);
}

// --- spaces ------------------------------------------------------------------------------------

static uint64_t set_space(uint64_t handler, uint64_t cspace, uint64_t vspace, uint64_t data)
{
    return sim_call(a.cap, with3(SIM_MESSAGE(TCBSetSpace, data, 0), handler, cspace, vspace));
}

static void set_space_checks_its_arguments(void **state)
{
    (void)state;
    const uint64_t cnode = seL4_CapInitThreadCNode;
    const uint64_t vspace = seL4_CapInitThreadVSpace;
    assert_int_equal(sim_call(a.cap, with3(SIM_MESSAGE(TCBSetSpace, 0), 0, cnode, vspace)),
                     seL4_TruncatedMessage);
    assert_int_equal(sim_call(a.cap, sim_with_cap(SIM_MESSAGE(TCBSetSpace, 0, 0), endpoint)),
                     seL4_TruncatedMessage);
    assert_int_equal(set_space(0, endpoint, vspace, 0), seL4_IllegalOperation);
    assert_int_equal(set_space(0, cnode, cnode, 0), seL4_IllegalOperation);
    assert_int_equal(set_space(0, cnode, EMPTY, 0), seL4_IllegalOperation);
    // A guard that leaves no room for the radix.
    assert_int_equal(set_space(0, cnode, vspace, 60), seL4_IllegalOperation);
    assert_int_equal(set_space(notification, cnode, vspace, 0), seL4_InvalidCapability);
    assert_int_equal(sim_answer(0), 1);
    const uint64_t read_only = actors_mint(endpoint, R | G, 0);
    assert_int_equal(set_space(read_only, cnode, vspace, 0), seL4_InvalidCapability);
    const uint64_t write_only = actors_mint(endpoint, W, 0);
    assert_int_equal(set_space(write_only, cnode, vspace, 0), seL4_InvalidCapability);
    const uint64_t good = actors_mint(endpoint, W | GR, 0);
    assert_int_equal(set_space(good, cnode, vspace, 0), seL4_NoError);
    assert_int_equal(cap_type(a.tcb->slots[TCB_SLOT_FAULT].cap), CAP_ENDPOINT);
    assert_int_equal(set_space(EMPTY, cnode, vspace, 0), seL4_NoError);
    assert_true(slot_is_empty(&a.tcb->slots[TCB_SLOT_FAULT]));
}

static void the_cspace_takes_the_guard_that_is_given(void **state)
{
    (void)state;
    const uint64_t cnode = actors_object(seL4_CapTableObject, 4);
    assert_int_equal(set_space(EMPTY, cnode, seL4_CapInitThreadVSpace, 0x5 << 6 | 8), seL4_NoError);
    const struct cap cap = a.tcb->slots[TCB_SLOT_CSPACE].cap;
    assert_int_equal(cap_get(cap, CAP_GUARD_SIZE), 8);
    assert_int_equal(cap_get(cap, CAP_GUARD), 5);
    assert_int_equal(cap_get(fresh_slot(cnode)->cap, CAP_GUARD_SIZE), 0);
}

static void what_a_thread_holds_goes_with_its_original(void **state)
{
    (void)state;
    const uint64_t cnode = actors_object(seL4_CapTableObject, 4);
    assert_int_equal(set_space(EMPTY, cnode, seL4_CapInitThreadVSpace, 0), seL4_NoError);
    assert_int_equal(sim_revoke(cnode), seL4_NoError);
    assert_true(slot_is_empty(&a.tcb->slots[TCB_SLOT_CSPACE]));
}

static void a_thread_that_holds_the_last_capability_of_a_cnode_keeps_it(void **state)
{
    (void)state;
    const uint64_t cnode = actors_object(seL4_CapTableObject, 4);
    assert_int_equal(set_space(EMPTY, cnode, seL4_CapInitThreadVSpace, 0), seL4_NoError);
    assert_int_equal(sim_delete(cnode), seL4_NoError);
    assert_int_equal(set_space(EMPTY, seL4_CapInitThreadCNode, seL4_CapInitThreadVSpace, 0),
                     seL4_IllegalOperation);
}

static uint64_t configure(uint64_t cspace, uint64_t vspace, uint64_t frame, uint64_t address)
{
    return sim_call(a.cap, with3(SIM_MESSAGE(TCBConfigure, 0, 0, address), cspace, vspace, frame));
}

static void configure_checks_the_buffer_before_the_spaces(void **state)
{
    (void)state;
    const uint64_t cnode = seL4_CapInitThreadCNode;
    const uint64_t vspace = seL4_CapInitThreadVSpace;
    assert_int_equal(
        sim_call(a.cap, with3(SIM_MESSAGE(TCBConfigure, 0, 0), cnode, vspace, a.frame)),
        seL4_TruncatedMessage);
    assert_int_equal(configure(endpoint, vspace, endpoint, 1), seL4_IllegalOperation);
    assert_int_equal(configure(endpoint, vspace, a.frame, 1), seL4_AlignmentError);
    assert_int_equal(configure(endpoint, vspace, a.frame, 0x400), seL4_IllegalOperation);
    assert_int_equal(configure(cnode, vspace, a.frame, 0x400), seL4_NoError);
    assert_int_equal(a.tcb->buffer.raw, 0x400);
    // Without an address the frame does not count.
    assert_int_equal(configure(cnode, vspace, endpoint, 0), seL4_NoError);
    assert_true(slot_is_empty(&a.tcb->slots[TCB_SLOT_BUFFER]));
}

static void a_buffer_must_be_aligned_ram(void **state)
{
    (void)state;
    const uint64_t label = TCBSetIPCBuffer;
    assert_int_equal(sim_call(a.cap, sim_empty(label)), seL4_TruncatedMessage);
    assert_int_equal(sim_call(a.cap, SIM_MESSAGE(label, 0x1000)), seL4_TruncatedMessage);
    assert_int_equal(sim_call(a.cap, sim_with_cap(SIM_MESSAGE(label, 0x1000), endpoint)),
                     seL4_IllegalOperation);
    assert_int_equal(sim_call(a.cap, sim_with_cap(SIM_MESSAGE(label, 0x1200), a.frame)),
                     seL4_AlignmentError);
    assert_int_equal(sim_call(a.cap, sim_with_cap(SIM_MESSAGE(label, 0x1400), a.frame)),
                     seL4_NoError);
    uint64_t *words = sim_buffer(a.tcb);
    assert_int_equal(arch_paddr(words).raw & 0xfff, 0x400);
}

static void the_timeout_handler_must_be_able_to_answer(void **state)
{
    (void)state;
    const uint64_t label = TCBSetTimeoutEndpoint;
    assert_int_equal(sim_call(a.cap, sim_empty(label)), seL4_TruncatedMessage);
    assert_int_equal(sim_call(a.cap, sim_with_cap(sim_empty(label), notification)),
                     seL4_InvalidCapability);
    assert_int_equal(sim_answer(0), 1);
    assert_int_equal(sim_call(a.cap, sim_with_cap(sim_empty(label), endpoint)), seL4_NoError);
    assert_int_equal(cap_type(a.tcb->slots[TCB_SLOT_TIMEOUT].cap), CAP_ENDPOINT);
}

// --- priorities --------------------------------------------------------------------------------

static void priorities_are_bounded_by_the_authority(void **state)
{
    (void)state;
    const uint64_t root = seL4_CapInitThreadTCB;
    for (uint64_t label = TCBSetPriority; label <= TCBSetMCPriority; label++) {
        assert_int_equal(sim_call(a.cap, sim_with_cap(sim_empty(label), root)),
                         seL4_TruncatedMessage);
        assert_int_equal(sim_call(a.cap, SIM_MESSAGE(label, 1)), seL4_TruncatedMessage);
        assert_int_equal(sim_call(a.cap, sim_with_cap(SIM_MESSAGE(label, 1), endpoint)),
                         seL4_InvalidCapability);
        assert_int_equal(sim_answer(0), 1);
        assert_int_equal(sim_call(a.cap, sim_with_cap(SIM_MESSAGE(label, 256), root)),
                         seL4_RangeError);
        assert_int_equal(sim_answer(0), 0);
        assert_int_equal(sim_answer(1), 255);
        assert_int_equal(sim_call(a.cap, sim_with_cap(SIM_MESSAGE(label, 44), root)), seL4_NoError);
    }
    assert_int_equal(a.tcb->priority, 44);
    assert_int_equal(a.tcb->max_priority, 44);
    assert_int_equal(sim_call(a.cap, sim_with_cap(SIM_MESSAGE(TCBSetPriority, 45), a.cap)),
                     seL4_RangeError);
    assert_int_equal(sim_answer(1), 44);
}

static uint64_t sched_params(uint64_t tcb, uint64_t context, uint64_t handler)
{
    return sim_call(
        tcb, with3(SIM_MESSAGE(TCBSetSchedParams, 9, 8), seL4_CapInitThreadTCB, context, handler));
}

static void scheduling_parameters_are_checked_before_anything_changes(void **state)
{
    (void)state;
    const struct actor b = actors_thread(PRIORITY, SLICE, SLICE);
    const uint64_t root = seL4_CapInitThreadTCB;
    assert_int_equal(sim_call(a.cap, with3(SIM_MESSAGE(TCBSetSchedParams, 9), root, 0, 0)),
                     seL4_TruncatedMessage);
    assert_int_equal(
        sim_call(a.cap, with3(SIM_MESSAGE(TCBSetSchedParams, 9, 8), endpoint, a.context, EMPTY)),
        seL4_InvalidCapability);
    assert_int_equal(sim_answer(0), 1);
    assert_int_equal(
        sim_call(a.cap, with3(SIM_MESSAGE(TCBSetSchedParams, 256, 8), root, a.context, EMPTY)),
        seL4_RangeError);
    assert_int_equal(
        sim_call(a.cap, with3(SIM_MESSAGE(TCBSetSchedParams, 9, 256), root, a.context, EMPTY)),
        seL4_RangeError);
    assert_int_equal(sched_params(a.cap, b.context, EMPTY), seL4_IllegalOperation);
    assert_int_equal(sched_params(a.cap, endpoint, EMPTY), seL4_InvalidCapability);
    assert_int_equal(sim_answer(0), 2);
    assert_int_equal(sched_params(root, EMPTY, EMPTY), seL4_IllegalOperation);
    assert_int_equal(sched_params(a.cap, a.context, notification), seL4_InvalidCapability);
    assert_int_equal(sim_answer(0), 3);
    assert_int_equal(a.tcb->priority, PRIORITY);
    assert_int_equal(a.tcb->max_priority, 0);

    assert_int_equal(sched_params(a.cap, EMPTY, endpoint), seL4_NoError);
    assert_int_equal(a.tcb->priority, 8);
    assert_int_equal(a.tcb->max_priority, 9);
    assert_null(a.tcb->sched_context);
    assert_int_equal(cap_type(a.tcb->slots[TCB_SLOT_FAULT].cap), CAP_ENDPOINT);
    assert_int_equal(sched_params(a.cap, a.context, EMPTY), seL4_NoError);
    assert_non_null(a.tcb->sched_context);
    assert_true(slot_is_empty(&a.tcb->slots[TCB_SLOT_FAULT]));
}

// --- life --------------------------------------------------------------------------------------

static void a_label_of_another_object_is_an_illegal_operation(void **state)
{
    (void)state;
    assert_int_equal(sim_call(a.cap, sim_empty(CNodeDelete)), seL4_IllegalOperation);
    assert_int_equal(sim_call(a.cap, sim_empty(0)), seL4_IllegalOperation);
}

static void a_thread_that_suspends_itself_stops(void **state)
{
    (void)state;
    actors_start(&a);
    actors_call(a.cap, sim_empty(TCBSuspend));
    assert_int_equal(a.tcb->state, THREAD_INACTIVE);
    assert_true(thread_is_idle(kernel.current));
    // As on the real kernel, it would suspend itself again.
    thread_restart(a.tcb);
    assert_true(actors_retries(&a));
}

static void a_thread_that_deletes_itself_never_returns(void **state)
{
    (void)state;
    const struct actor b = actors_thread(PRIORITY - 1, SLICE, SLICE);
    actors_start(&a);
    actors_call(seL4_CapInitThreadCNode, SIM_MESSAGE(CNodeDelete, a.cap, 64));
    assert_ptr_equal(kernel.current, b.tcb);
    assert_null(sched_context_of(fresh_slot(a.context)->cap)->tcb);
}

static void a_deleted_thread_leaves_queues_and_partners(void **state)
{
    (void)state;
    const struct actor b = actors_thread(PRIORITY, SLICE, SLICE);
    const uint64_t reply = actors_reply();
    assert_int_equal(sim_call(a.cap, sim_with_cap(sim_empty(TCBBindNotification), notification)),
                     seL4_NoError);
    actors_start(&a);
    actors_recv(endpoint, reply);
    actors_become(&b);
    assert_int_equal(sim_delete(a.cap), seL4_NoError);
    assert_int_equal(
        actors_invoke(b.cap, sim_with_cap(sim_empty(TCBBindNotification), notification)),
        seL4_NoError);
    actors_send(endpoint, sim_empty(0));
    assert_int_equal(b.tcb->state, THREAD_BLOCKED_SEND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_new_thread_has_no_rights_no_registers_and_does_not_run, fresh),
        cmocka_unit_test_setup(registers_are_read_in_the_order_of_the_user_context, fresh),
        cmocka_unit_test_setup(reading_registers_checks_its_arguments, fresh),
        cmocka_unit_test_setup(reading_registers_can_suspend, fresh),
        cmocka_unit_test_setup(writing_registers_sanitises_the_processor_state, fresh),
        cmocka_unit_test_setup(writing_registers_can_resume, fresh),
        cmocka_unit_test_setup(writing_registers_checks_its_arguments, fresh),
        cmocka_unit_test_setup(copying_registers_takes_the_halves_that_are_asked_for, fresh),
        cmocka_unit_test_setup(the_tls_base_is_a_register, fresh),
        cmocka_unit_test_setup(flags_are_cleared_then_set_and_returned, fresh),
        cmocka_unit_test_setup(set_space_checks_its_arguments, fresh),
        cmocka_unit_test_setup(the_cspace_takes_the_guard_that_is_given, fresh),
        cmocka_unit_test_setup(what_a_thread_holds_goes_with_its_original, fresh),
        cmocka_unit_test_setup(a_thread_that_holds_the_last_capability_of_a_cnode_keeps_it, fresh),
        cmocka_unit_test_setup(configure_checks_the_buffer_before_the_spaces, fresh),
        cmocka_unit_test_setup(a_buffer_must_be_aligned_ram, fresh),
        cmocka_unit_test_setup(the_timeout_handler_must_be_able_to_answer, fresh),
        cmocka_unit_test_setup(priorities_are_bounded_by_the_authority, fresh),
        cmocka_unit_test_setup(scheduling_parameters_are_checked_before_anything_changes, fresh),
        cmocka_unit_test_setup(a_label_of_another_object_is_an_illegal_operation, fresh),
        cmocka_unit_test_setup(a_thread_that_suspends_itself_stops, fresh),
        cmocka_unit_test_setup(a_thread_that_deletes_itself_never_returns, fresh),
        cmocka_unit_test_setup(a_deleted_thread_leaves_queues_and_partners, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
