// SPDX-License-Identifier: BSD-2-Clause
//
// Building the kernel's address space, at boot.
//
//   0xffff800000000000 + p   p in RAM: writable, not executable
//                            p in the kernel's own devices: the same, as device memory
//                            without the kernel image, but with the part of it that is given back
//   0xffffffffc0000000       image: boot code and data | text | constants | data, stack above a
//   hole
//
// Blocks of 1 GiB and 2 MiB where they fit, pages elsewhere, so that nothing but RAM is ever mapped
// as RAM: the processor may fetch ahead from what is.
#pragma once

#include "kernel/addr.h"
#include "kernel/plat.h"

#include <stdbool.h>

// Switches to the kernel's own tables, with the image and nothing else in them.
void boot_map_image(void);

// Into the window; parts already mapped stay. False if the tables are used up.
bool boot_map_ram(struct plat_range range);
bool boot_map_device(struct plat_range range);
