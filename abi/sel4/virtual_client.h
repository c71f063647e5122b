// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Stubs that are not invocations of their own; here they stand beside the one they use.

#include <sel4/stubs/sched.h>
