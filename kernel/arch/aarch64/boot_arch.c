// SPDX-License-Identifier: BSD-2-Clause
//
// The processor from the loader's state to the kernel's own.
#include "boot_arch.h"

#include "boot_map.h"
#include "fpu.h"
#include "mmu.h"

#include "kernel/arch.h"
#include "kernel/boot.h"
#include "kernel/plat.h"
#include "kernel/sysreg.h"
#include "lib/bits.h"

enum { PAGE = 4096 };

// Memory types by index: 0 nGnRnE, 1 nGnRE, 2 GRE, 3 normal without cache, 4 normal. The order that
// loaders use, so that the mapping under our feet keeps its meaning.
static const uint64_t MAIR = UINT64_C(0x000000ff440c0400);

// 48-bit addresses above and below, 4 KiB granule, tables cached and shared, 16-bit ASIDs.
static const uint64_t TCR = UINT64_C(16) << 0 | UINT64_C(16) << 16 | // T0SZ, T1SZ
                            UINT64_C(1) << 8 | UINT64_C(1) << 10 |   // IRGN0, ORGN0: write back
                            UINT64_C(3) << 12 |                      // SH0
                            UINT64_C(1) << 24 | UINT64_C(1) << 26 |  // IRGN1, ORGN1
                            UINT64_C(3) << 28 | UINT64_C(2) << 30 |  // SH1, TG1
                            UINT64_C(1) << 36;                       // AS
enum { TCR_IPS_SHIFT = 32, IPS_MAX = 5, MMFR0_ASID_SHIFT = 4, MMFR0_ASID_16 = 2 };

// MMU, caches, stack alignment of the kernel. User level: WFI and WFE, CTR_EL0, cache maintenance
// by address; no DC ZVA, no interrupt masks. And the bits that read as one.
static const uint64_t SCTLR = UINT64_C(1) << 0 | UINT64_C(1) << 2 | UINT64_C(1) << 3 |
                              UINT64_C(1) << 12 | UINT64_C(1) << 15 | UINT64_C(1) << 16 |
                              UINT64_C(1) << 18 | UINT64_C(1) << 26 | //
                              UINT64_C(1) << 11 | UINT64_C(1) << 20 | UINT64_C(1) << 22 |
                              UINT64_C(1) << 23 | UINT64_C(1) << 28 | UINT64_C(1) << 29;

enum {
    CNTKCTL_EL0PCTEN = 1 << 0,
    CNTKCTL_EL0VCTEN = 1 << 1,
    CNTKCTL_EL0VTEN = 1 << 8,
    CNTKCTL_EL0PTEN = 1 << 9,
};

extern const char trap_vectors[];

static void set_translation(void)
{
    uint64_t size = sysreg_read(id_aa64mmfr0_el1) & 15;
    size = size < IPS_MAX ? size : IPS_MAX;
    sysreg_write(mair_el1, MAIR);
    sysreg_write(tcr_el1, TCR | size << TCR_IPS_SHIFT);
    barrier_instruction();
    boot_map_image();
    arch_vspace_deactivate();
    sysreg_write(sctlr_el1, SCTLR);
    barrier_instruction();
}

// What user level may use and see of the processor.
static void set_user_access(void)
{
    const uint64_t counters =
        (KCFG_EXPORT_PCNT ? CNTKCTL_EL0PCTEN : 0u) | (KCFG_EXPORT_VCNT ? CNTKCTL_EL0VCTEN : 0u) |
        (KCFG_EXPORT_VTMR ? CNTKCTL_EL0VTEN : 0u) | (KCFG_EXPORT_PTMR ? CNTKCTL_EL0PTEN : 0u);
    sysreg_write(cntkctl_el1, counters);
    sysreg_write(pmuserenr_el0, KCFG_EXPORT_PMU || KCFG_BENCHMARKS ? 1 : 0);
    sysreg_write(mdscr_el1, 0);
    fpu_init();
}

static struct plat_range pages(uint64_t start, uint64_t size)
{
    return (struct plat_range){paddr(align_down(start, PAGE)), paddr(align_up(start + size, PAGE))};
}

static void map_memory(void)
{
    for (unsigned i = 0; i < plat_ram_count(); i++) {
        if (!boot_map_ram(plat_ram(i))) {
            PANIC("RAM is in too many pieces to be mapped");
        }
    }
}

volatile void *arch_map_device(paddr_t base, uint64_t size)
{
    if (!boot_map_device(pages(base.raw, size))) {
        PANIC("the kernel's devices are too scattered to be mapped");
    }
    return arch_ptr(base);
}

struct tcb *boot_arch(uint64_t image_start, uint64_t image_end, uint64_t image_offset,
                      uint64_t entry, uint64_t tree, uint64_t tree_size)
{
    sysreg_write(vbar_el1, (uint64_t)(uintptr_t)trap_vectors);
    set_translation();
    set_user_access();

    struct boot_args args = {
        .kernel = {paddr(kernel_image_paddr(ki_base)), paddr(kernel_image_paddr(ki_end))},
        .boot_memory = {paddr(kernel_image_paddr(ki_base)), paddr(kernel_image_paddr(ki_boot_end))},
        .image = {paddr(image_start), paddr(image_end)},
        .tree = {paddr(tree), paddr(tree + tree_size)},
        .image_offset = image_offset,
        .entry = vaddr(entry),
    };
    // The tree is in RAM, and says where RAM is.
    if (tree_size != 0 && !boot_map_ram(pages(tree, tree_size))) {
        PANIC("the device tree cannot be mapped");
    }
    plat_boot(tree_size == 0 ? NULL : arch_ptr(paddr(tree)), tree_size);
    if ((sysreg_read(id_aa64mmfr0_el1) >> MMFR0_ASID_SHIFT & 15) != MMFR0_ASID_16) {
        PANIC("the processor has no 16-bit address-space identifiers");
    }
    map_memory();
    return boot_kernel(&args);
}
