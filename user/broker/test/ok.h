// SPDX-License-Identifier: BSD-2-Clause
//
// The invariants of the broker's books, checked over the whole state.
#pragma once

#include <stdbool.h>

struct grants;
struct pool;
struct slots;

bool grants_ok(const struct grants *grants);
bool pool_ok(const struct pool *pool);
bool slots_ok(const struct slots *slots);
