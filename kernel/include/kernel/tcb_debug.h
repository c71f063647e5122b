// SPDX-License-Identifier: BSD-2-Clause
//
// Debugging threads by the processor's means: breakpoints, and running instruction by instruction
// (seL4 ABI §8.2). There in configurations with KCFG_HARDWARE_DEBUG; elsewhere the invocations are
// refused as unknown.
#pragma once

#include "kernel/syscall.h"

struct tcb;

MUST_CHECK seL4_Error tcb_debug_decode(struct syscall *sys, struct tcb *tcb);

// The handler has answered the debug exception of `tcb` with `length` words, the first of which is
// `word`: after a step, how many instructions to do until the next. Without a word it is one,
// unless stepping has been turned off meanwhile.
void tcb_debug_answer(struct tcb *tcb, unsigned length, uint64_t word);
