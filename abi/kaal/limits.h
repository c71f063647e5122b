// SPDX-License-Identifier: BSD-2-Clause
//
// Limits of a KaaL system. Each is written here once; the tool refuses what
// exceeds them, the root task and the broker size their tables by them.
#pragma once

#include <stdint.h>

// Longest period in microseconds: one hour. Ticks of it, squared, still fit the kernel's
// arithmetic.
#define KAAL_PERIOD_MAX_US UINT64_C(3600000000)

// Longest turn of a domain, in ticks of the kernel's timer.
#define KAAL_TURN_TICKS_MAX ((UINT64_C(1) << 56) - 1)

enum {
    KAAL_NAME_SIZE = 64,   // bytes of a name, its terminating NUL included
    KAAL_CONFIG_SIZE = 32, // .. of the name of a kernel configuration
    KAAL_ARGS_SIZE = 128,  // .. of a component's argument string

    KAAL_PD_MAX = 1024, // protection domains of one image, root and broker included
    KAAL_FILE_MAX = 2048,
    KAAL_REGION_MAX = 2048,
    KAAL_DEVICE_MAX = 64,
    KAAL_CAP_MAX = 32768,
    KAAL_MAP_MAX = 8192,
    KAAL_LINK_MAX = 4096,
    KAAL_PERMIT_MAX = 256,
    KAAL_DOMAIN_MAX = 16, // of the kernel
    KAAL_TURN_MAX = 99,   // entries of its schedule: the last of 100 is always an end marker

    // Alive at a time: those of the image and, where one of them may spawn, those that are spawned.
    // For the latter there is room up to KAAL_COMPONENT_ROOM, and always for KAAL_SPAWNED_LEAST.
    KAAL_COMPONENT_ROOM = 256,
    KAAL_SPAWNED_LEAST = 64,
    KAAL_COMPONENT_MAX = KAAL_PD_MAX + KAAL_SPAWNED_LEAST,

    KAAL_NOTIFY_BITS = 62,    // of a component's notification: incoming signals and interrupts
    KAAL_GROUP_CHANNELS = 64, // signals beyond those: so many share a bit

    // The broker's capability space, the store: log2 of its slots.
    KAAL_STORE_BITS_MIN = 14,
    KAAL_STORE_BITS_MAX = 18,

    KAAL_PRIORITY_BROKER = 254, // the highest a component may have
    KAAL_PRIORITY_MAX = 254,    // 255 is the root task's

    KAAL_BUDGET_MIN_US = 20, // two times the kernel's worst-case entry (sel4 manual, MCS)

    KAAL_STACK_MIN = 0x1000,
    KAAL_STACK_MAX = 0x1000000,

    // Slot n of a component's CNode is CPtr n; the tool leaves some slots free for the broker.
    KAAL_CSPACE_BITS_MIN = 4,
    KAAL_CSPACE_BITS_MAX = 16,
    KAAL_INBOX_BITS = 2, // slots (log2) of the CNode that receives transferred capabilities

    KAAL_RESTARTS_MAX = 100, // within a window
    KAAL_CPU_WHOLE = 1000,   // what shares of the processor are counted in
};
