// SPDX-License-Identifier: BSD-2-Clause
//
// What a component is told of a capability: the kind of its entry in the start page.
#pragma once

#include <kaal/plan.h>

#include <kaal/start.h>

// `cap` is an entry of the plan, also one of a receiving end.
enum kaal_start_kind start_kind(const struct plan *plan, const struct kaal_plan_cap *cap);
