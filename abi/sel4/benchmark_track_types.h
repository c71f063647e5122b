// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Why the kernel was entered, as debug kernels and kernels that log entries number it.

#include <sel4/config.h>
#include <sel4/macros.h>
#include <sel4/simple_types.h>

#if defined(CONFIG_BENCHMARK_TRACK_KERNEL_ENTRIES) || defined(CONFIG_DEBUG_BUILD)

typedef enum {
    Entry_Unknown,
    Entry_Interrupt,
    Entry_UnknownSyscall,
    Entry_UserLevelFault,
    Entry_DebugFault,
    Entry_VMFault,
    Entry_Syscall,
    Entry_VCPUFault,
} entry_type_t;

typedef struct SEL4_PACKED kernel_entry {
    seL4_Word path : 3;
    __extension__ union {
        struct {
            seL4_Word core : 3;
            seL4_Word word : 26;
        };
        struct {
            seL4_Word syscall_no     : 4;
            seL4_Word cap_type       : 5;
            seL4_Word is_fastpath    : 1;
            seL4_Word invocation_tag : 19;
        };
    };
} kernel_entry_t;

#endif
