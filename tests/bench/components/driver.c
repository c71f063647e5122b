// SPDX-License-Identifier: BSD-2-Clause
//
// The driver of a device whose interrupt one store raises: a PL061 (Arm DDI 0190), eight lines for
// whatever a board has. Line 0 is low, and a low line is made the cause of an interrupt, which then
// comes as soon as it is let through.
//
// With the argument "raiser" the same file is the one that raises it.

#include "driver.h"
#include "raiser.h"

#include <lib/mem.h>

static volatile struct marks *marks;
static volatile struct pl061 *lines;
static const struct kaal_start_entry *irq;

void notified(seL4_Word bits)
{
    (void)bits; // one interrupt
    uint32_t now = counter();
    lines->ie = 0;
    kaal_irq_ack(irq);
    marks->handled = now;
}

void init(void)
{
    if (strcmp(kaal_start->args, "raiser") == 0) {
        raiser_run();
    }
    const struct kaal_start_entry *device = kaal_need(KAAL_START_DEVICE, "gpio");
    marks = marks_open();
    irq = kaal_need(KAAL_START_IRQ, "gpio");
    lines = (volatile struct pl061 *)device->address; // NOLINT: an address from the start page
    lines->ie = 0;
    lines->dir = 0;
    lines->is = PL061_LINE_0;
    lines->iev = 0;
    marks->raise = (uint64_t)&lines->ie;
    marks->marks = (uint64_t)marks;
}
