// SPDX-License-Identifier: BSD-2-Clause
//
// Invocations of CNodes (seL4 ABI §8.3).
#pragma once

#include "kernel/syscall.h"

MUST_CHECK seL4_Error cnode_decode(struct syscall *sys);
