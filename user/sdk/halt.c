// SPDX-License-Identifier: BSD-2-Clause

#include <kaal/halt.h>

#include <sel4/sel4.h>

void kaal_halt(void)
{
    kaal_try_debug_halt();
}
