// SPDX-License-Identifier: BSD-2-Clause
//
// PCI Local Bus Specification 3.0, chapter 6.

#include "pci.h"

#include <kaal/io.h>

#include <lib/bits.h>
#include <lib/pci_id.h>

enum {
    CONFIG_ID = 0x00,
    CONFIG_COMMAND = 0x04, // in the low half of the word
    CONFIG_CLASS = 0x08,
    CONFIG_HEADER = 0x0c,
    CONFIG_BARS = 0x10,
    CONFIG_INTERRUPT = 0x3c,

    COMMAND_MEMORY = 1 << 1,
    COMMAND_MASTER = 1 << 2,
    COMMAND_NO_INTX = 1 << 10,

    CLASS_BRIDGE = 0x06,
    HEADER_SHIFT = 16,
    HEADER_TYPE = 0x7f,
    HEADER_MANY = 0x80, // the slot has more functions than this
    PIN_SHIFT = 8,

    BAR_IO = 1 << 0,
    BAR_TYPE = 3 << 1,
    BAR_64 = 2 << 1,
    BAR_FLAGS = 0xf,

    PAGE = 4096,
    NOBODY = 0xffff, // read as vendor where there is no function
};

static uint32_t load(const volatile uint8_t *config, uint32_t at)
{
    return (uint32_t)kaal_io_load(config + at, 4);
}

static void store(volatile uint8_t *config, uint32_t at, uint32_t value)
{
    kaal_io_store(config + at, 4, value);
}

bool pci_open(struct pci *pci, const struct dt *dt)
{
    struct dt_range config;
    struct dt_pci_range range;
    *pci = (struct pci){.bridge = dt_find_compatible(dt, dt_none(), PCI_HOST)};
    if (dt_is_none(pci->bridge) || !dt_reg(dt, pci->bridge, 0, &config) ||
        config.size < PCI_BUS_SIZE) {
        return false;
    }
    pci->config = config.base;
    for (unsigned i = 0; dt_pci_range(dt, pci->bridge, i, &range); i++) {
        struct pci_space space = {.bus = range.bus, .cpu = range.cpu};
        if (range.space == DT_PCI_MEMORY32 && pci->low.cpu.size == 0 &&
            range_fits(range.bus, range.cpu.size, UINT64_C(1) << 32)) {
            pci->low = space;
        } else if (range.space == DT_PCI_MEMORY64 && pci->high.cpu.size == 0) {
            pci->high = space;
        }
    }
    return true;
}

// --- registers of a function ---------------------------------------------------------------------

// Whole pages, at a multiple of the size as the bus and as the processor see it.
static bool place(struct pci_space *space, uint64_t size, struct dt_range *window, uint64_t *bus)
{
    uint64_t at = 0;
    uint64_t align = size < PAGE ? PAGE : size;
    if (!add_checked(space->bus, space->used, &at) || !align_up_checked(at, align, &at)) {
        return false;
    }
    uint64_t offset = at - space->bus;
    window->base = space->cpu.base + offset;
    window->size = size;
    if (!range_fits(offset, align, space->cpu.size) || !is_aligned(window->base, PAGE)) {
        return false;
    }
    space->used = offset + align;
    *bus = at;
    return true;
}

// What is written to a base address register stays in the bits above its size.
static uint64_t bar_size(volatile uint8_t *config, uint32_t at, bool wide)
{
    store(config, at, UINT32_MAX);
    uint64_t kept = load(config, at) & ~(uint32_t)BAR_FLAGS;
    if (!wide) {
        return kept == 0 ? 0 : (uint32_t)(~kept + 1);
    }
    store(config, at + 4, UINT32_MAX);
    kept |= (uint64_t)load(config, at + 4) << 32;
    return ~kept + 1; // 0 if nothing was kept
}

static void add_window(struct pci *pci, struct pci_function *f, volatile uint8_t *config,
                       uint32_t at, bool wide)
{
    uint64_t bus = 0;
    uint64_t size = bar_size(config, at, wide);
    struct dt_range *window = &f->windows[f->window_count];
    if (size == 0) {
        return;
    }
    if (!is_pow2(size) || size > PCI_WINDOW_MAX ||
        !(place(&pci->low, size, window, &bus) ||
          (wide && place(&pci->high, size, window, &bus)))) {
        f->homeless = true;
        return;
    }
    store(config, at, (uint32_t)bus);
    if (wide) {
        store(config, at + 4, (uint32_t)(bus >> 32));
    }
    f->window_count++;
}

static void add_windows(struct pci *pci, struct pci_function *f, volatile uint8_t *config)
{
    for (uint32_t i = 0; i < PCI_WINDOWS_MAX; i++) {
        uint32_t at = CONFIG_BARS + i * 4;
        uint32_t bar = load(config, at);
        bool wide = (bar & BAR_TYPE) == BAR_64 && i + 1 < PCI_WINDOWS_MAX;
        if ((bar & BAR_IO) == 0) {
            add_window(pci, f, config, at, wide);
            i += wide;
        }
    }
}

// --- the bus -------------------------------------------------------------------------------------

// Bridges are not for components. True: the slot has more functions.
static bool add_function(struct pci *pci, volatile uint8_t *config, uint8_t number)
{
    uint32_t id = load(config, CONFIG_ID);
    if ((id & NOBODY) == NOBODY || pci->count == PCI_FUNCTIONS_MAX) {
        return false;
    }
    uint32_t header = load(config, CONFIG_HEADER) >> HEADER_SHIFT;
    uint32_t pin = load(config, CONFIG_INTERRUPT) >> PIN_SHIFT & 0xff;
    if ((header & HEADER_TYPE) == 0 && load(config, CONFIG_CLASS) >> 24 != CLASS_BRIDGE) {
        struct pci_function *f = &pci->functions[pci->count++];
        *f = (struct pci_function){
            .vendor = (uint16_t)id,
            .device = (uint16_t)(id >> 16),
            .number = number,
            .pin = (uint8_t)(pin <= 4 ? pin : 0),
        };
        pci_disable(config);
        add_windows(pci, f, config);
    }
    return (header & HEADER_MANY) != 0;
}

void pci_scan(struct pci *pci, volatile uint8_t *config)
{
    for (uint32_t number = 0; number < PCI_BUS_SIZE / PCI_CONFIG_SIZE; number++) {
        bool more = add_function(pci, config + (size_t)number * PCI_CONFIG_SIZE, (uint8_t)number);
        number += number % 8 == 0 && !more ? 7 : 0;
    }
}

bool pci_matches(const struct pci *pci, const struct pci_function *f, const char *text)
{
    struct pci_id id;
    if (!pci_id_parse(text, &id) || id.vendor != f->vendor || id.device != f->device) {
        return false;
    }
    uint32_t before = 0;
    for (const struct pci_function *other = pci->functions; other < f; other++) {
        before += other->vendor == f->vendor && other->device == f->device;
    }
    return !id.numbered || id.number == before;
}

// The status in the high half is written with zeroes, which clear nothing.
static void command(volatile uint8_t *config, uint32_t bits)
{
    store(config, CONFIG_COMMAND, bits);
    (void)load(config, CONFIG_COMMAND); // it has arrived
}

void pci_enable(volatile uint8_t *config, bool interrupts)
{
    command(config, COMMAND_MEMORY | COMMAND_MASTER | (interrupts ? 0 : COMMAND_NO_INTX));
}

void pci_disable(volatile uint8_t *config)
{
    command(config, COMMAND_NO_INTX);
}
