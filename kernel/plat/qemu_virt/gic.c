// SPDX-License-Identifier: BSD-2-Clause
//
// What is not on every interrupt's way; that is in plat_inline.h.
#include "kernel/gic.h"

#include "kernel/plat.h"
#include "kernel/sysreg.h"

#include <stddef.h>

enum { TARGETS_V2 = 8, TARGETS_V3 = 16, SGIR_TARGET_SHIFT = 16, SGI1R_NUMBER_SHIFT = 24 };

struct gic gic;

// ISR_EL1: an interrupt waits for this processor, masked or not.
static const uint64_t ISR_IRQ = UINT64_C(1) << 7;

void plat_irq_set_trigger(unsigned irq, bool edge)
{
    const unsigned offset = GICD_ICFGR + irq / 16 * 4;
    const uint32_t bit = UINT32_C(2) << irq % 16 * 2;
    const uint32_t old = gic_read(gic_bank(irq), offset);
    gic_write(gic_bank(irq), offset, edge ? old | bit : old & ~bit);
}

void gic_refuse(unsigned irq)
{
    if (irq < GIC_SPECIAL) {
        plat_irq_mask(irq);
        plat_irq_end(irq);
    }
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
    barrier_data();
    if (gic.cpu == NULL) {
        // ICC_SGI1R_EL1: `target` is a processor's lowest affinity number, in the cluster 0.0.0.
        sysreg_write(s3_0_c12_c11_5, (uint64_t)number << SGI1R_NUMBER_SHIFT | UINT64_C(1)
                                                                                  << target);
        barrier_instruction();
        return;
    }
    gic_write(gic.distributor, GICD_SGIR, UINT32_C(1) << (SGIR_TARGET_SHIFT + target) | number);
}

unsigned plat_sgi_targets(void)
{
    return gic.cpu == NULL ? TARGETS_V3 : TARGETS_V2;
}
