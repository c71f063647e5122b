// SPDX-License-Identifier: BSD-2-Clause
//
// From a long script that fails to a short one that fails in the same way.
//
//   |--------------------------------x|     first the half that can be missed, then the quarters,
//   |        -----    --------   ----x|     the eighths ... the single steps, again until none can;
//   |             -      -       -   x|     then copies, the copy named as its source, and pairs;
//                                           last, what is left of a step that does not matter
#pragma once

#include "script.h"

#include <stdbool.h>

// Whether this script fails in the way that is looked for.
typedef bool shrink_test(const struct script *script, void *context);

// Makes `script`, which fails, as short as it can. Returns how often it asked; not more than
// `limit` times.
unsigned shrink(struct script *script, shrink_test *fails, void *context, unsigned limit);
