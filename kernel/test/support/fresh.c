// SPDX-License-Identifier: BSD-2-Clause
#include "fresh.h"

#include "kernel_ok.h"

#include "kernel/arch.h"
#include "kernel/arch_host.h"
#include "kernel/boot.h"
#include "kernel/cspace.h"
#include "kernel/plat_host.h"
#include "kernel/tcb.h"

#include "lib/mem.h"

#include <sel4/bootinfo_types.h>

#include <stdio.h>
#include <stdlib.h>

enum { IMAGE_OFFSET = 2 << 20, IMAGE_SIZE = 4 << 12 };

// Of the kernel booted last.
static struct cap root_cnode;

void fresh_kernel(void)
{
    if (!host_memory_reset(FRESH_RAM_BASE, FRESH_RAM_SIZE)) {
        fputs("no memory for a simulated machine\n", stderr);
        exit(EXIT_FAILURE);
    }
    host_machine_reset();
    memset(&kernel, 0, sizeof(kernel));
    const uint64_t image = FRESH_RAM_BASE + IMAGE_OFFSET;
    const struct boot_args args = {
        .kernel = {paddr(FRESH_RAM_BASE), paddr(FRESH_RAM_BASE + (512 << 10))},
        .image = {paddr(image), paddr(image + IMAGE_SIZE)},
        .image_offset = image - FRESH_IMAGE,
        .entry = vaddr(FRESH_IMAGE),
    };
    (void)boot_kernel(&args);
    root_cnode = kernel.current->slots[TCB_SLOT_CSPACE].cap;
    kernel_ok_root(cnode_slots(root_cnode), cnode_slot_count(root_cnode));
}

struct slot *fresh_slot(uint64_t number)
{
    return cnode_slots(root_cnode) + number;
}

uint64_t fresh_untyped(unsigned bits)
{
    uint64_t best = 0;
    for (uint64_t i = 1; i < cnode_slot_count(root_cnode); i++) {
        const struct cap cap = fresh_slot(i)->cap;
        if (cap_type(cap) != CAP_UNTYPED || cap_get(cap, CAP_DEVICE) != 0 ||
            cap_size_bits(cap) < bits) {
            continue;
        }
        if (best == 0 || cap_size_bits(cap) < cap_size_bits(fresh_slot(best)->cap)) {
            best = i;
        }
    }
    return best;
}

uint64_t fresh_empty(void)
{
    uint64_t last = 0;
    for (uint64_t i = 1; i < cnode_slot_count(root_cnode); i++) {
        last = slot_is_empty(fresh_slot(i)) ? last : i;
    }
    return last + 1;
}
