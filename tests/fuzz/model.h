// SPDX-License-Identifier: BSD-2-Clause
#pragma once

struct system;

// Aborts unless the checked system is one that plan_make() may rely on.
void model_must_be_right(const struct system *s);

// Aborts unless what was converted has as much of everything.
void model_must_be_alike(const struct system *a, const struct system *b);
