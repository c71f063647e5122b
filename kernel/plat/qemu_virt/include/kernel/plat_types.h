// SPDX-License-Identifier: BSD-2-Clause
//
// QEMU's "virt" machine: the constants that the contract kernel/plat.h asks for.
#pragma once

#include <stdint.h>

// Ticks, 18 years at 62.5 MHz: a deadline that far is never set.
#define TIMER_NEVER (INT64_C(1) << 55)

enum {
    PLAT_IRQ_COUNT = 160, // SGI 0-15, PPI 16-31, SPI from 32

    // 62.5 ticks are a microsecond: us * 62500 / 1000, as seL4 rounds it.
    PLAT_TICKS_PER_MS = 62500,
    PLAT_US_PER_MS = 1000,
};
