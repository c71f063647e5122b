// SPDX-License-Identifier: BSD-2-Clause
//
// What pci_judge has pci_holder do: labels of calls. All answers are labels too: enum kaal_err.
#pragma once

// A transport with a device behind it, and the register that says how far its driver has come.
#define VIRTIO        "/virtio_mmio@a000000"
#define VIRTIO_STATUS 0x70

enum {
    PCI_TAKE = 1,     // the function whose text lies in MR0, MR1
    PCI_BEGIN = 2,    // begins to move ones to memory of its own. Result: its physical address
    PCI_VIRTIO = 3,   // takes VIRTIO as well and acknowledges it. Result: its status
    PCI_SCRIBBLE = 4, // writes its function's configuration space, which is a fault
};
