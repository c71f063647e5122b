// SPDX-License-Identifier: BSD-2-Clause
//
// Interrupts: who may have them, and how they arrive. The device is the serial port, whose transmit
// interrupt is pending as soon as it is let through: the suite has printed before.
#include "case.h"
#include "machine.h"
#include "serial.h"

enum {
    IRQ_MAX = 159,
    IRQ_TIMER = 27, // the kernel's
    IRQ_FREE = 45,
    LEVEL = 0,
    EDGE = 1,
};

#define BADGE 0x40UL

static struct got get(seL4_Word irq, seL4_CPtr slot)
{
    return call(seL4_CapIRQControl, IRQIssueIRQHandler, WORDS(irq, slot, DEPTH), CAPS(ROOT));
}

static struct got get_trigger(seL4_Word irq, seL4_Word trigger, seL4_CPtr slot)
{
    return call(seL4_CapIRQControl, ARMIRQIssueIRQHandlerTrigger, WORDS(irq, trigger, slot, DEPTH),
                CAPS(ROOT));
}

static struct got get_sgi(seL4_Word irq, seL4_Word target, seL4_CPtr slot)
{
    return call(seL4_CapIRQControl, ARMIRQIssueSGISignal, WORDS(irq, target, slot, DEPTH),
                CAPS(ROOT));
}

static struct got acknowledge(seL4_CPtr handler)
{
    return call(handler, IRQAckIRQ, NO_WORDS, NO_CAPS);
}

// --- IRQControl ---------------------------------------------------------------------------------

CASE(irq_control_refuses_other_labels)
{
    EXPECT_ILLEGAL(call(seL4_CapIRQControl, 0, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(call(seL4_CapIRQControl, IRQAckIRQ, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(call(seL4_CapIRQControl, ARMIRQIssueSGISignal + 1, NO_WORDS, NO_CAPS));
}

CASE(get_wants_three_words_and_a_root)
{
    EXPECT_TRUNCATED(
        call(seL4_CapIRQControl, IRQIssueIRQHandler, WORDS(IRQ_MAX + 1, slot_new()), CAPS(ROOT)));
    EXPECT_TRUNCATED(call(seL4_CapIRQControl, IRQIssueIRQHandler,
                          WORDS(IRQ_MAX + 1, slot_new(), DEPTH), NO_CAPS));
}

CASE(get_checks_range_use_and_slot_in_this_order)
{
    struct words wrong_slot = WORDS(IRQ_FREE, 0, 65);
    EXPECT_RANGE(get(IRQ_MAX + 1, seL4_CapInitThreadTCB), 0, IRQ_MAX);
    EXPECT_RANGE(get(~0UL, seL4_CapInitThreadTCB), 0, IRQ_MAX);
    EXPECT_REVOKE_FIRST(get(IRQ_TIMER, seL4_CapInitThreadTCB));
    EXPECT_RANGE(call(seL4_CapIRQControl, IRQIssueIRQHandler, wrong_slot, CAPS(ROOT)), 1, 64);
    EXPECT_NO_ROOT(call(seL4_CapIRQControl, IRQIssueIRQHandler, wrong_slot, CAPS(0)), 0);
    EXPECT_DELETE_FIRST(get(IRQ_FREE, seL4_CapInitThreadTCB));
    EXPECT_SUCCESS(get(IRQ_FREE, slot_new()));
    EXPECT_REVOKE_FIRST(get(IRQ_FREE, seL4_CapInitThreadTCB));
}

CASE(get_gives_every_interrupt_but_the_kernels_own)
{
    for (seL4_Word irq = 0; irq <= IRQ_MAX; irq++) {
        if (irq == IRQ_TIMER) {
            EXPECT_REVOKE_FIRST(get(irq, slot_new()));
        } else {
            EXPECT_SUCCESS(get(irq, slot_new()));
        }
    }
}

CASE(get_trigger_checks_range_use_and_slot_in_this_order)
{
    EXPECT_TRUNCATED(call(seL4_CapIRQControl, ARMIRQIssueIRQHandlerTrigger,
                          WORDS(IRQ_MAX + 1, LEVEL, slot_new()), CAPS(ROOT)));
    EXPECT_TRUNCATED(call(seL4_CapIRQControl, ARMIRQIssueIRQHandlerTrigger,
                          WORDS(IRQ_MAX + 1, LEVEL, slot_new(), DEPTH), NO_CAPS));
    EXPECT_RANGE(get_trigger(IRQ_MAX + 1, LEVEL, seL4_CapInitThreadTCB), 0, IRQ_MAX);
    EXPECT_REVOKE_FIRST(get_trigger(IRQ_TIMER, LEVEL, seL4_CapInitThreadTCB));
    EXPECT_RANGE(call(seL4_CapIRQControl, ARMIRQIssueIRQHandlerTrigger,
                      WORDS(IRQ_FREE, LEVEL, 0, 65), CAPS(ROOT)),
                 1, 64);
    EXPECT_DELETE_FIRST(get_trigger(IRQ_FREE, LEVEL, seL4_CapInitThreadTCB));
    EXPECT_SUCCESS(get_trigger(IRQ_FREE, ~0UL, slot_new()));
    EXPECT_REVOKE_FIRST(get(IRQ_FREE, slot_new()));
    EXPECT_REVOKE_FIRST(get_trigger(IRQ_FREE, EDGE, slot_new()));
}

CASE(sgi_checks_number_target_and_slot_in_this_order)
{
    EXPECT_TRUNCATED(
        call(seL4_CapIRQControl, ARMIRQIssueSGISignal, WORDS(16, 0, slot_new()), CAPS(ROOT)));
    EXPECT_TRUNCATED(
        call(seL4_CapIRQControl, ARMIRQIssueSGISignal, WORDS(16, 0, slot_new(), DEPTH), NO_CAPS));
    EXPECT_RANGE(get_sgi(16, 8, seL4_CapInitThreadTCB), 0, 15);
    if (!machine_has_gic_v3()) {
        EXPECT_INVALID_ARGUMENT(get_sgi(15, 8, seL4_CapInitThreadTCB), 1);
    }
    EXPECT_RANGE(call(seL4_CapIRQControl, ARMIRQIssueSGISignal, WORDS(15, 7, 0, 65), CAPS(ROOT)), 1,
                 64);
    EXPECT_DELETE_FIRST(get_sgi(15, 7, seL4_CapInitThreadTCB));
    EXPECT_SUCCESS(get_sgi(15, 7, slot_new()));
    EXPECT_SUCCESS(get_sgi(15, 7, slot_new()));
}

// --- IRQHandler ---------------------------------------------------------------------------------

CASE(handler_refuses_other_labels)
{
    seL4_CPtr handler = slot_new();
    EXPECT_SUCCESS(get(IRQ_FREE, handler));
    EXPECT_ILLEGAL(call(handler, 0, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(call(handler, IRQIssueIRQHandler, NO_WORDS, NO_CAPS));
    EXPECT_ILLEGAL(call(handler, IRQClearIRQHandler + 1, NO_WORDS, NO_CAPS));
}

CASE(set_notification_wants_a_notification_with_write)
{
    seL4_CPtr handler = slot_new();
    seL4_CPtr notification = notification_new();
    EXPECT_SUCCESS(get(IRQ_FREE, handler));
    EXPECT_TRUNCATED(call(handler, IRQSetIRQHandler, NO_WORDS, NO_CAPS));
    EXPECT_INVALID_CAPABILITY(call(handler, IRQSetIRQHandler, NO_WORDS, CAPS(0)), 0);
    EXPECT_INVALID_CAPABILITY(call(handler, IRQSetIRQHandler, NO_WORDS, CAPS(endpoint_new())), 0);
    EXPECT_INVALID_CAPABILITY(
        call(handler, IRQSetIRQHandler, NO_WORDS, CAPS(copy_new(notification, RIGHTS_R))), 0);
    EXPECT_SUCCESS(
        call(handler, IRQSetIRQHandler, NO_WORDS, CAPS(copy_new(notification, RIGHTS_W))));
    EXPECT_SUCCESS(call(handler, IRQSetIRQHandler, NO_WORDS, CAPS(notification)));
}

CASE(acknowledge_and_clear_always_succeed)
{
    seL4_CPtr handler = slot_new();
    EXPECT_SUCCESS(get(IRQ_FREE, handler));
    EXPECT_SUCCESS(acknowledge(handler));
    EXPECT_SUCCESS(acknowledge(handler));
    EXPECT_SUCCESS(call(handler, IRQClearIRQHandler, NO_WORDS, NO_CAPS));
    EXPECT_SUCCESS(call(handler, IRQClearIRQHandler, NO_WORDS, NO_CAPS));
}

// --- interrupts that arrive ---------------------------------------------------------------------

struct port {
    seL4_CPtr handler;
    seL4_CPtr notification;
};

static struct port open_port(void)
{
    struct port p = {.handler = slot_new(), .notification = notification_new()};
    kaal_write(&serial()->imsc, 0);
    EXPECT_SUCCESS(get(SERIAL_IRQ, p.handler));
    EXPECT_SUCCESS(call(p.handler, IRQSetIRQHandler, NO_WORDS,
                        CAPS(mint_new(p.notification, RIGHTS_ALL, BADGE))));
    return p;
}

// The word of the notification that came, with time for it.
static seL4_Word arrived(const struct port *p)
{
    for (volatile int i = 0; i < 1000; i++) {
    }
    return nbwait(p->notification).badge;
}

CASE(an_interrupt_signals_the_notification_with_its_badge)
{
    struct port p = open_port();
    EXPECT_EQUAL(arrived(&p), 0);
    kaal_write(&serial()->imsc, PL011_INT_TX);
    EXPECT_EQUAL(arrived(&p), BADGE);
    kaal_write(&serial()->imsc, 0);
}

CASE(an_interrupt_stays_masked_until_it_is_acknowledged)
{
    struct port p = open_port();
    kaal_write(&serial()->imsc, PL011_INT_TX);
    EXPECT_EQUAL(arrived(&p), BADGE);
    EXPECT_EQUAL(arrived(&p), 0);
    EXPECT_SUCCESS(acknowledge(p.handler));
    EXPECT_EQUAL(arrived(&p), BADGE);
    kaal_write(&serial()->imsc, 0);
    EXPECT_SUCCESS(acknowledge(p.handler));
    EXPECT_EQUAL(arrived(&p), 0);
}

CASE(an_interrupt_wakes_its_thread)
{
    struct port p = open_port();
    kaal_write(&serial()->imsc, PL011_INT_TX);
    EXPECT_EQUAL(wait(p.notification).badge, BADGE);
    kaal_write(&serial()->imsc, 0);
}

CASE(an_interrupt_without_a_notification_is_lost_until_acknowledged)
{
    struct port p = open_port();
    EXPECT_SUCCESS(call(p.handler, IRQClearIRQHandler, NO_WORDS, NO_CAPS));
    kaal_write(&serial()->imsc, PL011_INT_TX);
    EXPECT_EQUAL(arrived(&p), 0);
    EXPECT_SUCCESS(call(p.handler, IRQSetIRQHandler, NO_WORDS, CAPS(p.notification)));
    EXPECT_EQUAL(arrived(&p), 0);
    EXPECT_SUCCESS(call(p.handler, IRQSetIRQHandler, NO_WORDS,
                        CAPS(mint_new(p.notification, RIGHTS_ALL, BADGE))));
    EXPECT_SUCCESS(acknowledge(p.handler));
    EXPECT_EQUAL(arrived(&p), BADGE);
    kaal_write(&serial()->imsc, 0);
}

CASE(the_notification_of_a_handler_can_be_replaced)
{
    struct port p = open_port();
    EXPECT_SUCCESS(call(p.handler, IRQSetIRQHandler, NO_WORDS,
                        CAPS(mint_new(p.notification, RIGHTS_ALL, 2 * BADGE))));
    kaal_write(&serial()->imsc, PL011_INT_TX);
    EXPECT_EQUAL(arrived(&p), 2 * BADGE);
    kaal_write(&serial()->imsc, 0);
}

CASE(a_revoked_notification_is_taken_from_the_handler)
{
    struct port p = open_port();
    EXPECT_SUCCESS(revoke(p.notification));
    kaal_write(&serial()->imsc, PL011_INT_TX);
    EXPECT_EQUAL(arrived(&p), 0);
    kaal_write(&serial()->imsc, 0);
}

CASE(a_deleted_handler_masks_its_interrupt)
{
    struct port p = open_port();
    EXPECT_SUCCESS(delete (p.handler));
    kaal_write(&serial()->imsc, PL011_INT_TX);
    EXPECT_EQUAL(arrived(&p), 0);
    EXPECT_SUCCESS(get(SERIAL_IRQ, p.handler));
    EXPECT_EQUAL(arrived(&p), 0); // it came, and found no notification
    kaal_write(&serial()->imsc, 0);
}

CASE(an_edge_triggered_interrupt_comes_once_for_each_edge)
{
    struct port p = {.handler = slot_new(), .notification = notification_new()};
    kaal_write(&serial()->imsc, 0);
    EXPECT_SUCCESS(get_trigger(SERIAL_IRQ, EDGE, p.handler));
    EXPECT_SUCCESS(call(p.handler, IRQSetIRQHandler, NO_WORDS,
                        CAPS(mint_new(p.notification, RIGHTS_ALL, BADGE))));
    kaal_write(&serial()->imsc, PL011_INT_TX);
    EXPECT_EQUAL(arrived(&p), BADGE);
    EXPECT_SUCCESS(acknowledge(p.handler));
    EXPECT_EQUAL(arrived(&p), 0);
    kaal_write(&serial()->imsc, 0);
    kaal_write(&serial()->imsc, PL011_INT_TX);
    EXPECT_EQUAL(arrived(&p), BADGE);
    kaal_write(&serial()->imsc, 0);
}

CASE(get_makes_an_interrupt_level_triggered_again)
{
    struct port p = open_port();
    EXPECT_SUCCESS(delete (p.handler));
    EXPECT_SUCCESS(get_trigger(SERIAL_IRQ, LEVEL, p.handler));
    EXPECT_SUCCESS(call(p.handler, IRQSetIRQHandler, NO_WORDS,
                        CAPS(mint_new(p.notification, RIGHTS_ALL, BADGE))));
    kaal_write(&serial()->imsc, PL011_INT_TX);
    EXPECT_EQUAL(arrived(&p), BADGE);
    EXPECT_SUCCESS(acknowledge(p.handler));
    EXPECT_EQUAL(arrived(&p), BADGE);
    kaal_write(&serial()->imsc, 0);
}

CASE(an_sgi_arrives_at_its_handler)
{
    struct port p = {.handler = slot_new(), .notification = notification_new()};
    seL4_CPtr sgi = slot_new();
    EXPECT_SUCCESS(get(5, p.handler));
    EXPECT_SUCCESS(call(p.handler, IRQSetIRQHandler, NO_WORDS,
                        CAPS(mint_new(p.notification, RIGHTS_ALL, BADGE))));
    EXPECT_SUCCESS(get_sgi(5, 0, sgi));
    EXPECT_SUCCESS(call(sgi, 0x1234, NO_WORDS, NO_CAPS));
    EXPECT_EQUAL(arrived(&p), BADGE);
    EXPECT_SUCCESS(acknowledge(p.handler));
    signal(sgi);
    EXPECT_EQUAL(arrived(&p), BADGE);
    EXPECT_SUCCESS(acknowledge(p.handler));
}
