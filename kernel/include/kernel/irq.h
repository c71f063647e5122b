// SPDX-License-Identifier: BSD-2-Clause
//
// Interrupts for user level.
//
//   IRQControl --issues--> IRQHandler (number) --SetNotification--> kernel.irq_notification[number]
//
// An interrupt that arrives is masked, and its notification, if there is one, signalled. Ack
// unmasks.
//
// Invariant I1: irq_state[n] is IRQ_HANDLER iff a capability to handler n exists.
// Invariant I2: irq_notification[n] is empty unless irq_state[n] is IRQ_HANDLER, and holds a
//               Notification with Write.
// Invariant I3: an interrupt of state IRQ_FREE or IRQ_RESERVED is masked.
#pragma once

#include "kernel/cap.h"
#include "kernel/syscall.h"

MUST_CHECK seL4_Error irq_control_decode(struct syscall *sys);
MUST_CHECK seL4_Error irq_handler_decode(struct syscall *sys);
// Sends the software-generated interrupt whatever the message is.
MUST_CHECK seL4_Error sgi_decode(struct syscall *sys);

// All masked; the platform's own reserved.
void irq_init(void);

// Interrupt `irq`, not the timer's, was claimed from the interrupt controller.
void irq_dispatch(unsigned irq);

// The last capability to a handler is deleted.
void irq_handler_destroy(struct cap cap);
