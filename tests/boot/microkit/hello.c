// SPDX-License-Identifier: BSD-2-Clause
//
// The least Microkit program, and what libmicrokit says of one that uses what it has not.

#include <microkit.h>

void init(void)
{
    microkit_dbg_puts("hello from ");
    microkit_dbg_puts(microkit_name);
    microkit_dbg_puts("\n");
    microkit_notify(3);
    microkit_irq_ack(62);
    (void)microkit_ppcall(4000000000, microkit_msginfo_new(0, 0));
    microkit_deferred_notify(61);
    microkit_deferred_irq_ack(0);
    microkit_dbg_put8(255);
    microkit_dbg_puts(" ");
    microkit_dbg_put32(4294967295);
    microkit_dbg_puts(" said\n");
}

void notified(microkit_channel ch)
{
    (void)ch;
}
