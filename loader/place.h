// SPDX-License-Identifier: BSD-2-Clause
//
// Where everything goes, by seL4's boot protocol. Pure arithmetic: nothing is touched here, and the
// host tests it.
//
//   ram                                          loader                             ram end
//    |..|#### kernel ####|# tree #|..............|%%%%%%%%%%|#### root task ####|.........|
//       kernel.start     kernel.end              start   end user.start     user.end
//
// The order kernel, tree, root task is the protocol's; so is that at most two free pieces remain
// once the loader's memory is free. The kernel's address is its own (p_paddr); the root task goes
// to the first page behind the loader, so that no copy runs over its source.
//
// A kernel for EL2 is placed higher, and knows no memory below itself:
//
//   ram   loader                                                                        ram end
//    |....|%%%%%%%%%%|..............|#### kernel ####|# tree #|#### root task ####|.........|
#pragma once

#include "lib/elf.h"

#include <stdint.h>

#define PLACE_PAGE 4096u

// Kernels are mapped with blocks of this size, inside one window of 1 GiB.
#define PLACE_BLOCK  (2ULL << 20)
#define PLACE_WINDOW (1ULL << 30)

// From here on addresses belong to EL1's upper half: where an EL1 kernel is linked. EL2 has the
// lower half alone: an EL2 kernel is linked there, beyond the loader's root entry.
#define PLACE_KERNEL_HALF 0xffff000000000000ULL
#define PLACE_ROOT_ENTRY  (512ULL << 30)

enum place_err {
    PLACE_OK,
    PLACE_KERNEL_EL2,     // linked to the lower half, a hypervisor, and the machine began at EL1
    PLACE_KERNEL_LOW,     // a hypervisor, linked where the loader runs
    PLACE_KERNEL_OFFSET,  // virtual - physical address is not the same for all segments
    PLACE_KERNEL_BLOCK,   // or not a multiple of a block
    PLACE_KERNEL_WINDOW,  // crosses a 1 GiB boundary
    PLACE_KERNEL_OUTSIDE, // not inside the memory
    PLACE_KERNEL_LARGE,   // with the tree it neither ends below the loader nor begins above it
    PLACE_LOADER_OUTSIDE, // the loader is not inside the memory
    PLACE_ROOT_LARGE,     // the root task would reach beyond the memory
    PLACE_ERR_COUNT,
};

// Physical, end exclusive.
struct place_range {
    uint64_t start;
    uint64_t end;
};

struct place_machine {
    struct place_range ram;
    struct place_range loader; // with its payload
    uint64_t tree_size;        // 0: no tree
    unsigned el;               // that the machine began at
};

struct place {
    struct place_range kernel; // page aligned
    struct place_range tree;   // empty without one
    struct place_range user;   // page aligned
    uint64_t kernel_vaddr;     // of kernel.start
    uint64_t user_vaddr;       // of user.start
    unsigned el;               // the kernel's
};

// Also after an error, the fields decided so far are filled in: messages name them.
enum place_err place_system(struct place *p, const struct place_machine *m,
                            const struct elf *kernel, const struct elf *root);

const char *place_strerror(enum place_err err);
