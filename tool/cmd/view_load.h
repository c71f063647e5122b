// SPDX-License-Identifier: BSD-2-Clause
//
// A system as the commands that show it need it: checked, packed, and its devices found.
#pragma once

#include "tool/devices.h"
#include "tool/pack.h"
#include "tool/plan_view.h"
#include "tool/system.h"

#include <stdbool.h>

struct arena;
struct diag;
struct options;

struct viewed {
    struct system system;
    struct build_result build;
    struct device_found *devices; // as many as the system has
    struct plan_view view;
};

// The system that the command line names, or the default one. False: reported. All of it lies in
// the arena.
bool view_load(struct arena *a, struct options *o, struct viewed *out, struct diag *d);
