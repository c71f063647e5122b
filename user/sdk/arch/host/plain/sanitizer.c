// SPDX-License-Identifier: BSD-2-Clause
//
// Without a sanitizer: nothing between the program and its memory.

#include "../host.h"

void host_sanitizer_open(void)
{
}

uint64_t host_sanitizer_address(uint64_t address)
{
    return address;
}
