// SPDX-License-Identifier: BSD-2-Clause
//
// Reads a clock: by its accessors, its alarm by interrupt, and in the end by a plain pointer.

#include <kaal/component.h>
#include <kaal/io.h>

// PL031 (Arm DDI 0224).
enum { DR = 0x00 / 4, MR = 0x04 / 4, IMSC = 0x10 / 4, ICR = 0x1c / 4, PERIPH_ID = 0xfe0 / 4 };

static volatile uint32_t *clock;
static const struct kaal_start_entry *irq;
static uint32_t due;

static uint32_t load(unsigned index)
{
    return (uint32_t)kaal_io_load(&clock[index], sizeof(clock[index]));
}

static void store(unsigned index, uint32_t value)
{
    kaal_io_store(&clock[index], sizeof(clock[index]), value);
}

void notified(seL4_Word bits)
{
    const uint32_t now = load(DR);
    store(ICR, 1);
    kaal_irq_ack(irq);

    struct kaal_report report;
    kaal_report_begin(&report, "clock");
    kaal_report_hex(&report, "part", load(PERIPH_ID));
    kaal_report_u64(&report, "alarms", (bits & irq->value) != 0);
    kaal_report_u64(&report, "late", now - due);
    kaal_report_end(&report);
    (void)clock[DR];
}

void init(void)
{
    irq = kaal_need(KAAL_START_IRQ, NULL);
    clock = (volatile uint32_t *)kaal_need(KAAL_START_DEVICE, NULL)->address; // NOLINT: start page
    due = load(DR) + 2;
    store(MR, due);
    store(IMSC, 1);
    kaal_irq_ack(irq);
}
