// SPDX-License-Identifier: BSD-2-Clause
//
// Fills half of its stack, which is a page, and crashes: if a restart left any of it behind, the
// next life would crash elsewhere.

#include <microkit.h>

enum { DEPTH = 8, BYTES = 256 };

__attribute__((noinline)) static void fill(unsigned depth) // NOLINT(misc-no-recursion)
{
    volatile char bytes[BYTES];
    for (unsigned i = 0; i < BYTES; i++) {
        bytes[i] = (char)i;
    }
    if (depth == 0) {
        microkit_internal_crash((seL4_Error)0x100);
    } else {
        fill(depth - 1);
    }
    (void)bytes[0];
}

void init(void)
{
    fill(DEPTH);
}

void notified(microkit_channel ch)
{
    (void)ch;
}
