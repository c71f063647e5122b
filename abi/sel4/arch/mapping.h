// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Mapping failures are the same on all Arm architectures with 64 bits.

#include <sel4/sel4_arch/mapping.h>
