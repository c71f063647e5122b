// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "marks.h"

enum { RAISE_REGISTERS = 9 };

// Enters the driver's address space and raises its interrupt at each signal.
_Noreturn void raiser_run(void);
