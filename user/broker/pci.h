// SPDX-License-Identifier: BSD-2-Clause
//
// The PCI bus behind a host bridge whose configuration space is in memory (ECAM, PCI Firmware
// Specification 4.1): what is on it, and where its registers are.
//
//    config   | slot 0: function 0 .. 7 | slot 1 | .. | slot 31 |    4 KiB for each function
//    memory   |## BAR ##|#### BAR ####|BAR|.......... free ......    no two share a page
//
// No firmware has given the functions addresses. pci_scan() does so once, and where a function's
// registers are they stay; whether it answers there, and reaches memory itself, pci_enable() says.
//
// Not covered: what is behind further bridges, I/O space, and message-signalled interrupts.
#pragma once

#include <lib/fdt.h>

#include <stdbool.h>
#include <stdint.h>

enum {
    PCI_FUNCTIONS_MAX = 32,
    PCI_WINDOWS_MAX = 6, // base address registers
    PCI_CONFIG_SIZE = 4096,
    PCI_BUS_SIZE = 256 * PCI_CONFIG_SIZE,
    PCI_WINDOW_MAX = 1 << 24, // largest that is placed
};

struct pci_function {
    uint16_t vendor;
    uint16_t device;
    uint8_t number; // on the bus: slot * 8 + function
    uint8_t pin;    // of its interrupt: 0 none, 1 INTA, .. 4
    uint8_t window_count;
    bool homeless; // some of its registers are too many, or there was no room
    struct dt_range windows[PCI_WINDOWS_MAX];
};

// Addresses that the bridge leads to the bus.
struct pci_space {
    uint64_t bus; // what they are there
    struct dt_range cpu;
    uint64_t used; // bytes
};

struct pci {
    struct dt_node bridge;
    uint64_t config; // of its own bus
    struct pci_space low;
    struct pci_space high; // beyond 32 bits
    uint32_t count;
    struct pci_function functions[PCI_FUNCTIONS_MAX];
};

// The first such bridge of the tree, nothing being known of its bus yet. False: there is none.
bool pci_open(struct pci *pci, const struct dt *dt);

// `config`: PCI_BUS_SIZE bytes, the configuration space of the bus.
void pci_scan(struct pci *pci, volatile uint8_t *config);

// Does `text` (lib/pci_id.h) mean this function? Without a number it means all of a kind.
bool pci_matches(const struct pci *pci, const struct pci_function *f, const char *text);

// The function of which this is the configuration space answers, reaches memory and, if that is
// asked for, interrupts: a line may be another function's as well. Or it does nothing of that, and
// what it had begun goes nowhere.
void pci_enable(volatile uint8_t *config, bool interrupts);
void pci_disable(volatile uint8_t *config);
