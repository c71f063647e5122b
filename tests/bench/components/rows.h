// SPDX-License-Identifier: BSD-2-Clause
//
// What the client measures.
#pragma once

#include "marks.h"

struct row {
    const char *name;
    uint32_t (*run)(void); // the difference of two readings of the counter
};

// Rows by file, each list ended by a row without a name.
extern const struct row rows_call[];
extern const struct row rows_signal[];
extern const struct row rows_broker[];

extern volatile struct marks *marks;
