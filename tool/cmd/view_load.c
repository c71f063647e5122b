// SPDX-License-Identifier: BSD-2-Clause
#include "view_load.h"

#include "tool/options.h"

#include "default_system.h"

bool view_load(struct arena *a, struct options *o, struct viewed *out, struct diag *d)
{
    default_system(a, o);
    if (!system_load(a, o->systems.items[0], &o->search_paths, &out->system, d) ||
        !image_build(a, o, &out->system, &out->build, d) ||
        !devices_find(a, o, &out->system, &out->devices, d)) {
        return false;
    }
    out->view = plan_view_make(a, &out->build, out->devices);
    return true;
}
