// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Numbers of the platform: the top of user address space.

#include <sel4/sel4_arch/constants.h>

#define seL4_UserVSpaceTop seL4_UserTop
