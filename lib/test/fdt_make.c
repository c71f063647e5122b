// SPDX-License-Identifier: BSD-2-Clause
#include "fdt_make.h"

#include <libfdt.h>
#include <stdlib.h>

// Nothing here can fail but for lack of room, which is a mistake in this file.
static void must(int err)
{
    if (err < 0) {
        abort();
    }
}

static void cells(void *fdt, const char *name, unsigned count, const uint32_t *values)
{
    fdt32_t be[64];
    for (unsigned i = 0; i < count; i++) {
        be[i] = cpu_to_fdt32(values[i]);
    }
    must(fdt_property(fdt, name, be, (int)(count * sizeof(be[0]))));
}

#define CELLS(fdt, name, ...)                                                                      \
    cells(fdt, name, sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t),                         \
          (const uint32_t[]){__VA_ARGS__})

static void add_buses(void *fdt)
{
    must(fdt_begin_node(fdt, "bus@c000000"));
    CELLS(fdt, "#address-cells", 1);
    CELLS(fdt, "#size-cells", 1);
    CELLS(fdt, "ranges", 0x1000, 0, 0xc000000, 0x2000, 0x8000, 0, 0xd000000, 0x1000);
    CELLS(fdt, "interrupt-parent", 0x8001);
    must(fdt_begin_node(fdt, "device@1100"));
    CELLS(fdt, "reg", 0x1100, 0x100, 0x8010, 0x10, 0x8fff, 2, 0x500, 1);
    CELLS(fdt, "interrupts", 0, 5, 1);
    must(fdt_end_node(fdt));
    must(fdt_begin_node(fdt, "inner"));
    must(fdt_property(fdt, "ranges", NULL, 0));
    CELLS(fdt, "#address-cells", 1);
    CELLS(fdt, "#size-cells", 0);
    must(fdt_begin_node(fdt, "deep@1200"));
    CELLS(fdt, "reg", 0x1200);
    must(fdt_end_node(fdt));
    must(fdt_end_node(fdt));
    must(fdt_end_node(fdt));
    must(fdt_begin_node(fdt, "closed"));
    CELLS(fdt, "#address-cells", 1);
    CELLS(fdt, "#size-cells", 1);
    must(fdt_begin_node(fdt, "device@0"));
    CELLS(fdt, "reg", 0, 4);
    CELLS(fdt, "interrupt-parent", 0x9999);
    CELLS(fdt, "interrupts", 0, 5, 1);
    must(fdt_end_node(fdt));
    must(fdt_end_node(fdt));
}

static void add_devices(void *fdt)
{
    must(fdt_begin_node(fdt, "pl011@9000000"));
    must(fdt_property(fdt, "compatible", "arm,pl011\0arm,primecell", 24));
    CELLS(fdt, "reg", 0, 0x9000000, 0, 0x1000);
    CELLS(fdt, "interrupts", 0, 1, 4, 1, 13, 0xf01, 7, 1, 4, 1, 16, 4);
    must(fdt_end_node(fdt));
    must(fdt_begin_node(fdt, "pl031@9010000"));
    must(fdt_property_string(fdt, "compatible", "arm,pl031"));
    must(fdt_property_string(fdt, "status", "disabled"));
    must(fdt_end_node(fdt));
    must(fdt_begin_node(fdt, "intc@8000000"));
    CELLS(fdt, "phandle", 0x8001);
    CELLS(fdt, "#interrupt-cells", 3);
    CELLS(fdt, "#address-cells", 2);
    must(fdt_property_string(fdt, "compatible", "arm,cortex-a15-gic"));
    must(fdt_end_node(fdt));
}

// Two slots, two pins, by the mask of QEMU's; as many spaces as it has.
static void add_pci(void *fdt)
{
    must(fdt_begin_node(fdt, "pcie@10000000"));
    must(fdt_property_string(fdt, "compatible", "pci-host-ecam-generic"));
    CELLS(fdt, "#address-cells", 3);
    CELLS(fdt, "#size-cells", 2);
    CELLS(fdt, "#interrupt-cells", 1);
    CELLS(fdt, "reg", 0x40, 0x10000000, 0, 0x10000000);
    CELLS(fdt, "ranges", 0x1000000, 0, 0, 0, 0x3eff0000, 0, 0x10000, // I/O
          0x2000000, 0, 0x10000000, 0, 0x20000000, 0, 0x200000,      // elsewhere than on the bus
          0x3000000, 0x80, 0, 0x80, 0, 0x80, 0);
    CELLS(fdt, "interrupt-map-mask", 0x800, 0, 0, 7);
    CELLS(fdt, "interrupt-map", 0, 0, 0, 1, 0x8001, 0, 0, 0, 3, 4, // slot 0, INTA
          0, 0, 0, 2, 0x8001, 0, 0, 0, 4, 4, 0x800, 0, 0, 1, 0x8001, 0, 0, 0, 4, 4, 0x800, 0, 0, 2,
          0x8001, 0, 0, 0, 5, 1);
    must(fdt_end_node(fdt));
}

static void add_memory(void *fdt)
{
    must(fdt_begin_node(fdt, "memory@40000000"));
    must(fdt_property_string(fdt, "device_type", "memory"));
    CELLS(fdt, "reg", 0, 0x40000000, 0, 0x8000000, 0, 0, 0, 0, 1, 0, 2, 0);
    must(fdt_end_node(fdt));
    must(fdt_begin_node(fdt, "memory@10000000"));
    must(fdt_property_string(fdt, "device_type", "memory"));
    must(fdt_property_string(fdt, "status", "disabled"));
    CELLS(fdt, "reg", 0, 0x10000000, 0, 0x1000);
    must(fdt_end_node(fdt));
    must(fdt_begin_node(fdt, "memory@80000000"));
    must(fdt_property_string(fdt, "device_type", "memory"));
    CELLS(fdt, "reg", 0, 0x80000000, 0, 0x1000);
    must(fdt_end_node(fdt));
}

static void add_chosen(void *fdt)
{
    must(fdt_begin_node(fdt, "psci"));
    must(fdt_property_string(fdt, "method", "smc"));
    must(fdt_end_node(fdt));
    must(fdt_begin_node(fdt, "aliases"));
    must(fdt_property_string(fdt, "serial0", "/pl011@9000000"));
    must(fdt_property_string(fdt, "loop", "loop"));
    must(fdt_property_string(fdt, "bus", "/bus"));
    must(fdt_end_node(fdt));
    must(fdt_begin_node(fdt, "chosen"));
    must(fdt_property_string(fdt, "bootargs", "kaal.seed=1"));
    must(fdt_property_string(fdt, "stdout-path", "serial0:115200n8"));
    must(fdt_end_node(fdt));
}

void fdt_make(uint8_t blob[TREE_ROOM])
{
    void *fdt = blob;
    must(fdt_create(fdt, TREE_ROOM));
    must(fdt_add_reservemap_entry(fdt, 0x48000000, 0x10000));
    must(fdt_finish_reservemap(fdt));
    must(fdt_begin_node(fdt, ""));
    CELLS(fdt, "#address-cells", 2);
    CELLS(fdt, "#size-cells", 2);
    CELLS(fdt, "interrupt-parent", 0x8001);
    add_memory(fdt);
    add_devices(fdt);
    add_pci(fdt);
    add_buses(fdt);
    add_chosen(fdt);
    must(fdt_end_node(fdt));
    must(fdt_finish(fdt));
    must(fdt_open_into(fdt, fdt, TREE_ROOM));
}
