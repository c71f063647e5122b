// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// The architecture adds nothing to the shared types.

#include <sel4/shared_types.h>
