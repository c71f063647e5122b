// SPDX-License-Identifier: BSD-2-Clause
#include "gic.h"

#include "kernel/sysreg.h"

#include <stddef.h>

enum { TARGETS = 8, SGIR_TARGET_SHIFT = 16 };

static uint32_t claim(void)
{
    return gic_read(gic.cpu, GICC_IAR);
}

static void end(uint32_t claimed)
{
    gic_write(gic.cpu, GICC_EOIR, claimed);
}

static void settle(unsigned irq)
{
    (void)irq;
    barrier_data();
}

static void sgi(unsigned number, unsigned target)
{
    barrier_data();
    gic_write(gic.distributor, GICD_SGIR, UINT32_C(1) << (SGIR_TARGET_SHIFT + target) | number);
}

const struct gic_cpu gic_v2 = {claim, end, settle, sgi, TARGETS};
