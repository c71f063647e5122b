// SPDX-License-Identifier: BSD-2-Clause
//
// Which memory there is at boot, and where the initial task's objects go.
//
//   RAM    |kernel|tree|........|image|..........................|objects|....|
//           ##### ####  free     ####            free              ####   free
//
// The objects are cut from the top of the last free range that has room. Tools recompute the place
// of each (seL4 ABI §12.4), so the order and the alignment are fixed:
//
//   |extra boot info, if largest|root CNode|extra boot info|VSpace|ASID pool|IPC buffer|boot info|
//    (TCB of 4 KiB)|page tables|(TCB of 2 KiB)|scheduling context|
#pragma once

#include "kernel/addr.h"
#include "kernel/boot.h"
#include "kernel/plat.h"

enum { BOOT_RANGE_COUNT = 32 };

// Ascending, disjoint.
struct boot_ranges {
    struct plat_range range[BOOT_RANGE_COUNT];
    unsigned count;
};

// What is to be placed.
struct boot_demand {
    unsigned cnode_bits; // log2 bytes of the root CNode
    unsigned extra_bits; // log2 bytes of the extra boot info; 0: none
    uint64_t tables;     // page tables
};

struct boot_objects {
    paddr_t cnode;
    paddr_t vspace;
    paddr_t extra;
    paddr_t asid_pool;
    paddr_t buffer;
    paddr_t info;
    paddr_t tcb;
    paddr_t tables;
    paddr_t sched_context;
    struct plat_range all;
};

void boot_ranges_add(struct boot_ranges *ranges, struct plat_range range);
// Takes [hole.start, hole.end) out.
void boot_ranges_remove(struct boot_ranges *ranges, struct plat_range hole);

// RAM that nothing lies in yet.
void boot_ranges_free(struct boot_ranges *ranges, const struct boot_args *args);
// Addresses that user level may have as device memory.
void boot_ranges_device(struct boot_ranges *ranges);

// Takes the memory of the objects out of `free` and says where each is. Panics if there is no room.
struct boot_objects boot_objects_place(struct boot_ranges *free, struct boot_demand demand);

// The largest naturally aligned power of two that starts `range`: its log2.
unsigned boot_piece_bits(struct plat_range range);
