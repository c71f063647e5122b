// SPDX-License-Identifier: BSD-2-Clause
//
// What the device tree in the boot info says about the machine.
#pragma once

#include <stdbool.h>

// The arguments of the boot; NULL: none.
const char *machine_arguments(void);

// Its interrupt controller is a GICv3, not a GICv2.
bool machine_has_gic_v3(void);

// It answers secure monitor calls: where there is no such firmware, smc is undefined.
bool machine_takes_smc(void);
