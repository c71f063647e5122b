// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Assertions of seL4 sources: checked in every configuration.

#include <sel4/config.h>
#include <sel4/debug_assert.h>
#include <sel4/macros.h>

#define seL4_Fail(text)              ((void)(text), __builtin_trap())
#define seL4_Assert(expr)            ((expr) ? (void)0 : __builtin_trap())
#define seL4_CompileTimeAssert(expr) _Static_assert(expr, #expr)
