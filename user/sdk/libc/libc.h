// SPDX-License-Identifier: BSD-2-Clause
//
// Between the files of this folder, and what they need of the library's.
#pragma once

#include "../internal.h"

// Sends the lines that have no end yet.
void streams_flush(void);
