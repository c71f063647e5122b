// SPDX-License-Identifier: BSD-2-Clause
//
// A child that faults at the address of its arguments, and tells when it goes on.

#include <kaal/args.h>
#include <kaal/component.h>
#include <kaal/io.h>

void init(void)
{
    uint64_t address = 0;
    (void)kaal_args_number(kaal_start->args, "address", &address);
    (void)kaal_io_load((volatile void *)address, sizeof(uint64_t)); // NOLINT: nothing is there
    kaal_print("@went_on");
}
