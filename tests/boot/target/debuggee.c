// SPDX-License-Identifier: BSD-2-Clause
//
// Is stopped by the debugger, for every reason that there is.

#include "debuggee.h"
#include "demo.h"

#include <kaal/component.h>

void play(struct board *board, uint64_t word);

void init(void)
{
    struct board *board = (struct board *)kaal_need(KAAL_START_MEMORY, "board")->address; // NOLINT
    board->play = (uint64_t)(uintptr_t)play;
    play(board, demo_value("debug"));
}
