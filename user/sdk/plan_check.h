// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <kaal/plan.h>

// Checks the entries of all tables, whose places are known to be good, and finds the broker.
bool plan_check(struct plan *plan, struct plan_error *error);

// Fills *error; false, for the caller to return.
bool plan_fail(struct plan_error *error, const char *what, uint32_t index, const char *cause);

// KAAL_NAME_SIZE characters with an end among them, and not empty.
bool plan_name_ok(const char *name);
