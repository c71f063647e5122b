// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// System calls of benchmark kernels.

#include <sel4/arch/syscalls_trap.h>
#include <sel4/types.h>

#ifdef CONFIG_ENABLE_BENCHMARKS

LIBSEL4_INLINE_FUNC seL4_Error seL4_BenchmarkResetLog(void)
{
    return (seL4_Error)kaal_trap_words((seL4_Word)seL4_SysBenchmarkResetLog, 0, 0);
}

LIBSEL4_INLINE_FUNC seL4_Word seL4_BenchmarkFinalizeLog(void)
{
    return kaal_trap_words((seL4_Word)seL4_SysBenchmarkFinalizeLog, 0, 0);
}

LIBSEL4_INLINE_FUNC seL4_Error seL4_BenchmarkSetLogBuffer(seL4_Word frame_cptr)
{
    return (seL4_Error)kaal_trap_words((seL4_Word)seL4_SysBenchmarkSetLogBuffer, frame_cptr, 0);
}

// Into the kernel and out again.
LIBSEL4_INLINE_FUNC void seL4_BenchmarkNullSyscall(void)
{
    (void)kaal_trap_words((seL4_Word)seL4_SysBenchmarkNullSyscall, 0, 0);
}

LIBSEL4_INLINE_FUNC void seL4_BenchmarkFlushCaches(void)
{
    (void)kaal_trap_words((seL4_Word)seL4_SysBenchmarkFlushCaches, 0, 0);
}

// `cache_type`: seL4_ARM_CacheType
LIBSEL4_INLINE_FUNC void seL4_BenchmarkFlushL1Caches(seL4_Word cache_type)
{
    (void)kaal_trap_words((seL4_Word)seL4_SysBenchmarkFlushCaches, 1, cache_type);
}

#endif

#ifdef CONFIG_BENCHMARK_TRACK_UTILISATION

// Leaves the words of benchmark_track_util_ipc_index in the IPC buffer.
LIBSEL4_INLINE_FUNC void seL4_BenchmarkGetThreadUtilisation(seL4_Word tcb_cptr)
{
    (void)kaal_trap_words((seL4_Word)seL4_SysBenchmarkGetThreadUtilisation, tcb_cptr, 0);
}

LIBSEL4_INLINE_FUNC void seL4_BenchmarkResetThreadUtilisation(seL4_Word tcb_cptr)
{
    (void)kaal_trap_words((seL4_Word)seL4_SysBenchmarkResetThreadUtilisation, tcb_cptr, 0);
}

#ifdef CONFIG_DEBUG_BUILD

LIBSEL4_INLINE_FUNC void seL4_BenchmarkDumpAllThreadsUtilisation(void)
{
    (void)kaal_trap_words((seL4_Word)seL4_SysBenchmarkDumpAllThreadsUtilisation, 0, 0);
}

LIBSEL4_INLINE_FUNC void seL4_BenchmarkResetAllThreadsUtilisation(void)
{
    (void)kaal_trap_words((seL4_Word)seL4_SysBenchmarkResetAllThreadsUtilisation, 0, 0);
}

#endif
#endif
