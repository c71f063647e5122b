// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/irq.h"

#include "kernel/cspace.h"
#include "kernel/kernel.h"
#include "kernel/notification.h"
#include "kernel/revoke.h"

#include <sel4/arch/invocation.h>

enum { SGI_COUNT = 16 };

// --- arrival ------------------------------------------------------------------------------------

void irq_init(void)
{
    for (unsigned irq = 0; irq < PLAT_IRQ_COUNT; irq++) {
        kernel.irq_state[irq] = plat_irq_reserved(irq) ? IRQ_RESERVED : IRQ_FREE;
    }
    kernel.irq_state[plat_timer_irq()] = IRQ_TIMER;
}

void irq_dispatch(unsigned irq)
{
    plat_irq_mask(irq);
    const struct cap cap = kernel.irq_notification[irq].cap;
    if (!cap_is_null(cap)) {
        notification_signal(notification_of(cap), cap_badge(cap));
    }
}

void irq_handler_destroy(struct cap cap)
{
    const unsigned irq = (unsigned)cap_get(cap, CAP_IRQ);
    plat_irq_mask(irq);
    slot_delete_now(&kernel.irq_notification[irq]);
    kernel.irq_state[irq] = IRQ_FREE;
}

// --- IRQControl ---------------------------------------------------------------------------------

// The empty slot that words `index` and `index` + 1 of the message name, below the first extra
// capability.
static seL4_Error find_destination(struct syscall *sys, unsigned index, struct slot **to)
{
    const seL4_Error error =
        cspace_lookup_slot(sys, sys->extra[0]->cap, cptr(syscall_word(sys, index)),
                           syscall_word(sys, index + 1), false, to);
    if (error != seL4_NoError) {
        return error;
    }
    return slot_is_empty(*to) ? seL4_NoError : seL4_DeleteFirst;
}

static void issue_commit(struct syscall *sys, struct slot *to, unsigned irq)
{
    struct cap cap = cap_set(cap_null(), CAP_TYPE, CAP_IRQ_HANDLER);
    cap = cap_set(cap, CAP_IRQ, irq);
    slot_insert_child(sys->slot, to, cap, true);
    kernel.irq_state[irq] = IRQ_HANDLER;
    plat_irq_unmask(irq);
}

static seL4_Error issue_decode(struct syscall *sys, bool with_trigger)
{
    const unsigned place = with_trigger ? 2 : 1; // of the slot's words
    if (sys->length < place + 2 || sys->extra_count < 1) {
        return seL4_TruncatedMessage;
    }
    const uint64_t irq = syscall_word(sys, 0);
    if (irq >= PLAT_IRQ_COUNT) {
        return syscall_range(sys, 0, PLAT_IRQ_COUNT - 1);
    }
    if (kernel.irq_state[irq] != IRQ_FREE) {
        return seL4_RevokeFirst;
    }
    struct slot *to;
    const seL4_Error error = find_destination(sys, place, &to);
    if (error != seL4_NoError) {
        return error;
    }
    if (with_trigger) {
        plat_irq_set_trigger((unsigned)irq, syscall_word(sys, 1) != 0);
    }
    issue_commit(sys, to, (unsigned)irq);
    return seL4_NoError;
}

static seL4_Error issue_sgi_decode(struct syscall *sys)
{
    if (sys->length < 4 || sys->extra_count < 1) {
        return seL4_TruncatedMessage;
    }
    const uint64_t number = syscall_word(sys, 0);
    const uint64_t target = syscall_word(sys, 1);
    if (number >= SGI_COUNT) {
        return syscall_range(sys, 0, SGI_COUNT - 1);
    }
    if (target >= plat_sgi_targets()) {
        return syscall_invalid_argument(sys, 1);
    }
    struct slot *to;
    const seL4_Error error = find_destination(sys, 2, &to);
    if (error != seL4_NoError) {
        return error;
    }
    struct cap cap = cap_set(cap_null(), CAP_TYPE, CAP_SGI);
    cap = cap_set(cap, CAP_SGI_NUMBER, number);
    cap = cap_set(cap, CAP_SGI_TARGET, target);
    slot_insert_child(sys->slot, to, cap, true);
    return seL4_NoError;
}

seL4_Error irq_control_decode(struct syscall *sys)
{
    switch (sys->label) {
    case IRQIssueIRQHandler:
        return issue_decode(sys, false);
    case ARMIRQIssueIRQHandlerTrigger:
        return issue_decode(sys, true);
    case ARMIRQIssueSGISignal:
        return issue_sgi_decode(sys);
    default:
        return seL4_IllegalOperation;
    }
}

// --- IRQHandler, SGI ----------------------------------------------------------------------------

static void set_notification_commit(struct slot *irq_slot, struct slot *from)
{
    const struct cap cap = from->cap;
    slot_delete_now(irq_slot);
    slot_insert_derived(from, irq_slot, cap);
}

static seL4_Error set_notification_decode(struct syscall *sys, struct slot *irq_slot)
{
    if (sys->extra_count < 1) {
        return seL4_TruncatedMessage;
    }
    struct slot *from = sys->extra[0];
    if (cap_type(from->cap) != CAP_NOTIFICATION || cap_get(from->cap, CAP_WRITE) == 0) {
        return syscall_invalid_capability(sys, 0);
    }
    set_notification_commit(irq_slot, from);
    return seL4_NoError;
}

seL4_Error irq_handler_decode(struct syscall *sys)
{
    const unsigned irq = (unsigned)cap_get(sys->cap, CAP_IRQ);
    switch (sys->label) {
    case IRQAckIRQ:
        plat_irq_handled(irq);
        return seL4_NoError;
    case IRQSetIRQHandler:
        return set_notification_decode(sys, &kernel.irq_notification[irq]);
    case IRQClearIRQHandler:
        slot_delete_now(&kernel.irq_notification[irq]);
        return seL4_NoError;
    default:
        return seL4_IllegalOperation;
    }
}

seL4_Error sgi_decode(struct syscall *sys)
{
    plat_sgi_send((unsigned)cap_get(sys->cap, CAP_SGI_NUMBER),
                  (unsigned)cap_get(sys->cap, CAP_SGI_TARGET));
    return seL4_NoError;
}
