// SPDX-License-Identifier: BSD-2-Clause
//
// What there is, as the device tree says.
#pragma once

#include "kernel/plat.h"

enum { RAM_BANKS = 8, KERNEL_DEVICES = 2 };

struct memory {
    struct plat_range ram[RAM_BANKS];
    unsigned ram_count;
    struct plat_range device[KERNEL_DEVICES];
    unsigned device_count;
    unsigned gic_version;
};

extern struct memory memory;
