// SPDX-License-Identifier: BSD-2-Clause
//
// Between start.S and boot_arch.c.
#pragma once

#include <stdint.h>

struct tcb;

// Arguments: registers at entry (start.S). Returns the thread to begin with.
struct tcb *boot_arch(uint64_t image_start, uint64_t image_end, uint64_t image_offset,
                      uint64_t entry, uint64_t tree, uint64_t tree_size);
