// SPDX-License-Identifier: BSD-2-Clause
#include "tool/arena.h"
#include "tool/command.h"
#include "tool/devices.h"
#include "tool/marks.h"
#include "tool/options.h"
#include "tool/picture.h"
#include "tool/plan_view.h"
#include "tool/report_page.h"
#include "tool/system.h"

#include "default_system.h"

#include <stdio.h>

static bool write_page(struct arena *a, const struct options *o, struct bytes page, struct diag *d)
{
    const char *output = o->output != NULL ? o->output : "report.html";
    bool ok = output_write(a, output, page, d);
    if (ok && !o->quiet) {
        printf("%s: %zu KiB\n", output, page.size / 1024);
    }
    return ok;
}

int cmd_report(struct arena *a, struct options *o, struct diag *d)
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
    struct marks marks = marks_find(a, &s, devices);
    struct report_page page = {
        .view = &view, .marks = &marks, .kernel = &build.kernel, .memory = o->memory};
    if (!picture_svg(a, picture_dot(a, &s, devices, &marks), &page.svg, d) ||
        !write_page(a, o, report_page_make(a, &page), d)) {
        return STATUS_FAILED;
    }
    return output_shown(d) ? STATUS_OK : STATUS_FAILED;
}
