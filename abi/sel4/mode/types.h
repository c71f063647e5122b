// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Nothing is particular to 64-bit words beyond sel4/simple_types.h.

#include <sel4/simple_types.h>
