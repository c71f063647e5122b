// SPDX-License-Identifier: BSD-2-Clause
#include "tool/arena.h"
#include "tool/command.h"
#include "tool/options.h"

#include "view_load.h"

int cmd_plan(struct arena *a, struct options *o, struct diag *d)
{
    struct viewed viewed;
    if (!view_load(a, o, &viewed, d)) {
        return STATUS_FAILED;
    }
    if (o->json) {
        json_t *json = plan_view_json(&viewed.view);
        json_dumpf(json, stdout, JSON_INDENT(2));
        putchar('\n');
        json_decref(json);
    } else {
        plan_view_print(&viewed.view, stdout);
    }
    return output_shown(d) ? STATUS_OK : STATUS_FAILED;
}
