// SPDX-License-Identifier: BSD-2-Clause
//
// The serial port, which the suite maps by itself: release kernels print nothing. Lines are put out
// whole by the initial thread, the highest of all, so that no other output cuts them.
#pragma once

#include <kaal/pl011.h>

#define SERIAL_PADDR 0x09000000ULL
#define SERIAL_VADDR 0x5ff000ULL
#define SERIAL_IRQ   33

static inline volatile struct pl011_registers *serial(void)
{
    return (volatile struct pl011_registers *)SERIAL_VADDR; // NOLINT: mapped there by suite_open()
}

static inline void serial_line(const char *text)
{
    pl011_poll_line(serial(), "", text);
}
