// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/kernel.h"

struct kernel kernel;
