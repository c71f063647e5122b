// SPDX-License-Identifier: BSD-2-Clause
//
// From what the loader hands over to a running initial task (seL4 ABI §12).
#pragma once

#include "kernel/addr.h"
#include "kernel/plat.h"

struct boot_args {
    struct plat_range kernel;      // the kernel's image, not RAM for anybody else
    struct plat_range boot_memory; // the part of it that is free once the kernel runs
    struct plat_range image;       // of the initial task, page aligned
    struct plat_range tree;        // device tree; start = end: none
    uint64_t image_offset;         // physical - virtual, modulo 2^64
    vaddr_t entry;                 // of the initial task
};

struct tcb;

// Once, at boot. The architecture and the platform are set up, interrupts masked. Returns the
// initial thread, ready to be returned to.
struct tcb *boot_kernel(const struct boot_args *args);
