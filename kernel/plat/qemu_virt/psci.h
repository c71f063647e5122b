// SPDX-License-Identifier: BSD-2-Clause
//
// Power: PSCI calls, by the instruction that the device tree names.
#pragma once

#include "lib/fdt.h"

extern enum dt_psci psci_conduit;
