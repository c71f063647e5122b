// SPDX-License-Identifier: BSD-2-Clause
//
// What a host program has in place of its first instruction.
#pragma once

#include <stdint.h>

// The program, with what is in x0 when a thread begins it.
_Noreturn void host_program(uint64_t x0);

// Before the program, if it has a C library.
void host_libc_open(void);

// The address below the stack that the model has for the program, 0 if it has none: where a fault
// is when the host's stack overflows.
extern uint64_t host_stack_guard;
