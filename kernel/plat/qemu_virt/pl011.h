// SPDX-License-Identifier: BSD-2-Clause
//
// The PL011 UART, for the output of configurations with printing. User level owns the device: the
// kernel only ever waits for room and writes.
#pragma once

#include <stdint.h>

extern volatile uint32_t *pl011; // NULL: no output
