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

// What differs between the versions.
struct gic_cpu {
    uint32_t (*claim)(void); // number in the low bits, as end() wants it back
    void (*end)(uint32_t claimed);
    void (*settle)(unsigned irq); // returns when what was masked does not arrive any more
    void (*sgi)(unsigned number, unsigned target);
    unsigned targets;
};

struct gic {
    volatile uint32_t *distributor; // SPIs
    volatile uint32_t *local;       // SGIs and PPIs
    volatile uint32_t *cpu;         // version 2
    volatile uint32_t *local_state; // version 3: the redistributor's first frame
    const struct gic_cpu *ops;
    uint32_t claimed; // what claim() returned last
};

extern struct gic gic;
extern const struct gic_cpu gic_v2, gic_v3;

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

static inline void gic_write(volatile uint32_t *base, unsigned offset, uint32_t value)
{
    base[offset / 4] = value;
}
