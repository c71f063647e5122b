// SPDX-License-Identifier: BSD-2-Clause
//
// The interrupt controller from any state to: everything masked, level triggered, of one priority,
// for this processor.
#include "kernel/gic.h"

#include "kernel/arch.h"
#include "kernel/plat.h"
#include "kernel/sysreg.h"

enum {
    PAGE = 4096,
    DISTRIBUTOR_V3 = 0x10000,
    CTLR_ENABLE_V2 = 1,
    CTLR_ENABLE_V3 = 1 << 1 | 1 << 4, // group 1, affinity routing
    WAKER_SLEEP = 1 << 1,
    WAKER_ASLEEP = 1 << 2,
    TYPER_LAST = 1 << 4,
    PRIORITY_MASK_ALL = 0xff,
};

static const uint32_t CTLR_WRITE_BUSY = UINT32_C(1) << 31;
static const uint32_t PRIORITY = 0xa0a0a0a0; // of four interrupts, a byte each

static const uint64_t AFFINITY = UINT64_C(0xff00ffffff);

// Interrupts first .. first + 31 of a bank.
static void reset_32(volatile uint32_t *bank, unsigned first, uint32_t group)
{
    const unsigned word = first / 32 * 4;
    gic_write(bank, GICD_ICENABLER + word, UINT32_MAX);
    gic_write(bank, GICD_ICPENDR + word, UINT32_MAX);
    gic_write(bank, GICD_ICACTIVER + word, UINT32_MAX);
    gic_write(bank, GICD_IGROUPR + word, group);
    for (unsigned irq = first; irq < first + 32; irq += 4) {
        gic_write(bank, GICD_IPRIORITYR + irq, PRIORITY);
    }
    for (unsigned irq = first; irq < first + 32; irq += 16) {
        gic_write(bank, GICD_ICFGR + irq / 4, 0);
    }
}

static unsigned line_count(void)
{
    return 32 * ((gic_read(gic.distributor, GICD_TYPER) & 31) + 1);
}

// --- version 2 ----------------------------------------------------------------------------------

static void boot_v2(struct gic_place place)
{
    gic.cpu = arch_map_device(place.other, PAGE);
    gic.local = gic.distributor;
    gic_write(gic.distributor, GICD_CTLR, 0);
    // The byte of a private interrupt is this processor's own mask.
    const uint32_t here = gic_read(gic.distributor, GICD_ITARGETSR) & 0xff;
    const uint32_t target = (here != 0 ? here : 1) * UINT32_C(0x01010101);
    const unsigned lines = line_count();
    for (unsigned irq = 0; irq < lines; irq += 32) {
        reset_32(gic.distributor, irq, 0);
        for (unsigned i = irq; irq >= GIC_LOCAL_COUNT && i < irq + 32; i += 4) {
            gic_write(gic.distributor, GICD_ITARGETSR + i, target);
        }
    }
    gic_write(gic.distributor, GICD_CTLR, CTLR_ENABLE_V2);
    gic_write(gic.cpu, GICC_PMR, PRIORITY_MASK_ALL);
    gic_write(gic.cpu, GICC_BPR, 0);
    gic_write(gic.cpu, GICC_CTLR, CTLR_ENABLE_V2);
}

// --- version 3 ----------------------------------------------------------------------------------

// This processor's affinity, as GICR_TYPER has it in its upper word.
static uint32_t affinity(void)
{
    const uint64_t mpidr = sysreg_read(mpidr_el1) & AFFINITY;
    return (uint32_t)(mpidr | mpidr >> 8);
}

static paddr_t find_redistributor(struct gic_place place)
{
    for (uint64_t at = 0; at + GICR_STRIDE <= place.other_size; at += GICR_STRIDE) {
        const paddr_t base = paddr(place.other.raw + at);
        const volatile uint32_t *frame = arch_map_device(base, PAGE);
        if (gic_read(frame, GICR_TYPER + 4) == affinity()) {
            return base;
        }
        if ((gic_read(frame, GICR_TYPER) & TYPER_LAST) != 0) {
            break;
        }
    }
    PANIC("no interrupt redistributor belongs to this processor");
}

static void wait_written(void)
{
    while ((gic_read(gic.distributor, GICD_CTLR) & CTLR_WRITE_BUSY) != 0) {
    }
}

static void boot_redistributor(struct gic_place place)
{
    const paddr_t base = find_redistributor(place);
    volatile uint32_t *frame = arch_map_device(base, PAGE);
    gic.local_state = frame;
    gic_write(frame, GICR_WAKER, gic_read(frame, GICR_WAKER) & ~(uint32_t)WAKER_SLEEP);
    while ((gic_read(frame, GICR_WAKER) & WAKER_ASLEEP) != 0) {
    }
    gic.local = arch_map_device(paddr(base.raw + GICR_SGI_FRAME), PAGE);
    reset_32(gic.local, 0, UINT32_MAX);
}

// ICC_SRE, PMR, BPR1, CTLR, IGRPEN1 of EL1.
static void boot_cpu_v3(void)
{
    sysreg_write(s3_0_c12_c12_5, sysreg_read(s3_0_c12_c12_5) | 1);
    barrier_instruction();
    sysreg_write(s3_0_c4_c6_0, PRIORITY_MASK_ALL);
    sysreg_write(s3_0_c12_c12_3, 0);
    sysreg_write(s3_0_c12_c12_4, 0);
    sysreg_write(s3_0_c12_c12_7, 1);
    barrier_instruction();
}

static void boot_v3(struct gic_place place)
{
    gic_write(gic.distributor, GICD_CTLR, 0);
    wait_written();
    gic_write(gic.distributor, GICD_CTLR, CTLR_ENABLE_V3);
    wait_written();
    const uint64_t here = sysreg_read(mpidr_el1) & AFFINITY;
    const unsigned lines = line_count();
    for (unsigned irq = GIC_LOCAL_COUNT; irq < lines; irq += 32) {
        reset_32(gic.distributor, irq, UINT32_MAX);
        for (unsigned i = irq; i < irq + 32 && i < GIC_SPECIAL; i++) {
            gic_write(gic.distributor, GICD_IROUTER + 8 * i, (uint32_t)here);
            gic_write(gic.distributor, GICD_IROUTER + 8 * i + 4, (uint32_t)(here >> 32));
        }
    }
    wait_written();
    boot_redistributor(place);
    boot_cpu_v3();
}

void boot_gic(struct gic_place place)
{
    gic.distributor =
        arch_map_device(place.distributor, place.version == 3 ? DISTRIBUTOR_V3 : PAGE);
    if (place.version == 3) {
        boot_v3(place);
    } else {
        boot_v2(place);
    }
    plat_irq_unmask(plat_timer_irq());
}
