// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "kernel/config_common.h"

// Compile-time constants of the kernel in configuration mk-el1-bench:
// Microkit board qemu_virt_aarch64_el1, benchmark.
//
// The kernel's core reads these in ordinary conditions, so that every configuration is compiled in
// full. abi/test checks each value against the configuration's gen_config.

enum {
    KCFG_ROOT_CNODE_BITS = 17,
    KCFG_DEFAULT_RAM_MIB = 2048, // RAM if the loader passes no device tree; no gen_config key
    KCFG_DOMAIN_COUNT = 16,
    KCFG_DOMAIN_SCHEDULE_COUNT = 100, // the last entry is always an end marker
    KCFG_DEBUG_BUILD = 0,
    KCFG_PRINTING = 0,
    KCFG_HARDWARE_DEBUG = 0,
    KCFG_ALLOW_SMC = 1,
    KCFG_BENCHMARKS = 1,
    KCFG_BENCHMARK_UTILISATION = 1,

    // Counters and timers that user level may read.
    KCFG_EXPORT_PMU = 1,
    KCFG_EXPORT_PCNT = 1,
    KCFG_EXPORT_VCNT = 0,
    KCFG_EXPORT_PTMR = 1,
    KCFG_EXPORT_VTMR = 0,
};
