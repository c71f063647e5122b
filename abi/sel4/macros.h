// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Compiler helpers under the names that seL4 sources use.

#include <sel4/config.h>

#ifndef CONST
#define CONST __attribute__((__const__))
#endif

#ifndef PURE
#define PURE __attribute__((__pure__))
#endif

#define SEL4_PACKED                 __attribute__((packed))
#define SEL4_DEPRECATED(why)        __attribute__((deprecated(why)))
#define SEL4_DEPRECATE_MACRO(value) value

#define LIBSEL4_UNUSED   __attribute__((unused))
#define LIBSEL4_WEAK     __attribute__((weak))
#define LIBSEL4_NOINLINE __attribute__((noinline))

// Every stub is inline, whatever LIB_SEL4_INLINE_INVOCATIONS says: no library has to be linked.
#define LIBSEL4_INLINE      static inline
#define LIBSEL4_INLINE_FUNC static inline

#ifdef CONFIG_LIB_SEL4_USE_THREAD_LOCALS
#define LIBSEL4_THREAD_LOCAL __thread
#else
#define LIBSEL4_THREAD_LOCAL
#endif

#define LIBSEL4_BIT(n) (1ul << (n))

// The semicolon is part of the macro: seL4 sources write it with and without one.
#ifdef __cplusplus
#define SEL4_COMPILE_ASSERT(name, expr) static_assert(expr, #name);
#else
#define SEL4_COMPILE_ASSERT(name, expr) _Static_assert(expr, #name);
#endif

#define SEL4_SIZE_SANITY(index, entry, size)                                                       \
    SEL4_COMPILE_ASSERT(index##entry##size, (index) + (entry) == (size))

#define SEL4_OFFSETOF(type, member) __builtin_offsetof(type, member)

// Makes an enum as wide as a word, so that it can be passed in a message. C11 has no enumerator
// above INT_MAX: write __extension__ in front of the enum.
#define SEL4_FORCE_LONG_ENUM(type) _enum_pad_##type = ((1ull << ((sizeof(long) * 8) - 1)) - 1)
