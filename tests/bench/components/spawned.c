// SPDX-License-Identifier: BSD-2-Clause
//
// Ends with a reading of the counter as its status, taken by its first instruction: how far its
// parent's time had come. What it writes has 64 KiB.

#include "marks.h"

enum { MEMORY = 0xf000 };

// Neither the start-up code nor a first start touches .bss.
uint64_t spawned_began;
static volatile uint8_t memory[MEMORY];

// The entry point, in place of _start.
__asm__(".section .text.start, \"ax\"\n"
        ".global spawned_start\n"
        "spawned_start:\n"
        "    mrs x9, pmevcntr0_el0\n"
        "    adrp x10, spawned_began\n"
        "    str x9, [x10, :lo12:spawned_began]\n"
        "    b _start\n");

int main(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    memory[0] = 1;
    return (int)spawned_began;
}
