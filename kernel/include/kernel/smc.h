// SPDX-License-Identifier: BSD-2-Clause
//
// Calls of the secure monitor on behalf of user level. The badge of the capability, unless it is 0,
// is the one function that may be called.
#pragma once

#include "kernel/syscall.h"

MUST_CHECK seL4_Error smc_decode(struct syscall *sys);
