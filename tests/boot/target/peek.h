// SPDX-License-Identifier: BSD-2-Clause
//
// Where peek looks (tests/boot/peek/system.toml).
#pragma once

enum {
    PEEK_PAGE = 4096,
    PEEK_IMAGE = 64,   // pages of the kernel's image, and beyond
    PEEK_WINDOW = 128, // places in its window on physical memory
    PEEK_WILD = 128,   // anywhere above user level
    PEEK_ADDRESSES = PEEK_IMAGE + PEEK_WINDOW + PEEK_WILD,
    PEEK_RAM_START = 0x40000000,
    PEEK_RAM_SIZE = 512 << 20,
};

#define PEEK_UPPER_HALF   0xffff000000000000
#define PEEK_WINDOW_START 0xffff800000000000
#define PEEK_IMAGE_START  0xffffffffc0000000
