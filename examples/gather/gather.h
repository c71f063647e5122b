// SPDX-License-Identifier: BSD-2-Clause
//
// What sensors and collector agree on.
#pragma once

#include "../demo/demo.h"

#include <kaal/ring.h>

#include <stdint.h>

enum {
    LANES = 3,
    MANY = 20000, // readings of a sensor that keeps on
    FEW = 100,    // and of one that breaks off
    AT_ONCE = 8,  // readings that are passed in one step
};

struct reading {
    uint64_t number; // 1, 2, ...
    uint64_t value;  // of the sensor's stream
};
