// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// System calls are written once, over the functions of sel4/arch/syscalls_trap.h.

#include <sel4/syscalls.h>
