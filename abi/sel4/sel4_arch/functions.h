// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// The architecture adds no functions.

#include <sel4/functions.h>
