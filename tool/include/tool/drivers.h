// SPDX-License-Identifier: BSD-2-Clause
//
// Drivers against the devices that a description gives them.
#pragma once

#include <stdbool.h>

struct arena;
struct diag;
struct program_set;
struct system;

// The programs are loaded. A program that says nothing of itself may have any device.
bool drivers_check(struct arena *a, const struct system *s, const struct program_set *programs,
                   struct diag *d);
