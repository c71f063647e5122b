// SPDX-License-Identifier: BSD-2-Clause
//
// How a description and a request name a function of the PCI bus:
//
//    1234:11e8      vendor and device, four hexadecimal digits each
//    1234:11e8:2    number 2, from 0, of several such, in the order of the bus
#pragma once

#include <stdbool.h>
#include <stdint.h>

// What a host bridge with its configuration space in memory is compatible with.
#define PCI_HOST "pci-host-ecam-generic"

enum { PCI_ID_TEXT_MAX = 16 };

struct pci_id {
    uint16_t vendor;
    uint16_t device;
    bool numbered;   // this one alone
    uint32_t number; // up to 255; 0 if none is given
};

// False if `text` has another form. No vendor is ffff: where there is no function, that is read.
bool pci_id_parse(const char *text, struct pci_id *out);

// Its shortest form, without a number, in `room` bytes: PCI_ID_TEXT_MAX suffice.
void pci_id_format(uint16_t vendor, uint16_t device, char *text, uint32_t room);
