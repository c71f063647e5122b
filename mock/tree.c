// SPDX-License-Identifier: BSD-2-Clause
//
// The device tree: what of QEMU's "virt" the machine has, under the same names.

#include "machine.h"

#include <libfdt.h>
#include <stdio.h>
#include <string.h>

enum { GIC = 1, CLOCK = 2 }; // phandles

static void registers(void *blob, uint64_t base, uint64_t size)
{
    const fdt64_t reg[] = {cpu_to_fdt64(base), cpu_to_fdt64(size)};
    (void)fdt_property(blob, "reg", reg, sizeof(reg));
}

static void interrupt(void *blob, uint32_t number)
{
    const fdt32_t shared[] = {cpu_to_fdt32(0), cpu_to_fdt32(number), cpu_to_fdt32(4)};
    (void)fdt_property(blob, "interrupts", shared, sizeof(shared));
}

static void text(void *blob, const char *name, const char *value)
{
    (void)fdt_property(blob, name, value, (int)strlen(value) + 1);
}

static void begin(void *blob, const char *name, uint64_t address)
{
    char whole[48];
    (void)snprintf(whole, sizeof(whole), "%s@%llx", name, (unsigned long long)address);
    (void)fdt_begin_node(blob, whole);
}

// A PrimeCell: two compatible strings and a clock.
static void primecell(void *blob, const char *name, uint64_t base, uint32_t spi,
                      const char *compatible, int size)
{
    begin(blob, name, base);
    (void)fdt_property(blob, "compatible", compatible, size);
    registers(blob, base, MACHINE_PAGE);
    interrupt(blob, spi);
    (void)fdt_property_u32(blob, "clocks", CLOCK);
    text(blob, "clock-names", "apb_pclk");
    (void)fdt_end_node(blob);
}

static void memory(void *blob)
{
    begin(blob, "memory", MACHINE_RAM);
    text(blob, "device_type", "memory");
    registers(blob, MACHINE_RAM, options.memory);
    (void)fdt_end_node(blob);
}

// Where the host port of the kernel says that it has one (kernel/plat/host).
static void controller(void *blob)
{
    const fdt64_t reg[] = {cpu_to_fdt64(0x08000000), cpu_to_fdt64(0x1000), cpu_to_fdt64(0x08010000),
                           cpu_to_fdt64(0x1000)};
    begin(blob, "intc", 0x08000000);
    text(blob, "compatible", "arm,cortex-a15-gic");
    (void)fdt_property(blob, "reg", reg, sizeof(reg));
    (void)fdt_property(blob, "interrupt-controller", NULL, 0);
    (void)fdt_property_u32(blob, "#interrupt-cells", 3);
    (void)fdt_property_u32(blob, "phandle", GIC);
    (void)fdt_end_node(blob);
}

static void clock(void *blob)
{
    (void)fdt_begin_node(blob, "apb-pclk");
    text(blob, "compatible", "fixed-clock");
    (void)fdt_property_u32(blob, "#clock-cells", 0);
    (void)fdt_property_u32(blob, "clock-frequency", 24000000);
    (void)fdt_property_u32(blob, "phandle", CLOCK);
    (void)fdt_end_node(blob);
}

static void chosen(void *blob)
{
    char path[32];
    (void)snprintf(path, sizeof(path), "/pl011@%llx", (unsigned long long)MACHINE_PL011);
    (void)fdt_begin_node(blob, "chosen");
    text(blob, "bootargs", options.arguments);
    text(blob, "stdout-path", path);
    (void)fdt_end_node(blob);
}

size_t tree_make(void *blob, size_t room)
{
    static const char pl011[] = "arm,pl011\0arm,primecell";
    static const char pl031[] = "arm,pl031\0arm,primecell";
    (void)fdt_create(blob, (int)room);
    (void)fdt_finish_reservemap(blob);
    (void)fdt_begin_node(blob, "");
    text(blob, "compatible", "kaal,mock");
    text(blob, "model", "kaal,mock");
    (void)fdt_property_u32(blob, "#address-cells", 2);
    (void)fdt_property_u32(blob, "#size-cells", 2);
    (void)fdt_property_u32(blob, "interrupt-parent", GIC);
    memory(blob);
    controller(blob);
    clock(blob);
    primecell(blob, "pl011", MACHINE_PL011, MACHINE_PL011_SPI, pl011, sizeof(pl011));
    primecell(blob, "pl031", MACHINE_PL031, MACHINE_PL031_SPI, pl031, sizeof(pl031));
    chosen(blob);
    (void)fdt_end_node(blob);
    // An error of any step is kept in the blob, and comes out here.
    return fdt_finish(blob) == 0 ? fdt_totalsize(blob) : 0;
}
