// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Numbers of the Arm cores: the hardware breakpoints of a Cortex-A53.
//
// Breakpoint numbers: 0 to 5 stop on instructions, 6 to 9 on data.

#include <sel4/config.h>
#include <sel4/sel4_arch/constants.h>

#define seL4_NumHWBreakpoints        10
#define seL4_NumExclusiveBreakpoints 6
#define seL4_NumExclusiveWatchpoints 4

#ifdef CONFIG_HARDWARE_DEBUG_API
#define seL4_FirstBreakpoint          0
#define seL4_FirstWatchpoint          6
#define seL4_NumDualFunctionMonitors  0
#define seL4_FirstDualFunctionMonitor (-1)
#endif
