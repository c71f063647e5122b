// SPDX-License-Identifier: BSD-2-Clause
#include "gic.h"

#include "kernel/sysreg.h"

#include <stddef.h>

enum { TARGETS = 16, SGI_NUMBER_SHIFT = 24 };

// A register write that has not reached every part of the controller.
static const uint32_t DISTRIBUTOR_BUSY = UINT32_C(1) << 31;
static const uint32_t REDISTRIBUTOR_BUSY = UINT32_C(1) << 3;

// ICC_IAR1_EL1, ICC_EOIR1_EL1, ICC_SGI1R_EL1: by encoding, for assemblers without GICv3 names.

static uint32_t claim(void)
{
    const uint64_t claimed = sysreg_read(s3_0_c12_c12_0);
    barrier_data();
    return (uint32_t)claimed;
}

static void end(uint32_t claimed)
{
    sysreg_write(s3_0_c12_c12_1, claimed);
    barrier_instruction();
}

static void settle(unsigned irq)
{
    if (irq < GIC_LOCAL_COUNT) {
        while ((gic_read(gic.local_state, GICR_CTLR) & REDISTRIBUTOR_BUSY) != 0) {
        }
    } else {
        while ((gic_read(gic.distributor, GICD_CTLR) & DISTRIBUTOR_BUSY) != 0) {
        }
    }
    barrier_data();
}

// `target` is a processor's lowest affinity number, in the cluster 0.0.0.
static void sgi(unsigned number, unsigned target)
{
    barrier_data();
    sysreg_write(s3_0_c12_c11_5, (uint64_t)number << SGI_NUMBER_SHIFT | UINT64_C(1) << target);
    barrier_instruction();
}

const struct gic_cpu gic_v3 = {claim, end, settle, sgi, TARGETS};
