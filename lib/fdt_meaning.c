// SPDX-License-Identifier: BSD-2-Clause
//
// What properties mean: addresses, interrupts, memory, /chosen and /psci (Devicetree Specification
// chapters 2 and 3, and the GIC's and PSCI's bindings).
#include "lib/bits.h"
#include "lib/fdt.h"
#include "lib/mem.h"

#define CELL ((size_t)4)

// Cells of an address and of a size in the children of a bus.
struct cells {
    uint32_t address;
    uint32_t size;
};

// False for buses whose addresses are no plain numbers (PCI: 3 cells).
static bool bus_cells(const struct dt *dt, struct dt_node bus, struct cells *out)
{
    out->address = 2;
    out->size = 1;
    (void)dt_prop_u32(dt, bus, "#address-cells", &out->address);
    (void)dt_prop_u32(dt, bus, "#size-cells", &out->size);
    return out->address >= 1 && out->address <= 2 && out->size <= 2;
}

static uint64_t number_at(const uint8_t *p, uint32_t cells)
{
    switch (cells) {
    case 0:
        return 0;
    case 1:
        return load_be32(p);
    default:
        return load_be64(p);
    }
}

static bool is_root(const struct dt *dt, struct dt_node node)
{
    return node.at == dt_root(dt).at;
}

// Moves `r`, an address on `bus`, to the bus around it.
//
//    ranges = | address here | address outside | size | ..
static bool translate(const struct dt *dt, struct dt_node bus, struct dt_node outer,
                      struct dt_range *r)
{
    struct dt_prop ranges;
    struct cells here;
    struct cells out;
    if (!dt_prop(dt, bus, "ranges", &ranges) || !bus_cells(dt, bus, &here) ||
        !bus_cells(dt, outer, &out)) {
        return false;
    }
    if (ranges.size == 0) {
        return true; // the same addresses
    }
    size_t step = (here.address + out.address + here.size) * CELL;
    for (size_t at = 0; range_fits(at, step, ranges.size); at += step) {
        const uint8_t *p = ranges.data + at;
        uint64_t from = number_at(p, here.address);
        uint64_t to = number_at(p + here.address * CELL, out.address);
        uint64_t size = number_at(p + (here.address + out.address) * CELL, here.size);
        if (r->base >= from && range_fits(r->base - from, r->size, size)) {
            return add_checked(to, r->base - from, &r->base);
        }
    }
    return false;
}

bool dt_reg(const struct dt *dt, struct dt_node node, unsigned index, struct dt_range *out)
{
    struct dt_prop reg;
    struct cells cells;
    struct dt_node bus = dt_parent(dt, node);
    if (dt_is_none(bus) || !dt_prop(dt, node, "reg", &reg) || !bus_cells(dt, bus, &cells)) {
        return false;
    }
    size_t step = (cells.address + cells.size) * CELL;
    if (!range_fits(index * step, step, reg.size)) {
        return false;
    }
    const uint8_t *p = reg.data + index * step;
    out->base = number_at(p, cells.address);
    out->size = number_at(p + cells.address * CELL, cells.size);
    while (!is_root(dt, bus)) {
        struct dt_node outer = dt_parent(dt, bus);
        if (!translate(dt, bus, outer, out)) {
            return false;
        }
        bus = outer;
    }
    uint64_t end;
    return add_checked(out->base, out->size, &end);
}

// --- interrupts --------------------------------------------------------------------------------

static bool is_gic(const struct dt *dt, struct dt_node node)
{
    static const char *const names[] = {
        "arm,cortex-a15-gic", "arm,gic-v3",        "arm,gic-400",
        "arm,cortex-a9-gic",  "arm,cortex-a7-gic", "arm,gic-v4",
    };
    for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (dt_is_compatible(dt, node, names[i])) {
            return true;
        }
    }
    return false;
}

// The controller that the interrupts of `node` go to.
static struct dt_node irq_parent(const struct dt *dt, struct dt_node node)
{
    for (; !dt_is_none(node); node = dt_parent(dt, node)) {
        uint32_t phandle;
        if (dt_prop_u32(dt, node, "interrupt-parent", &phandle)) {
            return dt_find_phandle(dt, phandle);
        }
    }
    return dt_none();
}

// The three cells of an interrupt at a GIC.
static bool gic_irq(const uint8_t *p, struct dt_irq *out)
{
    enum {
        TYPE_SPI = 0,
        TYPE_PPI = 1,
        FLAG_EDGES = 3, // rising 1, falling 2; level 4, 8
    };
    uint32_t type = load_be32(p);
    uint32_t number = load_be32(p + CELL);
    out->edge = (load_be32(p + 2 * CELL) & FLAG_EDGES) != 0;
    if (type == TYPE_SPI && number < 988) {
        out->number = 32 + number;
        return true;
    }
    if (type == TYPE_PPI && number < 16) {
        out->number = 16 + number;
        return true;
    }
    return false;
}

static bool takes_gic_cells(const struct dt *dt, struct dt_node controller)
{
    uint32_t cells;
    return !dt_is_none(controller) && is_gic(dt, controller) &&
           dt_prop_u32(dt, controller, "#interrupt-cells", &cells) && cells == 3;
}

bool dt_irq(const struct dt *dt, struct dt_node node, unsigned index, struct dt_irq *out)
{
    const size_t step = 3 * CELL;
    struct dt_prop prop;
    out->controller = irq_parent(dt, node);
    return takes_gic_cells(dt, out->controller) && dt_prop(dt, node, "interrupts", &prop) &&
           range_fits(index * step, step, prop.size) && gic_irq(prop.data + index * step, out);
}

// --- PCI ---------------------------------------------------------------------------------------

// Both properties begin their entries with an address on the bus of three cells (IEEE 1275 PCI
// binding, 2.2.1.1), of which the first tells the space in bits 25:24 and the slot in 15:11:
//
//    ranges        | address on the bus | address outside | size |
//    interrupt-map | address on the bus | pin | controller | address there | interrupt there |
enum {
    PCI_ADDRESS = 3, // cells
    PCI_SIZE = 2,
    PCI_SPACE_SHIFT = 24,
    PCI_SLOT_SHIFT = 11,
    PCI_PIN_AT = PCI_ADDRESS,
    PCI_CONTROLLER_AT = PCI_ADDRESS + 1,
};

static bool is_pci(const struct dt *dt, struct dt_node bridge)
{
    uint32_t address = 0;
    uint32_t size = 0;
    uint32_t pin = 0;
    return dt_prop_u32(dt, bridge, "#address-cells", &address) && address == PCI_ADDRESS &&
           dt_prop_u32(dt, bridge, "#size-cells", &size) && size == PCI_SIZE &&
           dt_prop_u32(dt, bridge, "#interrupt-cells", &pin) && pin == 1;
}

bool dt_pci_range(const struct dt *dt, struct dt_node bridge, unsigned index,
                  struct dt_pci_range *out)
{
    struct dt_prop ranges;
    struct cells outer;
    struct dt_node parent = dt_parent(dt, bridge);
    if (dt_is_none(parent) || !is_root(dt, parent) || !is_pci(dt, bridge) ||
        !bus_cells(dt, parent, &outer) || !dt_prop(dt, bridge, "ranges", &ranges)) {
        return false;
    }
    size_t step = (PCI_ADDRESS + outer.address + PCI_SIZE) * CELL;
    if (!range_fits(index * step, step, ranges.size)) {
        return false;
    }
    const uint8_t *p = ranges.data + index * step;
    uint64_t end;
    out->space = load_be32(p) >> PCI_SPACE_SHIFT & 3;
    out->bus = load_be64(p + CELL);
    out->cpu.base = number_at(p + PCI_ADDRESS * CELL, outer.address);
    out->cpu.size = load_be64(p + (PCI_ADDRESS + outer.address) * CELL);
    return add_checked(out->bus, out->cpu.size, &end) &&
           add_checked(out->cpu.base, out->cpu.size, &end);
}

bool dt_pci_irq(const struct dt *dt, struct dt_node bridge, uint32_t slot, uint32_t pin,
                struct dt_irq *out)
{
    struct dt_prop map;
    struct dt_prop mask;
    if (!is_pci(dt, bridge) || !dt_prop(dt, bridge, "interrupt-map", &map) ||
        !dt_prop(dt, bridge, "interrupt-map-mask", &mask) || mask.size != (PCI_PIN_AT + 1) * CELL) {
        return false;
    }
    uint32_t asked = slot << PCI_SLOT_SHIFT & load_be32(mask.data);
    uint32_t asked_pin = pin & load_be32(mask.data + PCI_PIN_AT * CELL);
    for (size_t at = 0; range_fits(at, (PCI_CONTROLLER_AT + 1) * CELL, map.size);) {
        const uint8_t *p = map.data + at;
        uint32_t address = 0;
        out->controller = dt_find_phandle(dt, load_be32(p + PCI_CONTROLLER_AT * CELL));
        if (!takes_gic_cells(dt, out->controller)) {
            return false; // how long the entry is stays unknown
        }
        (void)dt_prop_u32(dt, out->controller, "#address-cells", &address);
        size_t step = (PCI_CONTROLLER_AT + 1 + 3) * CELL;
        if (address > 2 || !range_fits(at, step + address * CELL, map.size)) {
            return false;
        }
        if (load_be32(p) == asked && load_be32(p + PCI_PIN_AT * CELL) == asked_pin) {
            return gic_irq(p + (PCI_CONTROLLER_AT + 1 + address) * CELL, out);
        }
        at += step + address * CELL;
    }
    return false;
}

// --- memory ------------------------------------------------------------------------------------

bool dt_is_enabled(const struct dt *dt, struct dt_node node)
{
    struct dt_prop prop;
    if (!dt_prop(dt, node, "status", &prop)) {
        return true;
    }
    const char *status = dt_prop_string(dt, node, "status");
    return status != NULL && (strcmp(status, "okay") == 0 || strcmp(status, "ok") == 0);
}

bool dt_memory(const struct dt *dt, unsigned index, struct dt_range *out)
{
    struct dt_node node = dt_find_type(dt, dt_none(), "memory");
    for (; !dt_is_none(node); node = dt_find_type(dt, node, "memory")) {
        if (!dt_is_enabled(dt, node)) {
            continue;
        }
        for (unsigned entry = 0; dt_reg(dt, node, entry, out); entry++) {
            if (out->size != 0 && index-- == 0) {
                return true;
            }
        }
    }
    return false;
}

bool dt_reserved(const struct dt *dt, unsigned index, struct dt_range *out)
{
    enum {
        ENTRY = 16,
    };
    // The last entry is the end mark.
    if (index >= dt->rsvmap_size / ENTRY - 1) {
        return false;
    }
    const uint8_t *p = dt->blob + dt->rsvmap + (size_t)index * ENTRY;
    out->base = load_be64(p);
    out->size = load_be64(p + 8);
    return true;
}

// --- /chosen and /psci -------------------------------------------------------------------------

const char *dt_bootargs(const struct dt *dt)
{
    struct dt_node chosen = dt_find(dt, "/chosen");
    return dt_is_none(chosen) ? NULL : dt_prop_string(dt, chosen, "bootargs");
}

struct dt_node dt_stdout(const struct dt *dt)
{
    struct dt_node chosen = dt_find(dt, "/chosen");
    const char *path = dt_is_none(chosen) ? NULL : dt_prop_string(dt, chosen, "stdout-path");
    return path == NULL ? dt_none() : dt_find(dt, path);
}

enum dt_psci dt_psci(const struct dt *dt)
{
    struct dt_node psci = dt_find(dt, "/psci");
    const char *method = dt_is_none(psci) ? NULL : dt_prop_string(dt, psci, "method");
    if (method != NULL && strcmp(method, "hvc") == 0) {
        return DT_PSCI_HVC;
    }
    if (method != NULL && strcmp(method, "smc") == 0) {
        return DT_PSCI_SMC;
    }
    return DT_PSCI_NONE;
}
