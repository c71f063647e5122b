// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Arm adds no old names to those of sel4/sel4_arch/deprecated.h.

#include <sel4/sel4_arch/deprecated.h>
