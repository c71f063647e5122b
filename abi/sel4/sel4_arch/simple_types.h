// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// The architecture adds nothing to the integer types.

#include <sel4/simple_types.h>
