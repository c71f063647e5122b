// SPDX-License-Identifier: BSD-2-Clause
//
// Reads where nothing is. The kernel stops it, the broker says who it was and why, and nobody else
// notices.

#include "demo.h"

#include <kaal/component.h>

void init(void)
{
    uint64_t nowhere = 0xdead0000000 + (demo_value("crash") & 0xfff8);
    (void)*(volatile uint64_t *)nowhere; // NOLINT: the point of it
}
