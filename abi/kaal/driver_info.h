// SPDX-License-Identifier: BSD-2-Clause
//
// What a driver says of itself, as data in its program: which devices it drives, and what it needs
// of them. One variable of the name KAAL_DRIVER_SYMBOL; the tool reads it in the program's file and
// compares it with the description, and the driver kit compares it with what the driver was given.
//
//    const struct kaal_driver kaal_driver = {
//        .version = KAAL_DRIVER_VERSION,
//        .compatible = {"arm,pl031"},
//        .primecell = 0x031,
//        .registers = 0x1000,
//        .interrupts = 1,
//    };
//
// No pointers: it is read without being loaded.
#pragma once

#include <stdint.h>

#define KAAL_DRIVER_VERSION 1u
#define KAAL_DRIVER_SYMBOL  "kaal_driver"

enum {
    KAAL_COMPATIBLE_SIZE = 32, // bytes of a compatible string, its NUL included
    KAAL_COMPATIBLE_MAX = 4,
    KAAL_DEVICE_WINDOWS_MAX = 4,
    KAAL_DEVICE_INTERRUPTS_MAX = 4,
};

struct kaal_driver {
    uint32_t version;

    // Matches. 0 and empty: does not matter.
    uint32_t primecell; // part number in the identification registers of an Arm PrimeCell
    uint32_t virtio;    // device ID of virtio
    uint16_t pci_vendor;
    uint16_t pci_device;
    char compatible[KAAL_COMPATIBLE_MAX][KAAL_COMPATIBLE_SIZE]; // any of these

    // Needs, at least.
    uint32_t registers; // bytes of its first window
    uint32_t interrupts;
    uint64_t dma; // bytes of DMA memory
};

_Static_assert(sizeof(struct kaal_driver) == 160, "driver layout");
