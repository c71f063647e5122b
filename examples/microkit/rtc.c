/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Driver of the PL031 real-time clock. An alarm for the second that it is comes at once: each is a
 * tick.
 */
#include "station.h"

enum { DATA = 0x00, MATCH = 0x04, MASK = 0x10, RAW = 0x14, CLEAR = 0x1c };
enum { TICKS = 3 };

seL4_Word registers;
seL4_Word registers_paddr;
seL4_Word *ticks;
seL4_Word alarm;
seL4_Word listener;

static volatile seL4_Uint32 *reg(seL4_Word offset)
{
    return (volatile seL4_Uint32 *)(registers + offset);
}

/* The second may end in between. */
static void set_alarm(void)
{
    do {
        *reg(MATCH) = *reg(DATA);
    } while (*reg(RAW) == 0);
}

void init(void)
{
    print_number("rtc: registers at page ", registers_paddr >> 12, "\n");
    *reg(MASK) = 1;
    set_alarm();
}

void notified(microkit_channel ch)
{
    if (ch != alarm) {
        return;
    }
    *ticks += 1;
    *reg(CLEAR) = 1;
    if (*ticks < TICKS) {
        set_alarm();
        microkit_deferred_irq_ack(ch);
        return;
    }
    print_number("rtc: ", *ticks, " ticks\n");
    microkit_irq_ack(ch);
    microkit_notify((microkit_channel)listener);
}
