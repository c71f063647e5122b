// SPDX-License-Identifier: BSD-2-Clause
//
// Where things lie in a component's address space. The broker builds it so (and the root task
// builds the broker), the tool checks components and places mappings by it. No component knows
// these numbers: its start page tells it.
//
//    0x00_0000_1000  image        text R-X, constants R--, data RW-; the first page stays empty
//    0x0e_0000_0000  end of images
//         ...        (guard)
//         ...        stack        grows down; below it a page that is never mapped
//    0x0f_0010_0000  stack top
//    0x0f_0010_e000  IPC buffer   RW-, one page
//    0x0f_0012_0000  start page   R--
//    0x0f_0018_0000  mappings     regions and devices of the description
//    0x20_0000_0000  dynamic      what the broker grants
//    0x30_0000_0000  end
//
// The last 1 MiB of the stack, the buffer, the start page and the first mappings share the page
// table of 0x0f_0000_0000: a small component has two, that one and its image's.
#pragma once

#include <stdint.h>

#define KAAL_LAYOUT_IMAGE_START   0x0000001000ULL
#define KAAL_LAYOUT_IMAGE_END     0x0e00000000ULL
#define KAAL_LAYOUT_STACK_TOP     0x0f00100000ULL
#define KAAL_LAYOUT_IPC_BUFFER    0x0f0010e000ULL
#define KAAL_LAYOUT_START_PAGE    0x0f00120000ULL
#define KAAL_LAYOUT_START_END     0x0f00180000ULL
#define KAAL_LAYOUT_MAP_START     0x0f00180000ULL
#define KAAL_LAYOUT_MAP_END       0x2000000000ULL
#define KAAL_LAYOUT_DYNAMIC_START 0x2000000000ULL
#define KAAL_LAYOUT_DYNAMIC_END   0x3000000000ULL

// Channels in a group (image.h) have a word each in memory that the two ends map: where number `n`,
// from 1 on, lies there.
#define KAAL_LAYOUT_WORD(n) (KAAL_LAYOUT_MAP_START + ((uint64_t)(n)-1) * sizeof(uint64_t))

// In the broker alone: the root task's last message to it, the serial port, the packed system, the
// device tree, registers that it looks at, room to write what it builds, its tables, and the start
// pages of all components.
#define KAAL_LAYOUT_HANDOVER     0x3000000000ULL
#define KAAL_LAYOUT_UART         0x3000100000ULL
#define KAAL_LAYOUT_WINDOW       0x3000200000ULL
#define KAAL_LAYOUT_TREE         0x3000400000ULL
#define KAAL_LAYOUT_REGISTERS    0x3010000000ULL
#define KAAL_LAYOUT_CONFIG       0x3010200000ULL
#define KAAL_LAYOUT_LARGE_WINDOW 0x3014000000ULL
#define KAAL_LAYOUT_TABLES       0x3018000000ULL
#define KAAL_LAYOUT_START_PAGES  0x3020000000ULL
#define KAAL_LAYOUT_IMAGE        0x3040000000ULL
#define KAAL_LAYOUT_PROGRAM      0x3080000000ULL
