// SPDX-License-Identifier: BSD-2-Clause
#include "gic.h"

#include "kernel/plat.h"
#include "kernel/sysreg.h"

struct gic gic;

// ISR_EL1: an interrupt waits for this processor, masked or not.
static const uint64_t ISR_IRQ = UINT64_C(1) << 7;

static volatile uint32_t *bank(unsigned irq)
{
    return irq < GIC_LOCAL_COUNT ? gic.local : gic.distributor;
}

// A register with one bit for each interrupt.
static void set_bit(unsigned irq, unsigned offset)
{
    gic_write(bank(irq), offset + irq / 32 * 4, UINT32_C(1) << irq % 32);
}

void plat_irq_mask(unsigned irq)
{
    set_bit(irq, GICD_ICENABLER);
    gic.ops->settle(irq);
}

void plat_irq_unmask(unsigned irq)
{
    set_bit(irq, GICD_ISENABLER);
}

void plat_irq_set_trigger(unsigned irq, bool edge)
{
    const unsigned offset = GICD_ICFGR + irq / 16 * 4;
    const uint32_t bit = UINT32_C(2) << irq % 16 * 2;
    const uint32_t old = gic_read(bank(irq), offset);
    gic_write(bank(irq), offset, edge ? old | bit : old & ~bit);
}

unsigned plat_irq_claim(void)
{
    gic.claimed = gic.ops->claim();
    const unsigned irq = gic.claimed & GIC_NUMBER_MASK;
    if (irq >= GIC_SPECIAL) {
        return PLAT_IRQ_NONE;
    }
    if (irq >= PLAT_IRQ_COUNT) { // nobody enabled it
        plat_irq_mask(irq);
        gic.ops->end(gic.claimed);
        return PLAT_IRQ_NONE;
    }
    return irq;
}

void plat_irq_end(unsigned irq)
{
    (void)irq;
    gic.ops->end(gic.claimed);
}

// It was masked when it was signalled (irq.c).
void plat_irq_handled(unsigned irq)
{
    plat_irq_unmask(irq);
}

bool plat_irq_pending(void)
{
    return (sysreg_read(isr_el1) & ISR_IRQ) != 0;
}

bool plat_irq_reserved(unsigned irq)
{
    return irq == plat_timer_irq();
}

void plat_sgi_send(unsigned number, unsigned target)
{
    gic.ops->sgi(number, target);
}

unsigned plat_sgi_targets(void)
{
    return gic.ops->targets;
}
