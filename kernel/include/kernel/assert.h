// SPDX-License-Identifier: BSD-2-Clause
//
// ASSERT: we can argue that this always holds. On in debug builds and on the host, empty in
// release; the condition has no side effects. PANIC: the boot cannot go on. Neither is ever
// reachable by a user-level action.
#pragma once

#include "kernel/config.h"

#include <stdbool.h>

_Noreturn void kernel_panic(const char *file, int line, const char *what);

#define PANIC(what) kernel_panic(__FILE__, __LINE__, (what))

#define ASSERT(condition)                                                                          \
    do {                                                                                           \
        if (KCFG_DEBUG_BUILD && !(condition)) {                                                    \
            kernel_panic(__FILE__, __LINE__, #condition);                                          \
        }                                                                                          \
    } while (false)
