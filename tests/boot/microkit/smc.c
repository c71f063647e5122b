// SPDX-License-Identifier: BSD-2-Clause
//
// Asks the firmware for the version of its interface (PSCI).

#include "say.h"

#define PSCI_VERSION 0x84000000

void init(void)
{
    seL4_ARM_SMCContext args = {.x0 = PSCI_VERSION};
    seL4_ARM_SMCContext response = {0};
    microkit_arm_smc_call(&args, &response);
    say_number("firmware", "major", response.x0 >> 16);
}

void notified(microkit_channel ch)
{
    (void)ch;
}
