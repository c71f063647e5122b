// SPDX-License-Identifier: BSD-2-Clause
//
// Ends with a reading of the counter as its status: how far its parent's time had come when it
// began. Its memory has 64 KiB.

#include "marks.h"

#include <kaal/broker_client.h>

enum { MEMORY = 0x10000 };

static volatile uint8_t memory[MEMORY];

int main(int argc, char **argv)
{
    uint32_t now = counter();
    (void)argc;
    (void)argv;
    memory[0] = 1;
    return (int)now;
}
