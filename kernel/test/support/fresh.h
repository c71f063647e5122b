// SPDX-License-Identifier: BSD-2-Clause
//
// A fresh kernel for a test: booted as on hardware, with the initial task current and nothing in it
// but what boot gives (seL4 ABI §12).
//
//   0x40000000          kernel (pretended)     0x40200000  image, 4 pages     ...  objects at the
//   top
#pragma once

#include "kernel/kernel.h"
#include "kernel/slot.h"

#include <stdint.h>

enum {
    FRESH_RAM_BASE = 0x40000000,
    FRESH_RAM_SIZE = 16 << 20,
    FRESH_IMAGE = 0x400000, // virtual address of the initial task's image, and its entry
};

// Boots. Ends the program with a message if the host has no memory.
void fresh_kernel(void);

// A slot of the initial task's CSpace by its number, which is its capability address.
struct slot *fresh_slot(uint64_t number);

// The number of a slot that holds an untyped capability to RAM of 2^bits bytes or more, the
// smallest such; 0 if there is none.
uint64_t fresh_untyped(unsigned bits);

// The first slot that boot left empty.
uint64_t fresh_empty(void);
