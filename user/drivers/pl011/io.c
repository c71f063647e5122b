// SPDX-License-Identifier: BSD-2-Clause

#include "io.h"

#include <kaal/io.h>

uint32_t io_read(const volatile uint32_t *reg)
{
    return (uint32_t)kaal_io_load(reg, sizeof(*reg));
}

void io_write(volatile uint32_t *reg, uint32_t value)
{
    kaal_io_store(reg, sizeof(*reg), value);
}
