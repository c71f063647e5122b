// SPDX-License-Identifier: BSD-2-Clause
#include "tool/arena.h"
#include "tool/command.h"
#include "tool/options.h"
#include "tool/plan_view.h"
#include "tool/system.h"

#include "default_system.h"

int cmd_plan(struct arena *a, struct options *o, struct diag *d)
{
    struct system s;
    struct build_result build;
    struct device_found *devices = NULL;
    default_system(a, o);
    if (!system_load(a, o->systems.items[0], &o->search_paths, &s, d) ||
        !image_build(a, o, &s, &build, d) || !devices_find(a, o, &s, &devices, d)) {
        return STATUS_FAILED;
    }
    struct plan_view view = plan_view_make(a, &build, devices);
    if (o->json) {
        json_t *json = plan_view_json(&view);
        json_dumpf(json, stdout, JSON_INDENT(2));
        putchar('\n');
        json_decref(json);
    } else {
        plan_view_print(&view, stdout);
    }
    return output_shown(d) ? STATUS_OK : STATUS_FAILED;
}
