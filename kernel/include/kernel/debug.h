// SPDX-License-Identifier: BSD-2-Clause
//
// Debug system calls (seL4 ABI §1.6), and what the kernel says about threads when it may print.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct tcb;

// Executes system call `number` for the current thread if it is a debug call that this
// configuration has.
bool debug_syscall(int64_t number);

// A thread stopped because of a fault that nobody handles.
void debug_unhandled_fault(const struct tcb *tcb);
