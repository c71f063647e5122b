// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <kaal/plan.h>

// Checks the entries of all tables, whose places are known to be good, and finds the broker.
bool plan_check(struct plan *plan, struct plan_error *error);

// Fills *error; false, for the caller to return.
bool plan_fail(struct plan_error *error, const char *what, uint32_t index, const char *cause);

// Of KAAL_NAME_SIZE bytes: is it not empty, and the last of them 0?
bool plan_name_ok(const char *name);
