// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <stddef.h>

// Aborts unless the root task accepts the packed system: its own check, with its own headers.
void packed_must_be_right(const void *system, size_t size, const char *config);
