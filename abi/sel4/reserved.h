// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Numbers that a configuration takes out of the public headers but that stay reserved.
//
// A kernel that is compiled without #ifdef names them in every configuration and decides by its
// own constants (kernel/config.h) whether they mean anything. User code uses the seL4_* names.

#include <sel4/config.h>
#include <sel4/invocation.h>

// System calls of debug and benchmark kernels.
enum {
    KAAL_SYS_DEBUG_PUT_CHAR = -12,
    KAAL_SYS_DEBUG_DUMP_SCHEDULER = -13,
    KAAL_SYS_DEBUG_HALT = -14,
    KAAL_SYS_DEBUG_CAP_IDENTIFY = -15,
    KAAL_SYS_DEBUG_SNAPSHOT = -16,
    KAAL_SYS_DEBUG_NAME_THREAD = -17,
    KAAL_SYS_BENCHMARK_FLUSH_CACHES = -21,
    KAAL_SYS_BENCHMARK_RESET_LOG = -22,
    KAAL_SYS_BENCHMARK_FINALIZE_LOG = -23,
    KAAL_SYS_BENCHMARK_SET_LOG_BUFFER = -24,
    KAAL_SYS_BENCHMARK_NULL_SYSCALL = -25,
    KAAL_SYS_BENCHMARK_GET_THREAD_UTILISATION = -26,
    KAAL_SYS_BENCHMARK_RESET_THREAD_UTILISATION = -27,
    KAAL_SYS_BENCHMARK_DUMP_ALL_THREADS_UTILISATION = -28,
    KAAL_SYS_BENCHMARK_RESET_ALL_THREADS_UTILISATION = -29,
};

// Labels of the hardware debug API. Without it they are above 2^52, where a message's label ends,
// so that nothing a user sends can equal them.
#ifdef CONFIG_HARDWARE_DEBUG_API
#define KAAL_LABEL_TCB_SET_BREAKPOINT            ((seL4_Word)TCBSetBreakpoint)
#define KAAL_LABEL_TCB_GET_BREAKPOINT            ((seL4_Word)TCBGetBreakpoint)
#define KAAL_LABEL_TCB_UNSET_BREAKPOINT          ((seL4_Word)TCBUnsetBreakpoint)
#define KAAL_LABEL_TCB_CONFIGURE_SINGLE_STEPPING ((seL4_Word)TCBConfigureSingleStepping)
#else
#define KAAL_LABEL_TCB_SET_BREAKPOINT            ((seL4_Word)0x100000ffff0000)
#define KAAL_LABEL_TCB_GET_BREAKPOINT            ((seL4_Word)0x100000ffff0001)
#define KAAL_LABEL_TCB_UNSET_BREAKPOINT          ((seL4_Word)0x100000ffff0002)
#define KAAL_LABEL_TCB_CONFIGURE_SINGLE_STEPPING ((seL4_Word)0x100000ffff0003)
#endif

// The debug exception: its fault type is a hole where the API is off.
enum {
    KAAL_FAULT_DEBUG_EXCEPTION = 4,

    KAAL_DEBUG_REASON_DATA = 0,
    KAAL_DEBUG_REASON_INSTRUCTION = 1,
    KAAL_DEBUG_REASON_SINGLE_STEP = 2,
    KAAL_DEBUG_REASON_SOFTWARE = 3,

    KAAL_DEBUG_ACCESS_READ = 0,
    KAAL_DEBUG_ACCESS_WRITE = 1,
    KAAL_DEBUG_ACCESS_READ_WRITE = 2,

    KAAL_DEBUG_MSG_IP = 0,
    KAAL_DEBUG_MSG_REASON = 1,
    KAAL_DEBUG_MSG_ADDRESS = 2,
    KAAL_DEBUG_MSG_NUMBER = 3,
};

// What seL4_DebugCapIdentify answers.
enum {
    KAAL_CAP_TAG_NULL = 0,
    KAAL_CAP_TAG_FRAME = 1,
    KAAL_CAP_TAG_UNTYPED = 2,
    KAAL_CAP_TAG_PAGE_TABLE = 3,
    KAAL_CAP_TAG_ENDPOINT = 4,
    KAAL_CAP_TAG_NOTIFICATION = 6,
    KAAL_CAP_TAG_REPLY = 8,
    KAAL_CAP_TAG_VSPACE = 9,
    KAAL_CAP_TAG_CNODE = 10,
    KAAL_CAP_TAG_ASID_CONTROL = 11,
    KAAL_CAP_TAG_THREAD = 12,
    KAAL_CAP_TAG_ASID_POOL = 13,
    KAAL_CAP_TAG_IRQ_CONTROL = 14,
    KAAL_CAP_TAG_VCPU = 15,
    KAAL_CAP_TAG_IRQ_HANDLER = 16,
    KAAL_CAP_TAG_ZOMBIE = 18,
    KAAL_CAP_TAG_DOMAIN = 20,
    KAAL_CAP_TAG_SCHED_CONTEXT = 22,
    KAAL_CAP_TAG_SCHED_CONTROL = 24,
    KAAL_CAP_TAG_SMC = 25,
    KAAL_CAP_TAG_SGI_SIGNAL = 27,
};

// Words that seL4_BenchmarkGetThreadUtilisation leaves in the IPC buffer. "Local" is the core of
// the caller, "TCB" that of the thread asked about.
enum {
    KAAL_BENCHMARK_TCB_UTILISATION,
    KAAL_BENCHMARK_TCB_NUMBER_SCHEDULES,
    KAAL_BENCHMARK_TCB_KERNEL_UTILISATION,
    KAAL_BENCHMARK_TCB_NUMBER_KERNEL_ENTRIES,
    KAAL_BENCHMARK_IDLE_LOCALCPU_UTILISATION,
    KAAL_BENCHMARK_IDLE_TCBCPU_UTILISATION,
    KAAL_BENCHMARK_IDLE_NUMBER_SCHEDULES,
    KAAL_BENCHMARK_IDLE_KERNEL_UTILISATION,
    KAAL_BENCHMARK_IDLE_NUMBER_KERNEL_ENTRIES,
    KAAL_BENCHMARK_TOTAL_UTILISATION,
    KAAL_BENCHMARK_TOTAL_NUMBER_SCHEDULES,
    KAAL_BENCHMARK_TOTAL_KERNEL_UTILISATION,
    KAAL_BENCHMARK_TOTAL_NUMBER_KERNEL_ENTRIES,
    KAAL_BENCHMARK_WORDS,
};
