// SPDX-License-Identifier: BSD-2-Clause
//
// Has the interrupt of the real-time clock. Its first life ends when it comes, without
// acknowledging it; its second is ended by another component in the same state, for good, and is
// built anew; its third gets interrupts as the first did.

#include <kaal/component.h>

enum { DATA = 0, MATCH = 1, MASK = 4, RAW = 5, CLEAR = 7, RINGS = 2 }; // PL031, words

static volatile uint32_t *rtc;
static uint64_t rings;

static void set_alarm(void)
{
    rtc[CLEAR] = 1;
    rtc[MATCH] = rtc[DATA] + 1;
    rtc[MASK] = 1;
}

static void report(const char *event)
{
    struct kaal_report report;
    kaal_report_begin(&report, event);
    kaal_report_u64(&report, "generation", kaal_start->generation);
    kaal_report_u64(&report, "rings", rings);
    kaal_report_end(&report);
}

void init(void)
{
    rtc = (volatile uint32_t *)kaal_need(KAAL_START_DEVICE, "rtc")->address; // NOLINT: start page
    set_alarm();
}

void notified(seL4_Word bits)
{
    const struct kaal_start_entry *irq = kaal_need(KAAL_START_IRQ, NULL);
    if ((bits & irq->value) == 0 || (rtc[RAW] & 1) == 0) {
        kaal_irq_ack(irq); // of an earlier life
        return;
    }
    rings++;
    if (kaal_start->generation == 1) {
        report("rang");
        kaal_exit(3, "unacknowledged");
    }
    if (kaal_start->generation == 2) {
        report("rang");
        kaal_signal(kaal_need(KAAL_START_SIGNAL, "killer"));
        return;
    }
    rtc[CLEAR] = 1;
    kaal_irq_ack(irq);
    if (rings == RINGS) {
        report("rang");
    } else {
        set_alarm();
    }
}
