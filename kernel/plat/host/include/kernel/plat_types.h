// SPDX-License-Identifier: BSD-2-Clause
//
// The host port: the constants that the contract kernel/plat.h asks for, equal to those of QEMU's
// "virt" machine, so that tests can quote the ABI's numbers.
#pragma once

enum {
    PLAT_IRQ_COUNT = 160,
    HOST_TIMER_IRQ = 27,

    PLAT_TICKS_PER_MS = 62500,
    PLAT_US_PER_MS = 1000,
};
