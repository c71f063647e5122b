// SPDX-License-Identifier: BSD-2-Clause
//
// What monkey, keeper and their broker agree on (tests/boot/monkey/system.toml).
//
// The keeper makes a new capability space, the cage, for each round, from memory that it takes back
// at the end of the round. All threads of the monkey live in it:
//
//    1        the cage itself
//    2 ..     what the description gives to the monkey: slot n of its CNode in slot n + 1
//    34 ..    gifts
//    40       untyped memory, and from 41 on that which the monkey makes its objects of
//    48 ..    objects that the monkey makes, a range for each kind
//    128 ..   free at first
//
// The region "play" has a page of its own use for each:
//
//    0, 1     IPC buffers of 8 threads
//    2 .. 9   their stacks
//    10       code that is none
//    11       a page that the monkey has a read-only frame of
#pragma once

#include <sel4/sel4.h>

#include <stdint.h>

enum {
    MONKEY_THREADS = 8, // the component's own and 7 that it makes itself
    MONKEY_PAGE = 4096,
    MONKEY_BUFFER = 1 << seL4_IPCBufferSizeBits,
    MONKEY_STACKS = 2 * MONKEY_PAGE,
    MONKEY_CODE = 10 * MONKEY_PAGE,
};

// How a thread begins: its number, and
enum {
    MONKEY_ALL = 0x100,   // at the beginning of a slice, with everything new
    MONKEY_AGAIN = 0x200, // in the middle of a slice
};

enum cage {
    CAGE_BITS = 8,
    CAGE_SLOTS = 1 << CAGE_BITS,
    CAGE_SELF = 1,
    CAGE_GIVEN = 2,
    CAGE_GIFTS = 34,
    CAGE_UNTYPED = 40,
    CAGE_UNTYPED_BITS = 22,
    CAGE_SUPPLY = 41,
    CAGE_SUPPLY_COUNT = 3,
    CAGE_SUPPLY_BITS = 18,
    CAGE_MADE = 48,
    CAGE_MADE_END = 105,
    CAGE_FREE = 128,
};

// What the broker puts into the keeper's last slots, the last one first. All but the memory is
// for the cage.
enum gift {
    GIFT_SCHED_CONTROL,
    GIFT_ASID_CONTROL,
    GIFT_ASID_POOL,
    GIFT_IRQ,
    GIFT_SGI,
    GIFT_SGI_IRQ,
    GIFT_UNTYPED,
    GIFT_COUNT,
    GIFT_UNTYPED_BITS = 23,
};

_Static_assert(CAGE_GIFTS + GIFT_UNTYPED <= CAGE_UNTYPED, "the gifts end before the memory");

// The first page of the region "board". The monkey writes it, and the keeper believes none of it.
struct board {
    uint64_t entry; // of monkey_run()
    uint64_t start; // of the start page
    uint64_t play;
    uint64_t calls[MONKEY_THREADS];
};
