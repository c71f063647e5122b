// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// seL4_DebugAssert: checked in debug configurations only.
//
// A program without libc stops on a breakpoint instruction, which its fault handler reports with
// the address; with libc, assert() speaks.

#include <sel4/config.h>

#if defined(CONFIG_DEBUG_BUILD) && __STDC_HOSTED__ && __has_include(<assert.h>)
#include <assert.h>
#define seL4_DebugAssert(expr) assert(expr)
#elif defined(CONFIG_DEBUG_BUILD)
#define seL4_DebugAssert(expr) ((expr) ? (void)0 : __builtin_trap())
#else
#define seL4_DebugAssert(expr) ((void)0)
#endif
