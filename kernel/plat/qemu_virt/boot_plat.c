// SPDX-License-Identifier: BSD-2-Clause
//
// Reads the device tree, and sets up the platform by it.
#include "kernel/gic.h"
#include "memory.h"
#include "pl011.h"
#include "psci.h"

#include "kernel/arch.h"
#include "kernel/sysreg.h"
#include "lib/bits.h"
#include "lib/fdt.h"
#include "lib/mem.h"

#include <stddef.h>

enum { PAGE = 4096, MIB = 1 << 20 };

static const uint64_t DEFAULT_RAM = 0x40000000;

// --- memory -------------------------------------------------------------------------------------

static void move_up(unsigned from)
{
    if (memory.ram_count == RAM_BANKS) {
        PANIC("too many banks of memory");
    }
    for (unsigned i = memory.ram_count; i > from; i--) {
        memory.ram[i] = memory.ram[i - 1];
    }
    memory.ram_count++;
}

// Whole pages of a bank, in address order, merged with the one before.
static void add_ram(struct dt_range bank)
{
    const uint64_t start = align_up(bank.base, PAGE);
    const uint64_t end = align_down(bank.base + bank.size, PAGE);
    if (bank.base + bank.size < bank.base || start >= end) {
        return;
    }
    unsigned at = 0;
    while (at < memory.ram_count && memory.ram[at].start.raw < start) {
        at++;
    }
    if (at > 0 && memory.ram[at - 1].end.raw >= start) {
        at--;
        if (end > memory.ram[at].end.raw) {
            memory.ram[at].end = paddr(end);
        }
    } else {
        move_up(at);
        memory.ram[at] = (struct plat_range){paddr(start), paddr(end)};
    }
    if (at + 1 < memory.ram_count && memory.ram[at].end.raw > memory.ram[at + 1].start.raw) {
        PANIC("banks of memory overlap");
    }
}

static void find_ram(const struct dt *tree)
{
    struct dt_node node = dt_find_type(tree, dt_none(), "memory");
    for (; !dt_is_none(node); node = dt_find_type(tree, node, "memory")) {
        struct dt_range bank;
        for (unsigned i = 0; dt_is_enabled(tree, node) && dt_reg(tree, node, i, &bank); i++) {
            add_ram(bank);
        }
    }
}

// --- devices ------------------------------------------------------------------------------------

// What the kernel looks for; the table has what the machine is when there is no tree.
struct devices {
    struct gic_place gic; // version 0: none
    struct dt_range uart; // size 0: none
};

static const struct devices DEFAULT_DEVICES = {
    .gic = {2, {0x08000000}, {0x08010000}, PAGE},
    .uart = {0x09000000, PAGE},
};

static void take_gic(const struct dt *tree, struct dt_node node, unsigned version,
                     struct devices *devices)
{
    struct dt_range distributor, other;
    if (devices->gic.version == 0 && dt_reg(tree, node, 0, &distributor) &&
        dt_reg(tree, node, 1, &other)) {
        devices->gic =
            (struct gic_place){version, paddr(distributor.base), paddr(other.base), other.size};
    }
}

static void take_device(const struct dt *tree, struct dt_node node, const char *compatible,
                        struct devices *devices)
{
    if (strcmp(compatible, "arm,cortex-a15-gic") == 0 || strcmp(compatible, "arm,gic-400") == 0) {
        take_gic(tree, node, 2, devices);
    } else if (strcmp(compatible, "arm,gic-v3") == 0) {
        take_gic(tree, node, 3, devices);
    } else if (strcmp(compatible, "arm,pl011") == 0 && devices->uart.size == 0) {
        struct dt_range uart;
        if (dt_reg(tree, node, 0, &uart)) {
            devices->uart = uart;
        }
    }
}

// One pass over the tree, since each costs tens of thousands of instructions.
static struct devices find_devices(const struct dt *tree)
{
    struct devices devices = {.gic.version = 0};
    for (struct dt_node node = dt_root(tree); !dt_is_none(node); node = dt_next(tree, node)) {
        const char *compatible = dt_prop_string(tree, node, "compatible");
        if (compatible != NULL) {
            take_device(tree, node, compatible, &devices);
        }
    }
    return devices;
}

static void keep_device(paddr_t base, uint64_t size)
{
    memory.device[memory.device_count] = (struct plat_range){base, paddr(base.raw + size)};
    memory.device_count++;
}

// User level gets neither the distributor nor what claims and ends interrupts. Version 2: a page of
// each, as seL4 keeps.
static void keep_gic(struct gic_place place)
{
    memory.gic_version = place.version;
    keep_device(place.distributor, place.version == 3 ? 0x10000 : PAGE);
    keep_device(place.other, place.version == 3 ? place.other_size : PAGE);
}

static void set_output(struct dt_range uart)
{
    if (KCFG_PRINTING && uart.size != 0) {
        pl011 = arch_map_device(paddr(uart.base), PAGE);
    }
}

void plat_boot(const void *tree, uint64_t size)
{
    struct dt dt;
    struct devices devices = DEFAULT_DEVICES;
    if (tree == NULL) {
        set_output(devices.uart);
        add_ram((struct dt_range){DEFAULT_RAM, (uint64_t)KCFG_DEFAULT_RAM_MIB * MIB});
    } else if (dt_open(&dt, tree, size) == DT_OK) {
        devices = find_devices(&dt);
        set_output(devices.uart);
        find_ram(&dt);
        psci_conduit = dt_psci(&dt);
    } else {
        set_output(devices.uart);
        PANIC("what the loader passed is no device tree");
    }
    if (devices.gic.version == 0) {
        PANIC("the device tree names no interrupt controller that the kernel knows");
    }
    keep_gic(devices.gic);
    boot_gic(devices.gic);
    sysreg_write(cntv_ctl_el0, 0); // as timer_control says
    if (sysreg_read(cntfrq_el0) != KCFG_TIMER_HZ) {
        PANIC("the timer does not run at the frequency that the kernel is built for");
    }
}
