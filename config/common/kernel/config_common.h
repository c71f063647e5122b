// SPDX-License-Identifier: BSD-2-Clause
//
// Constants of the kernel that are the same in every configuration.
#pragma once

enum {
    KCFG_PRIORITY_COUNT = 256,
    KCFG_NODE_COUNT = 1,
    KCFG_MAX_UNTYPED_CAPS = 230,
    KCFG_RETYPE_FAN_OUT_LIMIT = 256,
    KCFG_WORK_UNITS_PER_PREEMPTION = 100,
    KCFG_RESET_CHUNK_BITS = 8,
    KCFG_STACK_BITS = 12,
    KCFG_PADDR_USER_DEVICE_TOP_BITS = 40, // user level may be given device memory below 2^this
    KCFG_BOOT_TIME_SLICE_MS = 5,
    KCFG_TIMER_HZ = 62500000,
    KCFG_WCET_US = 10, // no gen_config key: seL4 fixes it for the architecture
    KCFG_KERNEL_WCET_SCALE = 1,
    KCFG_STATIC_MAX_PERIOD_US = 0, // 0: the largest that the arithmetic allows
};
