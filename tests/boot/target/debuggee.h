// SPDX-License-Identifier: BSD-2-Clause
//
// What the debuggee does under the eyes of the debugger, instruction by instruction.
#pragma once

#define PLAY_ADDS 0x04 // offset of the first addition

// Of struct board.
#define WORD_STORED 8
#define WORD_LOADED 16

#ifndef __ASSEMBLER__

#include <stdint.h>

// The page that both see.
struct board {
    uint64_t play; // address of the first instruction
    uint64_t stored;
    uint64_t loaded;
};

#endif
