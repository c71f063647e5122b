// SPDX-License-Identifier: BSD-2-Clause
//
// The least Microkit program, and what libmicrokit says of one that uses what it has not.

#include "say.h"

static seL4_Word constructed;

__attribute__((constructor)) static void construct(void)
{
    constructed++;
}

void init(void)
{
    microkit_notify(3);
    microkit_irq_ack(62);
    microkit_msginfo answer = microkit_ppcall(4000000000, microkit_msginfo_new(7, 0));
    microkit_deferred_notify(61);
    microkit_deferred_irq_ack(0);
    microkit_dbg_put8(255);
    microkit_dbg_puts(" ");
    microkit_dbg_put32(4294967295);
    microkit_dbg_putc('\n');

    struct line l;
    line_begin(&l, "hello");
    line_number(&l, "constructed", constructed);
    line_number(&l, "answered", microkit_msginfo_get_label(answer));
    line_number(&l, "deferred", (seL4_Word)microkit_have_signal);
    line_number(&l, "slot0", microkit_cspace_root_slot_to_cptr(0));
    line_number(&l, "slot63", microkit_cspace_root_slot_to_cptr(63) >> 58);
    line_number(&l, "slot64", microkit_cspace_root_slot_to_cptr(64));
    line_end(&l);
}

void notified(microkit_channel ch)
{
    (void)ch;
}
