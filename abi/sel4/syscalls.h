// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// System calls. The generic ones are in sel4/syscalls_mcs.h, those of debug and benchmark kernels
// in sel4/syscalls_debug.h and sel4/syscalls_benchmark.h.

#include <sel4/syscalls_benchmark.h>
#include <sel4/syscalls_debug.h>
#include <sel4/syscalls_mcs.h>
