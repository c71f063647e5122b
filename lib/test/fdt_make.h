// SPDX-License-Identifier: BSD-2-Clause
//
// A device tree like QEMU virt's, made with libfdt, with a translating bus added.
#pragma once

#include <stdint.h>

enum {
    TREE_ROOM = 16384, // as much padding as QEMU's, on its scale
};

// Writes TREE_ROOM bytes: the tree and its padding.
void fdt_make(uint8_t blob[TREE_ROOM]);
