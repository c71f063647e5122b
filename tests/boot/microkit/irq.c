// SPDX-License-Identifier: BSD-2-Clause
//
// Interrupts of the PL031 real-time clock: one comes as soon as the match register is set to what
// the clock says.

#include "say.h"

enum { ALARM = 17, ROUNDS = 100 };

enum {
    DATA = 0x00,
    MATCH = 0x04,
    MASK = 0x10,
    RAW = 0x14,
    CLEAR = 0x1c,
};

seL4_Word rtc;       // where its registers are mapped,
seL4_Word rtc_paddr; // where they are,
seL4_Word rtc_size;
seL4_Word rtc_irq; // and what its interrupt is called

static seL4_Word rounds;

static volatile seL4_Uint32 *reg(seL4_Word offset)
{
    return (volatile seL4_Uint32 *)(rtc + offset);
}

// The clock may go on in between.
static void ask(void)
{
    do {
        *reg(MATCH) = *reg(DATA);
    } while (*reg(RAW) == 0);
}

void init(void)
{
    struct line l;
    line_begin(&l, "clock");
    line_number(&l, "paddr", rtc_paddr);
    line_number(&l, "size", rtc_size);
    line_number(&l, "irq", rtc_irq);
    line_end(&l);
    *reg(MASK) = 1;
    ask();
}

void notified(microkit_channel ch)
{
    if (ch != ALARM) {
        say_number("other", "channel", ch);
        return;
    }
    rounds++;
    *reg(CLEAR) = 1;
    if (rounds == ROUNDS) {
        say_number("alarms", "count", rounds);
        microkit_irq_ack(ALARM);
        return;
    }
    ask();
    microkit_deferred_irq_ack(ALARM);
}
