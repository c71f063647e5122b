// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// System call numbers, in x7. A number that is not listed for a configuration stays reserved: using
// it is an unknown-syscall fault.

#include <sel4/config.h>
#include <sel4/macros.h>
#include <sel4/reserved.h>

__extension__ typedef enum {
    seL4_SysCall = -1,
    seL4_SysReplyRecv = -2,
    seL4_SysNBSendRecv = -3,
    seL4_SysNBSendWait = -4,
    seL4_SysSend = -5,
    seL4_SysNBSend = -6,
    seL4_SysRecv = -7,
    seL4_SysNBRecv = -8,
    seL4_SysWait = -9,
    seL4_SysNBWait = -10,
    seL4_SysYield = -11,
#ifdef CONFIG_PRINTING
    seL4_SysDebugPutChar = KAAL_SYS_DEBUG_PUT_CHAR,
    seL4_SysDebugDumpScheduler = KAAL_SYS_DEBUG_DUMP_SCHEDULER,
#endif
#ifdef CONFIG_DEBUG_BUILD
    seL4_SysDebugHalt = KAAL_SYS_DEBUG_HALT,
    seL4_SysDebugCapIdentify = KAAL_SYS_DEBUG_CAP_IDENTIFY,
    seL4_SysDebugSnapshot = KAAL_SYS_DEBUG_SNAPSHOT,
    seL4_SysDebugNameThread = KAAL_SYS_DEBUG_NAME_THREAD,
#endif
#ifdef CONFIG_ENABLE_BENCHMARKS
    seL4_SysBenchmarkFlushCaches = KAAL_SYS_BENCHMARK_FLUSH_CACHES,
    seL4_SysBenchmarkResetLog = KAAL_SYS_BENCHMARK_RESET_LOG,
    seL4_SysBenchmarkFinalizeLog = KAAL_SYS_BENCHMARK_FINALIZE_LOG,
    seL4_SysBenchmarkSetLogBuffer = KAAL_SYS_BENCHMARK_SET_LOG_BUFFER,
    seL4_SysBenchmarkNullSyscall = KAAL_SYS_BENCHMARK_NULL_SYSCALL,
#endif
#ifdef CONFIG_BENCHMARK_TRACK_UTILISATION
    seL4_SysBenchmarkGetThreadUtilisation = KAAL_SYS_BENCHMARK_GET_THREAD_UTILISATION,
    seL4_SysBenchmarkResetThreadUtilisation = KAAL_SYS_BENCHMARK_RESET_THREAD_UTILISATION,
#ifdef CONFIG_DEBUG_BUILD
    seL4_SysBenchmarkDumpAllThreadsUtilisation = KAAL_SYS_BENCHMARK_DUMP_ALL_THREADS_UTILISATION,
    seL4_SysBenchmarkResetAllThreadsUtilisation = KAAL_SYS_BENCHMARK_RESET_ALL_THREADS_UTILISATION,
#endif
#endif
    SEL4_FORCE_LONG_ENUM(seL4_Syscall_ID),
} seL4_Syscall_ID;
