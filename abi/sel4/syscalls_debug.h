// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// System calls of debug and printing kernels.

#include <sel4/arch/syscalls_trap.h>
#include <sel4/functions.h>
#include <sel4/types.h>

#ifdef CONFIG_PRINTING

LIBSEL4_INLINE_FUNC void seL4_DebugPutChar(char c)
{
    (void)kaal_trap_words((seL4_Word)seL4_SysDebugPutChar, (unsigned char)c, 0);
}

LIBSEL4_INLINE_FUNC void seL4_DebugPutString(const char *str)
{
    while (*str) {
        seL4_DebugPutChar(*str++);
    }
}

LIBSEL4_INLINE_FUNC void seL4_DebugDumpScheduler(void)
{
    (void)kaal_trap_words((seL4_Word)seL4_SysDebugDumpScheduler, 0, 0);
}

#endif

#ifdef CONFIG_DEBUG_BUILD

// Stops the machine.
LIBSEL4_INLINE_FUNC void seL4_DebugHalt(void)
{
    (void)kaal_trap_words((seL4_Word)seL4_SysDebugHalt, 0, 0);
}

LIBSEL4_INLINE_FUNC void seL4_DebugSnapshot(void)
{
    (void)kaal_trap_words((seL4_Word)seL4_SysDebugSnapshot, 0, 0);
}

// The kernel's number for the type of a capability (KAAL_CAP_TAG_* in sel4/reserved.h).
LIBSEL4_INLINE_FUNC seL4_Uint32 seL4_DebugCapIdentify(seL4_CPtr cap)
{
    return (seL4_Uint32)kaal_trap_words((seL4_Word)seL4_SysDebugCapIdentify, cap, 0);
}

// Names a thread for the kernel's own output. The name travels in the IPC buffer; what does not fit
// there is cut off, because the kernel halts on a name without an end.
LIBSEL4_INLINE_FUNC void seL4_DebugNameThread(seL4_CPtr tcb, const char *name)
{
    char *text = (char *)seL4_GetIPCBuffer()->msg;
    seL4_Word last = sizeof(seL4_GetIPCBuffer()->msg) - 1;
    seL4_Word i = 0;

    for (; i < last && name[i]; i++) {
        text[i] = name[i];
    }
    text[i] = '\0';
    (void)kaal_trap_words((seL4_Word)seL4_SysDebugNameThread, tcb, 0);
}

#endif

// Prints a character where the kernel does that: this and the next two are for programs that are
// built for every configuration.
LIBSEL4_INLINE_FUNC void kaal_try_debug_putchar(char c)
{
#ifdef CONFIG_PRINTING
    seL4_DebugPutChar(c);
#else
    (void)c;
#endif
}

// Stops the machine where the kernel can do that, else returns.
LIBSEL4_INLINE_FUNC void kaal_try_debug_halt(void)
{
#ifdef CONFIG_DEBUG_BUILD
    seL4_DebugHalt();
#endif
}

// The number of a capability's type where the kernel tells it, else -1.
LIBSEL4_INLINE_FUNC int kaal_try_debug_identify(seL4_CPtr cap)
{
#ifdef CONFIG_DEBUG_BUILD
    return (int)seL4_DebugCapIdentify(cap);
#else
    (void)cap;
    return -1;
#endif
}
