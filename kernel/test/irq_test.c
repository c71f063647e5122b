// SPDX-License-Identifier: BSD-2-Clause
//
// Interrupts: handlers, notifications, masking, software-generated ones (seL4 ABI §8.6); SMC
// (§8.7).
#include "fresh.h"
#include "sim.h"

#include "kernel/arch_host.h"
#include "kernel/irq.h"
#include "kernel/notification.h"
#include "kernel/plat_host.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { ROOT = seL4_CapInitThreadCNode, DEPTH = 64, IRQ = 40, BADGE = 0x55 };

static struct {
    uint64_t notification, badged, handler, free;
} at;

static int fresh(void **state)
{
    (void)state;
    fresh_kernel();
    at.notification = fresh_empty();
    at.badged = at.notification + 1;
    at.handler = at.notification + 2;
    at.free = at.notification + 3;
    if (sim_retype(fresh_untyped(14), seL4_NotificationObject, 0, at.notification, 1) !=
            seL4_NoError ||
        sim_mint(at.badged, at.notification, 15, BADGE) != seL4_NoError) {
        return -1;
    }
    return 0;
}

static seL4_Error issue(uint64_t irq, uint64_t slot)
{
    return sim_call(seL4_CapIRQControl,
                    sim_with_cap(SIM_MESSAGE(IRQIssueIRQHandler, irq, slot, DEPTH), ROOT));
}

static seL4_Error issue_trigger(uint64_t irq, uint64_t edge, uint64_t slot)
{
    return sim_call(
        seL4_CapIRQControl,
        sim_with_cap(SIM_MESSAGE(ARMIRQIssueIRQHandlerTrigger, irq, edge, slot, DEPTH), ROOT));
}

static seL4_Error issue_sgi(uint64_t number, uint64_t target, uint64_t slot)
{
    return sim_call(
        seL4_CapIRQControl,
        sim_with_cap(SIM_MESSAGE(ARMIRQIssueSGISignal, number, target, slot, DEPTH), ROOT));
}

static seL4_Error set_notification(uint64_t handler, uint64_t notification)
{
    return sim_call(handler, sim_with_cap(sim_empty(IRQSetIRQHandler), notification));
}

// The word of the notification, taken.
static uint64_t poll(void)
{
    sim_put(at.notification, &(struct sim_message){.label = 0});
    sim_syscall(seL4_SysNBWait);
    return sim_badge(kernel.current);
}

static void a_handler_is_issued_once(void **state)
{
    (void)state;
    assert_true(host_machine.masked[IRQ]);
    assert_int_equal(issue(IRQ, at.handler), seL4_NoError);
    assert_false(host_machine.masked[IRQ]);
    assert_int_equal(issue(IRQ, at.free), seL4_RevokeFirst);
    assert_int_equal(sim_copy(at.free, at.handler, 15), seL4_NoError);
    assert_int_equal(sim_delete(at.handler), seL4_NoError);
    assert_int_equal(issue(IRQ, at.handler), seL4_RevokeFirst);
    assert_int_equal(sim_delete(at.free), seL4_NoError);
    assert_true(host_machine.masked[IRQ]);
    assert_int_equal(issue(IRQ, at.handler), seL4_NoError);
}

static void numbers_are_checked_before_slots(void **state)
{
    (void)state;
    assert_int_equal(issue(PLAT_IRQ_COUNT, at.badged), seL4_RangeError);
    assert_int_equal(sim_answer(0), 0);
    assert_int_equal(sim_answer(1), PLAT_IRQ_COUNT - 1);
    assert_int_equal(issue(UINT64_MAX, at.badged), seL4_RangeError);
    assert_int_equal(issue(plat_timer_irq(), at.badged), seL4_RevokeFirst);
    assert_int_equal(issue(IRQ, at.badged), seL4_DeleteFirst);
    assert_int_equal(sim_call(seL4_CapIRQControl, SIM_MESSAGE(IRQIssueIRQHandler, IRQ, 1, 2)),
                     seL4_TruncatedMessage);
    assert_int_equal(sim_call(seL4_CapIRQControl, sim_empty(IRQAckIRQ)), seL4_IllegalOperation);
}

static void the_trigger_is_set_where_asked(void **state)
{
    (void)state;
    assert_int_equal(issue_trigger(IRQ, 1, at.handler), seL4_NoError);
    assert_true(host_machine.edge[IRQ]);
    assert_int_equal(issue_trigger(IRQ + 1, 0, at.free), seL4_NoError);
    assert_false(host_machine.edge[IRQ + 1]);
    assert_int_equal(issue_trigger(IRQ, 0, at.free + 1), seL4_RevokeFirst);
    assert_true(host_machine.edge[IRQ]);
}

static void an_interrupt_signals_and_waits_for_its_ack(void **state)
{
    (void)state;
    assert_int_equal(issue(IRQ, at.handler), seL4_NoError);
    assert_int_equal(set_notification(at.handler, at.badged), seL4_NoError);
    host_irq_raise(IRQ);
    sim_interrupts();
    assert_true(host_machine.masked[IRQ]);
    assert_int_equal(poll(), BADGE);
    host_irq_raise(IRQ);
    sim_interrupts();
    assert_int_equal(poll(), 0);
    assert_int_equal(sim_call(at.handler, sim_empty(IRQAckIRQ)), seL4_NoError);
    sim_interrupts();
    assert_int_equal(poll(), BADGE);
}

static void an_interrupt_without_notification_is_lost_until_its_ack(void **state)
{
    (void)state;
    assert_int_equal(issue(IRQ, at.handler), seL4_NoError);
    host_irq_raise(IRQ);
    sim_interrupts();
    assert_true(host_machine.masked[IRQ]);
    assert_int_equal(set_notification(at.handler, at.badged), seL4_NoError);
    assert_int_equal(poll(), 0);
}

static void only_a_notification_that_may_be_signalled_is_set(void **state)
{
    (void)state;
    assert_int_equal(issue(IRQ, at.handler), seL4_NoError);
    assert_int_equal(sim_call(at.handler, sim_empty(IRQSetIRQHandler)), seL4_TruncatedMessage);
    assert_int_equal(set_notification(at.handler, ROOT), seL4_InvalidCapability);
    assert_int_equal(sim_answer(0), 0);
    assert_int_equal(sim_copy(at.free, at.notification, 2), seL4_NoError);
    assert_int_equal(set_notification(at.handler, at.free), seL4_InvalidCapability);
    assert_int_equal(sim_answer(0), 0);
}

static void a_notification_is_replaced_cleared_and_revoked(void **state)
{
    (void)state;
    const struct slot *slot = &kernel.irq_notification[IRQ];
    assert_int_equal(issue(IRQ, at.handler), seL4_NoError);
    assert_int_equal(set_notification(at.handler, at.badged), seL4_NoError);
    assert_int_equal(set_notification(at.handler, at.notification), seL4_NoError);
    assert_int_equal(cap_badge(slot->cap), 0);
    assert_int_equal(sim_call(at.handler, sim_empty(IRQClearIRQHandler)), seL4_NoError);
    assert_true(slot_is_empty(slot));
    assert_int_equal(set_notification(at.handler, at.badged), seL4_NoError);
    assert_int_equal(sim_revoke(at.notification), seL4_NoError);
    assert_true(slot_is_empty(slot));
}

// The interrupt holds the last capability: its object goes with the handler.
static void deleting_a_handler_deletes_what_it_signals(void **state)
{
    (void)state;
    assert_int_equal(issue(IRQ, at.handler), seL4_NoError);
    assert_int_equal(set_notification(at.handler, at.badged), seL4_NoError);
    assert_int_equal(sim_delete(at.badged), seL4_NoError);
    assert_int_equal(sim_delete(at.notification), seL4_NoError);
    assert_int_equal(sim_delete(at.handler), seL4_NoError);
    assert_true(slot_is_empty(&kernel.irq_notification[IRQ]));
    assert_int_equal(kernel.irq_state[IRQ], IRQ_FREE);
}

static void revoking_irq_control_takes_all_handlers(void **state)
{
    (void)state;
    assert_int_equal(issue(IRQ, at.handler), seL4_NoError);
    assert_int_equal(issue_sgi(3, 0, at.free), seL4_NoError);
    assert_int_equal(sim_revoke(seL4_CapIRQControl), seL4_NoError);
    assert_true(slot_is_empty(fresh_slot(at.handler)));
    assert_true(slot_is_empty(fresh_slot(at.free)));
    assert_int_equal(issue(IRQ, at.handler), seL4_NoError);
}

static void software_interrupts_have_sixteen_numbers_and_few_targets(void **state)
{
    (void)state;
    assert_int_equal(issue_sgi(16, 0, at.free), seL4_RangeError);
    assert_int_equal(sim_answer(0), 0);
    assert_int_equal(sim_answer(1), 15);
    assert_int_equal(issue_sgi(0, plat_sgi_targets(), at.free), seL4_InvalidArgument);
    assert_int_equal(sim_answer(0), 1);
    assert_int_equal(issue_sgi(0, 0, at.badged), seL4_DeleteFirst);
}

static void any_message_to_it_sends_a_software_interrupt(void **state)
{
    (void)state;
    assert_int_equal(issue_sgi(9, 2, at.free), seL4_NoError);
    assert_int_equal(sim_call(at.free, SIM_MESSAGE(1234, 5, 6)), seL4_NoError);
    assert_int_equal(host_machine.sgi_count, 1);
    assert_int_equal(host_machine.sgi_number, 9);
    assert_int_equal(host_machine.sgi_target, 2);
}

// --- SMC ----------------------------------------------------------------------------------------

static uint64_t smc_slot(uint64_t badge)
{
    struct cap cap = cap_set(cap_null(), CAP_TYPE, CAP_SMC);
    slot_insert_root(fresh_slot(at.free), cap_set(cap, CAP_BADGE, badge));
    return at.free;
}

static void an_smc_passes_eight_words(void **state)
{
    (void)state;
    const uint64_t smc = smc_slot(0);
    assert_int_equal(sim_call(smc, SIM_MESSAGE(ARMSMCCall, 1, 2, 3, 4, 5, 6, 7, 8)), seL4_NoError);
    for (unsigned i = 0; i < 8; i++) {
        assert_int_equal(host_cpu.smc[i], i + 1);
    }
    assert_int_equal(sim_received(kernel.current).length, 8);
    assert_int_equal(sim_call(smc, SIM_MESSAGE(ARMSMCCall, 1, 2, 3, 4, 5, 6, 7)),
                     seL4_TruncatedMessage);
    assert_int_equal(sim_call(smc, sim_empty(ARMPageMap)), seL4_IllegalOperation);
}

static void a_badged_smc_calls_one_function(void **state)
{
    (void)state;
    const uint64_t smc = smc_slot(0x84000000);
    assert_int_equal(sim_call(smc, SIM_MESSAGE(ARMSMCCall, 0x84000000, 0, 0, 0, 0, 0, 0, 0)),
                     seL4_NoError);
    assert_int_equal(sim_call(smc, SIM_MESSAGE(ARMSMCCall, 0x84000008, 0, 0, 0, 0, 0, 0, 0)),
                     seL4_IllegalOperation);
    assert_int_equal(host_cpu.smc[0], 0x84000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_handler_is_issued_once, fresh),
        cmocka_unit_test_setup(numbers_are_checked_before_slots, fresh),
        cmocka_unit_test_setup(the_trigger_is_set_where_asked, fresh),
        cmocka_unit_test_setup(an_interrupt_signals_and_waits_for_its_ack, fresh),
        cmocka_unit_test_setup(an_interrupt_without_notification_is_lost_until_its_ack, fresh),
        cmocka_unit_test_setup(only_a_notification_that_may_be_signalled_is_set, fresh),
        cmocka_unit_test_setup(a_notification_is_replaced_cleared_and_revoked, fresh),
        cmocka_unit_test_setup(deleting_a_handler_deletes_what_it_signals, fresh),
        cmocka_unit_test_setup(revoking_irq_control_takes_all_handlers, fresh),
        cmocka_unit_test_setup(software_interrupts_have_sixteen_numbers_and_few_targets, fresh),
        cmocka_unit_test_setup(any_message_to_it_sends_a_software_interrupt, fresh),
        cmocka_unit_test_setup(an_smc_passes_eight_words, fresh),
        cmocka_unit_test_setup(a_badged_smc_calls_one_function, fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
