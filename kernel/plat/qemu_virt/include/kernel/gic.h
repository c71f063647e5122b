// SPDX-License-Identifier: BSD-2-Clause
//
// The Arm generic interrupt controller, versions 2 and 3.
//
//                                              version 2                 version 3
//   distributor    SPIs 32.., of all CPUs      and SGIs, PPIs 0..31
//   redistributor  SGIs, PPIs of one CPU       -                         one for each CPU
//   CPU interface  claim and end               registers in memory       system registers
//
// The registers that enable, configure and prioritise have the same offsets in the distributor and
// in a redistributor's second frame.
#pragma once

#include "kernel/addr.h"
#include "kernel/sysreg.h"

#include <stdbool.h>
#include <stdint.h>

// Found in the device tree.
struct gic_place {
    unsigned version; // 2 or 3
    paddr_t distributor;
    paddr_t other; // version 2: CPU interface; version 3: the first redistributor
    uint64_t other_size;
};

void boot_gic(struct gic_place place);

struct gic {
    volatile uint32_t *distributor; // SPIs
    volatile uint32_t *local;       // SGIs and PPIs
    volatile uint32_t *cpu;         // version 2; NULL: version 3
    volatile uint32_t *local_state; // version 3: the redistributor's first frame
    uint32_t claimed;               // number in the low bits, as its end wants it back
};

extern struct gic gic;

// Register offsets, in bytes.
enum {
    GICD_CTLR = 0x000,
    GICD_TYPER = 0x004,
    GICD_IGROUPR = 0x080,
    GICD_ISENABLER = 0x100,
    GICD_ICENABLER = 0x180,
    GICD_ICPENDR = 0x280,
    GICD_ICACTIVER = 0x380,
    GICD_IPRIORITYR = 0x400,
    GICD_ITARGETSR = 0x800, // version 2
    GICD_ICFGR = 0xc00,
    GICD_SGIR = 0xf00,     // version 2
    GICD_IROUTER = 0x6000, // version 3

    GICC_CTLR = 0x00,
    GICC_PMR = 0x04,
    GICC_BPR = 0x08,
    GICC_IAR = 0x0c,
    GICC_EOIR = 0x10,

    GICR_CTLR = 0x000,
    GICR_TYPER = 0x008,
    GICR_WAKER = 0x014,
    GICR_SGI_FRAME = 0x10000,
    GICR_STRIDE = 0x20000,
};

enum { GIC_LOCAL_COUNT = 32, GIC_NUMBER_MASK = 0x3ff, GIC_SPECIAL = 1020 };

static inline uint32_t gic_read(const volatile uint32_t *base, unsigned offset)
{
    return base[offset / 4];
}

// Where the registers of an interrupt are.
static inline volatile uint32_t *gic_bank(unsigned irq)
{
    return irq < GIC_LOCAL_COUNT ? gic.local : gic.distributor;
}

// Claimed, but no interrupt that the kernel knows of: nobody enabled it, or it is gone again.
void gic_refuse(unsigned irq);

static inline void gic_write(volatile uint32_t *base, unsigned offset, uint32_t value)
{
    base[offset / 4] = value;
}

// --- version 3 -----------------------------------------------------------------------------------
//
// ICC_IAR1_EL1 and ICC_EOIR1_EL1 by encoding, for assemblers without GICv3 names.

static inline uint32_t gic_v3_claim(void)
{
    const uint64_t claimed = sysreg_read(s3_0_c12_c12_0);
    barrier_data();
    return (uint32_t)claimed;
}

static inline void gic_v3_end(uint32_t claimed)
{
    sysreg_write(s3_0_c12_c12_1, claimed);
    barrier_instruction();
}

// Returns when what was masked does not arrive any more: when no write is on its way to the
// register of the interrupt. GICD_CTLR and GICR_CTLR, the first register of each frame, tell.
static inline void gic_v3_settle(unsigned irq)
{
    const bool local = irq < GIC_LOCAL_COUNT;
    const volatile uint32_t *frame = local ? gic.local_state : gic.distributor;
    const uint32_t busy = UINT32_C(1) << (local ? 3 : 31);
    while ((gic_read(frame, 0) & busy) != 0) {
    }
    barrier_data();
}
