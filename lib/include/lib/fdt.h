// SPDX-License-Identifier: BSD-2-Clause
//
// Reader of flattened device trees (format version 17, Devicetree Specification chapter 5).
//
//    blob                                                         blob + totalsize
//     |header|rsvmap ..0|struct: BEGIN_NODE name PROP .. END_NODE .. END|strings|...padding...|
//
// The tree is input. dt_open() walks the whole structure block once and checks all of it: nesting,
// names, property lengths, string offsets, the end mark. The other functions rely on that, need no
// memory, and answer what is missing or malformed inside a property with false. The blob must stay
// unchanged while it is used.
//
// A node is named by the offset of its BEGIN_NODE token in the structure block. Names begin with
// dt_ because libfdt owns fdt_.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Deepest nesting of nodes, the root being at depth 0. QEMU's trees have 3.
#define DT_DEPTH_MAX 16u

enum dt_err {
    DT_OK,
    DT_SHORT,     // fewer bytes than a header, or than totalsize says
    DT_MAGIC,     // not a device tree
    DT_VERSION,   // not readable as version 17
    DT_ALIGN,     // the blob does not begin at a multiple of 8
    DT_LAYOUT,    // a block outside the blob or misaligned
    DT_RESERVED,  // the reservation map has no end
    DT_STRUCTURE, // structure block: unknown token, cut off, or wrongly nested
    DT_DEEP,      // nested deeper than DT_DEPTH_MAX
    DT_NAME,      // a name without its end
    DT_ERR_COUNT,
};

struct dt {
    const uint8_t *blob;
    const uint8_t *structs;
    const char *strings;
    uint32_t struct_size;  // up to and with the end mark
    uint32_t strings_size; // up to and with the last terminator
    uint32_t rsvmap;       // offset of the reservation map in the blob
    uint32_t rsvmap_size;  // with its terminating entry
    uint32_t used;         // highest byte of any block: what a copy needs
    uint32_t total_size;   // as the header says, padding included
};

struct dt_node {
    uint32_t at;
};

struct dt_prop {
    const char *name;
    const uint8_t *data;
    uint32_t size;
};

struct dt_range {
    uint64_t base;
    uint64_t size;
};

struct dt_irq {
    struct dt_node controller;
    uint32_t number; // the GIC's own: SGI 0-15, PPI 16-31, SPI from 32
    bool edge;       // else level
};

enum dt_psci {
    DT_PSCI_NONE,
    DT_PSCI_HVC,
    DT_PSCI_SMC,
};

// The size that a header claims, to be used before the bytes behind it are known to be there;
// 0 if there is no device tree at `blob` (40 readable bytes, any alignment).
uint32_t dt_probe(const void *blob);

// `size` bytes at `blob` may be read. It begins at a multiple of 8, as the specification demands.
enum dt_err dt_open(struct dt *dt, const void *blob, size_t size);

const char *dt_strerror(enum dt_err err);

// --- nodes -------------------------------------------------------------------------------------

// What the searches return when there is nothing.
static inline struct dt_node dt_none(void)
{
    return (struct dt_node){UINT32_MAX};
}

static inline bool dt_is_none(struct dt_node node)
{
    return node.at == UINT32_MAX;
}

struct dt_node dt_root(const struct dt *dt);

// In the order of the tree: the next node of the whole tree, the first child, the next sibling.
struct dt_node dt_next(const struct dt *dt, struct dt_node node);
struct dt_node dt_child(const struct dt *dt, struct dt_node node);
struct dt_node dt_sibling(const struct dt *dt, struct dt_node node);
struct dt_node dt_parent(const struct dt *dt, struct dt_node node);

// With its unit address: "pl011@9000000". The root's is "".
const char *dt_name(const struct dt *dt, struct dt_node node);

// From the root on: "/soc/uart@0"; the root's is "/". `room` counts the terminator and is at least
// 1. False if the end had to be left out.
bool dt_path(const struct dt *dt, struct dt_node node, char *text, size_t room);

// A full path ("/soc/uart@0") or an alias with more path ("serial0", "soc/uart@0"). In a path, a
// name without unit address matches the first node of that name. A ':' ends the path.
struct dt_node dt_find(const struct dt *dt, const char *path);

// The first node after `after` (dt_none(): from the start) that names `compatible` among its
// compatible strings; likewise by device_type; the node with this phandle.
struct dt_node dt_find_compatible(const struct dt *dt, struct dt_node after,
                                  const char *compatible);
struct dt_node dt_find_type(const struct dt *dt, struct dt_node after, const char *type);
struct dt_node dt_find_phandle(const struct dt *dt, uint32_t phandle);

bool dt_is_compatible(const struct dt *dt, struct dt_node node, const char *compatible);

// No status property, or "okay".
bool dt_is_enabled(const struct dt *dt, struct dt_node node);

// --- properties --------------------------------------------------------------------------------

bool dt_prop(const struct dt *dt, struct dt_node node, const char *name, struct dt_prop *out);

// Property number `index` of a node, in order.
bool dt_prop_at(const struct dt *dt, struct dt_node node, unsigned index, struct dt_prop *out);

// One cell; a terminated string; string number `index` of a list.
bool dt_prop_u32(const struct dt *dt, struct dt_node node, const char *name, uint32_t *out);
const char *dt_prop_string(const struct dt *dt, struct dt_node node, const char *name);
const char *dt_prop_string_at(const struct dt *dt, struct dt_node node, const char *name,
                              unsigned index);

// --- meaning -----------------------------------------------------------------------------------

// Entry `index` of `reg`, as the CPU sees it: translated by the `ranges` of every parent. False
// also where a parent does not map it (no `ranges`).
bool dt_reg(const struct dt *dt, struct dt_node node, unsigned index, struct dt_range *out);

// Entry `index` of `interrupts`, with interrupt-parent taken from the nearest ancestor, for a GIC
// (three cells). interrupts-extended is not read.
bool dt_irq(const struct dt *dt, struct dt_node node, unsigned index, struct dt_irq *out);

// What a PCI host bridge makes of addresses on its bus: entry `index` of its `ranges`.
struct dt_pci_range {
    uint32_t space; // enum dt_pci_space
    uint64_t bus;   // address on the bus
    struct dt_range cpu;
};

enum dt_pci_space {
    DT_PCI_CONFIG,
    DT_PCI_IO,
    DT_PCI_MEMORY32,
    DT_PCI_MEMORY64,
};

bool dt_pci_range(const struct dt *dt, struct dt_node bridge, unsigned index,
                  struct dt_pci_range *out);

// Where `interrupt-map` of a PCI host bridge leads a pin (1: INTA, .. 4) of a function of its own
// bus; `slot` is 0 to 31. For a GIC, as dt_irq().
bool dt_pci_irq(const struct dt *dt, struct dt_node bridge, uint32_t slot, uint32_t pin,
                struct dt_irq *out);

// Memory bank number `index`, over all entries of all enabled nodes with device_type "memory".
// Empty banks are skipped.
bool dt_memory(const struct dt *dt, unsigned index, struct dt_range *out);

// Entry `index` of the memory reservation map.
bool dt_reserved(const struct dt *dt, unsigned index, struct dt_range *out);

// From /chosen: the command line (NULL if none), the node of stdout-path.
const char *dt_bootargs(const struct dt *dt);
struct dt_node dt_stdout(const struct dt *dt);

enum dt_psci dt_psci(const struct dt *dt);

// --- copying -----------------------------------------------------------------------------------

// Bytes that dt_pack() writes: QEMU pads a tree of 7.5 KB to 1 MiB.
uint32_t dt_packed_size(const struct dt *dt);

// A copy without gaps, its header corrected, and `copy` opened on it. `to` is 8-byte aligned,
// outside the blob, and has `room` bytes; false, with nothing written, if that is too little.
bool dt_pack(const struct dt *dt, void *to, size_t room, struct dt *copy);
