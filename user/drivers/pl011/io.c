// SPDX-License-Identifier: BSD-2-Clause

#include "io.h"

uint32_t io_read(const volatile uint32_t *reg)
{
    return *reg;
}

void io_write(volatile uint32_t *reg, uint32_t value)
{
    *reg = value;
}
