// SPDX-License-Identifier: BSD-2-Clause
#include "psci.h"

#include "kernel/plat.h"

static const uint64_t SYSTEM_OFF = 0x84000008;

enum dt_psci psci_conduit;

void plat_halt(void)
{
    register uint64_t x0 __asm__("x0") = SYSTEM_OFF;
    if (psci_conduit == DT_PSCI_HVC) {
        __asm__ volatile("hvc #0" : "+r"(x0) : : "memory");
    } else if (psci_conduit == DT_PSCI_SMC) {
        __asm__ volatile("smc #0" : "+r"(x0) : : "memory");
    }
    for (;;) {
        __asm__ volatile("wfi");
    }
}
