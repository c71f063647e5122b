// SPDX-License-Identifier: BSD-2-Clause

// Every stub: its prototype, checked by the compiler and kept as text, and one call of it.
//
// Argument n of a call is ARG(n); a pointer to registers is given as words with recognisable values
// (stubs.h).

#include "stubs.h"

// A row, and before it a call. The assignment to a pointer of the written type checks the
// prototype.
#define STUB(returns, name, service, args, ...)                                                    \
    static void call_##name(void)                                                                  \
    {                                                                                              \
        returns (*stub)(service, __VA_ARGS__) = name;                                              \
        (void)stub args;                                                                           \
    }
#define STUB0(returns, name, service)                                                              \
    static void call_##name(void)                                                                  \
    {                                                                                              \
        returns (*stub)(service) = name;                                                           \
        (void)stub(STUB_SERVICE);                                                                  \
    }

#include "stub_rows.inc"

#undef STUB
#undef STUB0
#define STUB(returns, name, service, args, ...) {#name, #returns, #__VA_ARGS__, call_##name},
#define STUB0(returns, name, service)           {#name, #returns, "", call_##name},

const struct stub stubs[] = {
#include "stub_rows.inc"
};

const size_t stub_count = sizeof(stubs) / sizeof(stubs[0]);
