// SPDX-License-Identifier: BSD-2-Clause
//
// Access to device registers. The unit test links a model of the device instead.
#pragma once

#include <stdint.h>

uint32_t io_read(const volatile uint32_t *reg);
void io_write(volatile uint32_t *reg, uint32_t value);
