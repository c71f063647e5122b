// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// seL4 generates this header; here the fault type is written by hand.

#include <sel4/fault_types.h>
